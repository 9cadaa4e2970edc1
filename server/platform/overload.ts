/**
 * What this process does when more is asked of it than it can do, in the order in which it lets things
 * go: walls and boards wait first, then newcomers stand in line, then intake is told to come back, and
 * claims last of all. Each bound has its reason here, and a row in ARCHITECTURE.md.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../kernel/clock.ts';
import type { AdmissionRate } from './admission.ts';

export interface OverloadLimits {
  /** Sockets let in: a handshake with its snapshot costs about a millisecond. */
  handshakes: AdmissionRate;
  /** Snapshots sent unasked, when everybody needs one at once. */
  snapshots: AdmissionRate;
  /** Boards that somebody begins to watch: a wall asks for twenty in one breath. */
  boards: AdmissionRate;
  /** Sockets of this process; some 30 KB each. */
  socketsMax: number;
  /** Sockets of one token: a wall's may hang in every room of a company. */
  socketsPerTokenMax: number;
  /** A socket that has more unsent than this gets the latest state of boards only, once it reads again. */
  behindBytes: number;
  /** A socket that has more unsent than this is closed: more than the largest snapshot and a busy minute. */
  shedBytes: number;
  /** A loop this late leaves boards and walls for later. */
  boardsWaitLagMs: number;
  /** A loop this late again and again takes no leads. */
  intakeWaitLagMs: number;
  /** A ledger whose oldest call has waited this long takes no leads. */
  intakeWaitBacklogMs: number;
  /** A ledger whose oldest call has waited this long judges no claims: their senders have stopped waiting. */
  claimsWaitBacklogMs: number;
}

export const OVERLOAD_LIMITS: Readonly<OverloadLimits> = Object.freeze({
  // One by one, so that a claim waits for a millisecond of them: some 160 a second, a sixth of the loop, and a
  // line of eighteen seconds, less than the twenty that a client waits.
  handshakes: { burst: 10, perTick: 1, tickMs: 6, lineMax: 3_000 },
  snapshots: { burst: 10, perTick: 4, tickMs: 5, lineMax: 10_000 },
  boards: { burst: 20, perTick: 2, tickMs: 3, lineMax: 5_000 },
  socketsMax: 10_000,
  socketsPerTokenMax: 1_000,
  behindBytes: 64 * 1024,
  shedBytes: 2 * 1024 * 1024,
  boardsWaitLagMs: 100,
  intakeWaitLagMs: 500,
  intakeWaitBacklogMs: 1_000,
  claimsWaitBacklogMs: 2_000,
});

export interface Backlog {
  /** Calls that wait to be on disk. */
  calls: number;
  /** How long the oldest of them has waited. */
  oldestMs: number;
}

export interface Load {
  boardsMustWait(): boolean;
  intakeMustWait(): boolean;
  claimsMustWait(): boolean;
}

/** How late the event loop has lately been, by two windows of time. */
export interface LoopLag {
  /** The worst of both windows, ms. */
  worstMs(): number;
  /** What both windows have seen: once is a hiccup. */
  lastingMs(): number;
  stop(): void;
}

const WINDOW_MS = 250;
const RESOLUTION_MS = 20;

/** Measured by Node itself; `clock` is the machine's, also in a test whose time stands still. */
export function watchLoopLag(clock: Clock): LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let since = clock.monotonicMs();
  let before = 0;
  const current = () => Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);

  function roll(): void {
    const passedMs = clock.monotonicMs() - since;
    if (passedMs < WINDOW_MS) return;
    // What happened in a long time in which nobody asked says nothing about now.
    before = passedMs < 2 * WINDOW_MS + current() ? current() : 0;
    since = clock.monotonicMs();
    histogram.reset();
  }

  return {
    worstMs() {
      roll();
      return Math.max(before, current());
    },
    lastingMs() {
      roll();
      return Math.min(before, current());
    },
    stop: () => void histogram.disable(),
  };
}

/** For a run in a test's own time, in which the machine's lag means nothing. */
export const NO_LAG: LoopLag = { worstMs: () => 0, lastingMs: () => 0, stop: () => undefined };

/** `backlog` is the ledger's queue; a process without a ledger has none. */
export function createLoad(limits: OverloadLimits, lag: LoopLag, backlog: () => Backlog): Load {
  return {
    boardsMustWait: () => lag.worstMs() > limits.boardsWaitLagMs,
    intakeMustWait: () => backlog().oldestMs > limits.intakeWaitBacklogMs || lag.lastingMs() > limits.intakeWaitLagMs,
    claimsMustWait: () => backlog().oldestMs > limits.claimsWaitBacklogMs,
  };
}
