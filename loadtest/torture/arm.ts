/**
 * One cell under torture, from its start to the verdict on it: racers and leads at full speed, blow after
 * blow, then calm, and everything anybody was told is held against the file.
 */

import { createChance } from '../../server/kernel/chance.ts';
import { type Clock, pause, within } from '../../server/kernel/clock.ts';
import { checkRebuild } from '../../tools/commands/rebuild.ts';
import { verified } from '../../tools/commands/verify.ts';
import type { Program } from '../../tools/faults/spawned-server.ts';
import { History } from '../../tools/oracle/history.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import { readRedis } from '../../tools/oracle/on-redis.ts';
import type { Judgement } from '../../tools/oracle/oracle.ts';
import { usageOf } from '../../tools/oracle/usage.ts';
import { WinWatch } from '../../tools/oracle/win-watch.ts';
import { Team } from '../../tools/simulation/team.ts';
import { Intake } from './intake.ts';
import { LeadBook } from './lead-book.ts';
import { Nemesis } from './nemesis.ts';
import { Tally } from './torments.ts';
import { type ArbiterKind, TortureCell } from './torture-cell.ts';
import { TortureRacer } from './torture-racer.ts';

export interface ArmOptions {
  arbiter: ArbiterKind;
  seed: string;
  clock: Clock;
  program: Program;
  /** How long it is tormented; null: until `leads` are done. */
  forMs: number | null;
  leads: number;
  /** It goes on until so many kills were made, whatever the time. */
  leastKills: number;
  /** A JSONL file for the history; null: it is judged as it happens and not kept. */
  historyFile: string | null;
  /** Asked to end early: what there is by then is judged. */
  signal: AbortSignal;
  /** Left out: a calm long enough for some ten blows a minute, and half a minute to settle. */
  tempo?: Tempo;
  onProgress(sinceMs: number, leads: number): void;
}

export interface Tempo {
  /** Between races that flow and the next blow. */
  calmMs: readonly [number, number];
  /** After the last blow everything must be answered within this; more is a finding of its own. */
  settlesWithinMs: number;
}

export interface ArmOutcome {
  arbiter: ArbiterKind;
  /** Under torture; the setting up and the judging not counted. */
  seconds: number;
  /** Leads that were accepted and on which every racer was judged. */
  leads: number;
  tally: Tally;
  judgement: Judgement;
  /** Holders of the file that ended unasked. */
  endedByItself: number;
  /** Handshakes of good tokens that were told to sign in again. */
  signedOut: number;
  /** Leads that were not through in the calm after the last blow. */
  unfinished: number;
  openOffers: number;
  /** Processes that did not end with 0 when they were asked to, in words. */
  endedBadly: string[];
  verifyOk: boolean;
  rebuildSame: boolean;
  /** Why it ended before its time; null: it did not. */
  failure: string | null;
}

/** Of one sales floor; each tries each lead. */
export const RACERS = 5;
/** One machine's clocks, each cut to a millisecond. */
const SKEW_MS = 20;
const ADMIN_KEY = 'torture-admin-key-0123456789abcdef';
/** A process that has just started warms up in the calm; what is answered at all is answered within seconds. */
const TEMPO: Tempo = { calmMs: [1_000, 5_000], settlesWithinMs: 30_000 };
/** A lead that a racer was not alerted to, because its link was down, is tried by it after this. */
const SWEEP_MS = 250;
/**
 * Raced for in the calm, twice: processes that were started a moment ago are warm after the first, and use no
 * more after the second.
 */
const LAST_LEADS = 50;
/** Boards are told in steps. */
const BOARDS_MS = 1_500;

class Arm {
  readonly #options: ArmOptions;
  readonly #tempo: Tempo;
  readonly #cell: TortureCell;
  readonly #history: History;
  readonly #book = new LeadBook(RACERS);
  readonly #tally = new Tally();
  readonly #racers: TortureRacer[] = [];
  readonly #intake: Intake;
  #beganAtMs = 0;
  #isOver = false;

  constructor(options: ArmOptions, cell: TortureCell, history: History) {
    this.#options = options;
    this.#tempo = options.tempo ?? TEMPO;
    this.#cell = cell;
    this.#history = history;
    this.#intake = new Intake({ ...this.#field('intake'), adminKey: ADMIN_KEY });
  }

  async run(): Promise<ArmOutcome> {
    const { clock, arbiter } = this.#options;
    await this.#gather();
    this.#beganAtMs = clock.monotonicMs();
    this.#sweep();
    this.#intake.open();
    const { chance } = this.#field('nemesis');
    const ground = { cell: this.#cell, book: this.#book, history: this.#history, clock, chance, tally: this.#tally };
    const nemesis = new Nemesis(ground, { arbiter, calmMs: this.#tempo.calmMs, isOver: () => this.#isDone() });
    const failure = await nemesis.rage().then(() => null, String);
    const seconds = (clock.monotonicMs() - this.#beganAtMs) / 1_000;
    const outcome = await this.#judge();
    return { ...outcome, arbiter, seconds, failure, tally: this.#tally, endedByItself: nemesis.endedByItself };
  }

  #field(who: string) {
    const { seed, arbiter, clock } = this.#options;
    return {
      doors: this.#cell.doors.map(({ url }) => url),
      history: this.#history,
      book: this.#book,
      clock,
      // One each, so that what the nemesis draws does not hang on how often a racer draws.
      chance: createChance(`${seed} ${arbiter} ${who}`),
    };
  }

  async #gather(): Promise<void> {
    const team = new Team(this.#cell.doors[0]?.url ?? '', ADMIN_KEY);
    for (let n = 0; n < RACERS; n++) {
      const member = await team.rep(`Rep ${n}`, `rep${n}`);
      this.#racers.push(new TortureRacer({ ...this.#field(`racer ${n}`), member, isWatcher: n === 0 }));
    }
    for (const racer of this.#racers) racer.come();
  }

  #isDone(): boolean {
    const { forMs, leads, leastKills, signal, clock } = this.#options;
    if (signal.aborted) return true;
    if (this.#tally.kills < leastKills) return false;
    return forMs === null ? this.#book.done >= leads : clock.monotonicMs() - this.#beganAtMs >= forMs;
  }

  /** Everybody tries every lead, also those that a broken link kept from them. */
  #sweep(): void {
    const { clock, onProgress } = this.#options;
    if (this.#isOver) return;
    const nowMs = clock.monotonicMs();
    for (const lead of this.#book.running) {
      if (!lead.isAccepted || nowMs - lead.seenAtMs < 2 * SWEEP_MS) continue;
      for (const racer of this.#racers) racer.want(lead);
    }
    onProgress(nowMs - this.#beganAtMs, this.#book.done);
    clock.after(SWEEP_MS, () => this.#sweep());
  }

  /** Calm: what was begun ends, more is raced for, and then nobody says anything any more. */
  async #judge(): Promise<Omit<ArmOutcome, 'arbiter' | 'seconds' | 'failure' | 'tally' | 'endedByItself'>> {
    const { clock } = this.#options;
    this.#history.record({ kind: 'calm' });
    await this.#finish();
    const unfinished = await this.#lastRaces();
    await pause(clock, BOARDS_MS);
    await this.#lastLook();
    const redis = await this.#cell.redis?.use((client) => readRedis(client, this.#cell.name));
    this.#isOver = true;
    for (const racer of this.#racers) racer.leave();
    const endedBadly = await this.#cell.stop();
    const { file } = this.#cell;
    return {
      leads: this.#book.done,
      judgement: this.#history.judge(file, { isOver: true, ...(redis === undefined ? {} : { redis }) }),
      signedOut: this.#racers.reduce((sum, { signedOut }) => sum + signedOut, 0),
      unfinished,
      openOffers: openOffers(file),
      endedBadly,
      verifyOk: verified(file, true).ok,
      rebuildSame: checkRebuild(file, true).same,
    };
  }

  /** Nothing new is posted; answers how many leads are not through in time. */
  async #finish(): Promise<number> {
    const { clock } = this.#options;
    const { settlesWithinMs } = this.#tempo;
    const endsAtMs = clock.monotonicMs() + settlesWithinMs;
    await within(clock, settlesWithinMs, this.#intake.stop());
    while (this.#book.size > 0 && clock.monotonicMs() < endsAtMs) await pause(clock, SWEEP_MS);
    return this.#book.size;
  }

  /** Answers how many leads were not through in time. */
  async #lastRaces(): Promise<number> {
    let unfinished = 0;
    for (const _ of ['warm', 'as before']) {
      this.#intake.open(this.#intake.posted + LAST_LEADS);
      await within(this.#options.clock, this.#tempo.settlesWithinMs, this.#intake.allPosted());
      unfinished += await this.#finish();
      for (const { name, pid } of this.#cell.serving) {
        const usage = await usageOf(pid, this.#options.clock);
        // Who is gone ended by itself, which is told elsewhere.
        if (usage !== null) this.#history.record({ kind: 'usage', process: `${name} ${pid}`, ...usage });
      }
    }
    return unfinished;
  }

  /** What everybody shows in the end: the pool and the board. */
  async #lastLook(): Promise<void> {
    for (const racer of this.#racers) await racer.sync();
    const state = await this.#racers[0]?.watch();
    if (state != null) this.#history.record({ kind: 'board', state });
  }
}

function openOffers(file: string): number {
  using onFile = new OnFile(file);
  return onFile.openOffers().length;
}

/** Tortures one cell and judges it. @throws when it cannot even be set up */
export async function tortureCell(options: ArmOptions): Promise<ArmOutcome> {
  const { historyFile, arbiter, program, clock } = options;
  using history = new History({
    isKept: false,
    skewMs: SKEW_MS,
    ...(historyFile === null ? {} : { file: historyFile }),
  });
  await using cell = await TortureCell.start({
    arbiter,
    program,
    clock,
    adminKey: ADMIN_KEY,
    onHolder(process, file) {
      using onFile = new OnFile(file);
      history.record({ kind: 'ledger', process, generation: onFile.cell('generation') });
    },
  });
  await using _wins =
    cell.redis === null ? null : await WinWatch.start(cell.redis.url, cell.name, (line) => history.record(line));
  return await new Arm(options, cell, history).run();
}
