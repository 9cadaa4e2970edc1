/**
 * Torture: races at full speed while a nemesis kills, freezes, empties and cuts, on either arbiter; then
 * the oracle holds all that anybody was told against the file. A run that found nothing because it tried
 * nothing fails as well: its floors say how much it must have tried.
 */
import { fileURLToPath } from 'node:url';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { percentile } from '../../server/kernel/percentile.ts';
import type { Program } from '../../tools/faults/spawned-server.ts';
import { type ArmOutcome, RACERS, type Tempo, tortureCell } from '../torture/arm.ts';
import type { ArbiterKind } from '../torture/torture-cell.ts';

export interface TortureOptions {
  arbiters: readonly ArbiterKind[];
  /** For all arbiters together; null: until `leads` are done. */
  minutes: number | null;
  leads: number;
  /** On each arbiter, whatever the time. */
  leastKills: number;
  seed: string;
  /** Where histories go, one a line; null: they are judged as they happen and not kept. */
  historyFile: string | null;
  signal: AbortSignal;
  /** Left out: the built server. A control gives a broken one. */
  program?: Program;
  /** Left out: that of long runs. */
  tempo?: Tempo;
  onProgress(arbiter: ArbiterKind, done: number, of: number): void;
}

export interface TortureFigures {
  arbiter: ArbiterKind;
  seconds: number;
  leads: number;
  leadsPerSecond: number;
  claims: number;
  verdicts: Record<string, number>;
  kills: number;
  killsInFlight: number;
  killsAtCommit: number;
  freezes: number;
  redisRestarts: number;
  redisEmptied: number;
  cuts: number;
  takeOvers: { count: number; p50Ms: number; maxMs: number };
  doubleWins: number;
  lostWins: number;
  lostLeads: number;
  wrongNames: number;
  unanswered: number;
  signedOut: number;
  endedByItself: number;
  verifyOk: boolean;
  rebuildSame: boolean;
  /** Every broken promise, in words; empty: it held. */
  broken: string[];
  /** Rules that had nothing to judge by. */
  unjudged: string[];
}

export interface TortureResult {
  scenario: 'torture';
  seed: string;
  racers: number;
  arms: TortureFigures[];
  /** Floors of the run that were missed: it proves less than it should. */
  missed: string[];
  held: boolean;
}

/** What five minutes must have tried; other runs their share. */
const FLOOR_MINUTES = 5;
const FLOOR_LEADS = 20_000;
const FLOOR_KILLS_AT_COMMIT = 20;
const BUILT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT_SERVER: Program = { args: ['server/main.js'], folder: BUILT };

function countOf({ judgement }: ArmOutcome, ...ids: string[]): number {
  return judgement.broken.filter(({ id }) => ids.includes(id)).reduce((sum, { count }) => sum + count, 0);
}

/** Broken promises that are no rule of the oracle's. */
function brokenBeside(outcome: ArmOutcome): string[] {
  const { failure, signedOut, endedByItself, unfinished, openOffers, endedBadly, verifyOk, rebuildSame } = outcome;
  return [
    ...(failure === null ? [] : [failure]),
    ...(signedOut === 0 ? [] : [`${signedOut} handshakes of good tokens were told to sign in again`]),
    ...(endedByItself === 0 ? [] : [`a holder of the file ended by itself ${endedByItself} times`]),
    ...(unfinished === 0 ? [] : [`${unfinished} leads were not through in the calm`]),
    ...(openOffers === 0 ? [] : [`${openOffers} offers are open though everybody claimed them`]),
    ...endedBadly,
    ...(verifyOk ? [] : ['verify finds the file broken']),
    ...(rebuildSame ? [] : ['a rebuild of the file differs from it']),
  ];
}

function figuresOf(outcome: ArmOutcome): TortureFigures {
  const { arbiter, seconds, leads, judgement, signedOut, endedByItself, verifyOk, rebuildSame } = outcome;
  const { takeOverMs, ...tally } = outcome.tally;
  const lostWins = countOf(outcome, 'S2');
  return {
    ...{ arbiter, seconds: Math.round(seconds * 10) / 10, leads, leadsPerSecond: Math.round(leads / seconds) },
    ...{ claims: judgement.counts.claims, verdicts: judgement.counts.outcomes },
    ...tally,
    takeOvers: {
      count: takeOverMs.length,
      p50Ms: Math.round(percentile(takeOverMs, 0.5)),
      maxMs: Math.round(Math.max(0, ...takeOverMs)),
    },
    ...{ doubleWins: judgement.doubled, lostWins, lostLeads: judgement.lost - lostWins },
    ...{ wrongNames: countOf(outcome, 'S3'), unanswered: countOf(outcome, 'L1', 'L2') },
    ...{ signedOut, endedByItself, verifyOk, rebuildSame },
    broken: [
      ...judgement.broken.map(({ id, says, count, cases }) => `${id} ${says} (${count}): ${cases.join('; ')}`),
      ...brokenBeside(outcome),
    ],
    unjudged: judgement.unjudged.map(({ id, why }) => `${id}: ${why}`),
  };
}

/** A run of some minutes owes its share of what five owe; one until so many leads owes the kills alone. */
function missedFloors(arms: readonly TortureFigures[], { minutes, arbiters }: TortureOptions): string[] {
  const sum = (key: 'leads' | 'killsAtCommit' | 'seconds') => arms.reduce((total, arm) => total + arm[key], 0);
  const share = (minutes ?? sum('seconds') / 60) / FLOOR_MINUTES;
  const floors: [string, number, number][] = [
    ...(minutes === null ? [] : [['leads', sum('leads'), FLOOR_LEADS * share] as [string, number, number]]),
    ['kills that met a commit', sum('killsAtCommit'), FLOOR_KILLS_AT_COMMIT * Math.min(share, 1)],
  ];
  const short = floors.filter(([, is, floor]) => is < Math.floor(floor));
  return [
    ...short.map(([what, is, floor]) => `${is} ${what}, at least ${Math.floor(floor)} are owed`),
    ...(arms.length < arbiters.length ? [`${arms.length} of ${arbiters.length} arbiters were tried`] : []),
  ];
}

/** Tortures each arbiter in turn. @throws when a cell cannot be set up */
export async function runTorture(options: TortureOptions): Promise<TortureResult> {
  const {
    arbiters,
    minutes,
    leads,
    leastKills,
    seed,
    historyFile,
    signal,
    program = BUILT_SERVER,
    tempo,
    onProgress,
  } = options;
  const arms: TortureFigures[] = [];
  const forMs = minutes === null ? null : (minutes * 60_000) / arbiters.length;
  const share = Math.ceil(leads / arbiters.length);
  for (const arbiter of arbiters) {
    if (signal.aborted) break;
    const outcome = await tortureCell({
      ...{ arbiter, seed, forMs, leastKills, signal, program, clock: createSystemClock(), leads: share },
      ...(tempo === undefined ? {} : { tempo }),
      historyFile: historyFile === null || arbiters.length === 1 ? historyFile : `${historyFile}.${arbiter}`,
      onProgress: (sinceMs, done) =>
        forMs === null
          ? onProgress(arbiter, done, share)
          : onProgress(arbiter, Math.round(sinceMs / 1_000), forMs / 1_000),
    });
    arms.push(figuresOf(outcome));
  }
  const missed = missedFloors(arms, options);
  const held = missed.length === 0 && arms.every(({ broken }) => broken.length === 0);
  return { scenario: 'torture', seed, racers: RACERS, arms, missed, held };
}
