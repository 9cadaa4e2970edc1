/** Where heats are run: entrants with their racers, every heat measured, judged and kept. */
import type { Bench, Subject } from '../bench.ts';
import { Judge } from '../measure/judge.ts';
import { interleave } from '../measure/rounds.ts';
import { learnIdle, measured, type Run } from '../measure/run.ts';
import { type Heat, type HeatPlan, runHeat } from './heat.ts';
import { type KnownRep, Racers } from './racers.ts';

export interface TrackSize {
  rounds: number;
  racers: number;
  /** Claims under way at a time, in a heat that is as fast as the server. */
  inFlight: number;
  /** How long what is written after the answers may take, to be counted in. */
  recordMs: number;
  /** Leads of a heat before the first, which is not counted: a cold program is slower, and none stays cold. */
  warmUp: number;
}

/** Enough that the server waits neither for the generator nor, while one commit is on its way, for the disk. */
export const IN_FLIGHT = 400;
export const WARM_UP = 600;
/** The record of a race is written five seconds later at the latest. */
export const RECORD_MS = 5_500;

export interface Entrant {
  racers: Racers;
  subject: Subject;
  /** False: it answers claims, and nobody wins (an echo). */
  isRace: boolean;
}

export interface HeatOrder {
  part: string;
  round: number;
  leads: number;
  /** Racers that try each lead. */
  tries: number;
  pace: HeatPlan['pace'];
}

export class Track {
  readonly runs: Run[] = [];
  readonly judge = new Judge();
  readonly #bench: Bench;
  readonly #size: TrackSize;
  readonly #entrants: Entrant[] = [];

  constructor(bench: Bench, size: TrackSize) {
    this.#bench = bench;
    this.#size = size;
  }

  async enter(subject: Subject, { isRace = true, reps = [] as readonly KnownRep[] } = {}): Promise<Entrant> {
    const entrant = { subject, isRace, racers: await Racers.gather(subject, this.#size.racers, reps) };
    this.#entrants.push(entrant);
    if (this.#size.recordMs > 0) await learnIdle(subject);
    return entrant;
  }

  /** One heat of one entrant. @param onHeat what else is looked at, when the clock has stopped */
  async heat({ subject, racers, isRace }: Entrant, order: HeatOrder, onHeat?: (heat: Heat) => void): Promise<Run> {
    const { part, round, leads, tries, pace } = order;
    const offers = await racers.putUp(leads);
    let heat: Heat | null = null;
    const afterMs = subject.file === null ? 0 : this.#size.recordMs;
    const run = await measured(subject, { part, round, unit: 'claim', afterMs }, async () => {
      heat = await runHeat(racers, { offers, tries, pace, isTold: isRace });
      const { claims, seconds, latencies } = heat;
      // How long an answer takes while everything is asked at once says nothing about a rep's wait.
      return { operations: claims.length, seconds, ...('inFlight' in pace ? {} : { latencies }) };
    });
    if (heat !== null) {
      if (isRace) this.judge.heat(`${subject.name}, ${part}`, heat, subject.file);
      onHeat?.(heat);
    }
    this.runs.push(run);
    return run;
  }

  /** As many leads under way as make the claims that are to be. */
  flatOutPace(tries: number): HeatPlan['pace'] {
    return { inFlight: Math.ceil(this.#size.inFlight / tries) };
  }

  /** A heat that is judged and not measured. */
  async warmUp({ racers, subject, isRace }: Entrant, tries: number): Promise<void> {
    const { warmUp } = this.#size;
    if (warmUp === 0) return;
    const offers = await racers.putUp(warmUp);
    const heat = await runHeat(racers, { offers, tries, pace: this.flatOutPace(tries), isTold: isRace });
    if (isRace) this.judge.heat(`${subject.name}, warming up`, heat, subject.file);
  }

  /** Every entrant in turn, as fast as it can. @returns its runs, a list for each */
  async flatOut(part: string, entrants: readonly Entrant[], of: Pick<HeatOrder, 'leads' | 'tries'>): Promise<Run[][]> {
    const { rounds } = this.#size;
    let done = 0;
    for (const entrant of entrants) {
      this.#bench.step(`${part}, warming up`, done++, entrants.length);
      await this.warmUp(entrant, of.tries);
    }
    done = 0;
    return interleave(rounds, entrants, (entrant, round) => {
      this.#bench.step(part, done++, rounds * entrants.length);
      return this.heat(entrant, { part, round, ...of, pace: this.flatOutPace(of.tries) });
    });
  }

  /** Everybody goes, and every file is held against what was heard. @param isAudited as for a judge */
  async close({ isAudited = true } = {}): Promise<void> {
    for (const { racers, subject } of this.#entrants) {
      await racers.leave();
      if (subject.file !== null) this.judge.file(subject.name, subject.file, { isAudited });
    }
  }
}
