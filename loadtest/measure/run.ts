/** One subject at work for one round: what it did, how fast, and what each process spent on it. */
import { createSystemClock, pause } from '../../server/kernel/clock.ts';
import type { Subject } from '../bench.ts';
import { BUSY_LEAST, busyShare, meter, type Spent, serverSeconds } from './cpu.ts';
import type { Latencies, LatencySummary } from './histogram.ts';

export interface Run {
  /** Which part of the scenario. */
  part: string;
  subject: string;
  round: number;
  unit: string;
  operations: number;
  seconds: number;
  perSecond: number;
  /** Microseconds of the server's CPU per operation; null: it runs elsewhere. */
  cpuMicros: { main: number; others: number; total: number } | null;
  /** Shares of a core while the work ran. */
  busy: { server: number | null; generator: number; redis: number | null };
  /** Whether `perSecond` is the server's own speed: its core had nothing else to give. */
  counts: boolean;
  latency: LatencySummary | null;
}

export interface Work {
  operations: number;
  /** Left out: as long as the work took. */
  seconds?: number;
  latencies?: Latencies;
}

export interface Measuring {
  part: string;
  round: number;
  unit: string;
  /** What the server does later is counted in, if it comes within this time; 0: nothing does. */
  afterMs?: number;
  /** The process that asks, if it is not this one. It may be the busy one: it is part of what is measured then. */
  generatorPid?: number;
}

/** What is measured, as far as measuring needs to know it. */
export type Measurable = Pick<Subject, 'name' | 'pid'> & { redis?: Subject['redis'] };

const clock = createSystemClock();
/** What follows a start or a sign-up is over by then. */
const QUIET_AFTER_MS = 500;
const IDLE_MS = 1_000;

/** What an idle server spends, as a share of a core, by process. */
const idleShares = new Map<number, number>();

/** Looks at a server that nobody asks anything, so that what it spends on nothing is not charged to what is measured. */
export async function learnIdle({ pid }: Measurable): Promise<void> {
  if (pid === null || idleShares.has(pid)) return;
  await pause(clock, QUIET_AFTER_MS);
  const spent = meter({ server: pid });
  await pause(clock, IDLE_MS);
  idleShares.set(pid, busyShare(spent()) ?? 0);
}

/** Runs `work` and says what it cost. */
export async function measured(subject: Measurable, measuring: Measuring, work: () => Promise<Work>): Promise<Run> {
  const { afterMs = 0, generatorPid, ...of } = measuring;
  const idling = idleShares.get(subject.pid ?? 0) ?? 0;
  const spent = meter({ server: subject.pid, redis: subject.redis?.pid, generator: generatorPid });
  const { operations, seconds, latencies } = await work();
  const within = spent();
  let whole = within;
  if (afterMs > 0) {
    await pause(clock, afterMs);
    whole = spent();
  }
  const later = Math.max(0, (serverSeconds(whole) ?? 0) - (serverSeconds(within) ?? 0) - (idling * afterMs) / 1_000);
  const busy = busyShare(within);
  const generator = within.generator / within.seconds;
  const took = seconds ?? within.seconds;
  return {
    ...of,
    subject: subject.name,
    operations,
    seconds: took,
    perSecond: operations / took,
    cpuMicros: microsOf(within, whole, later, operations),
    busy: {
      server: busy,
      generator,
      redis: within.redis === null ? null : within.redis / within.seconds,
    },
    counts: busy === null || Math.max(busy, generatorPid === undefined ? 0 : generator) >= BUSY_LEAST,
    latency: latencies?.summary() ?? null,
  };
}

/** What came later is shared out as it was spent, less what the server spends on nothing. */
function microsOf(within: Spent, whole: Spent, later: number, operations: number): Run['cpuMicros'] {
  if (within.server === null || whole.server === null) return null;
  const total = (serverSeconds(within) ?? 0) + later;
  const after = whole.server.main + whole.server.others - within.server.main - within.server.others;
  const mainShare = after === 0 ? 0 : (whole.server.main - within.server.main) / after;
  const main = within.server.main + later * mainShare;
  const micros = (seconds: number) => (seconds * 1e6) / operations;
  return { main: micros(main), others: micros(total - main), total: micros(total) };
}
