/**
 * The one clock of the cell: wakes for the nearest timer on file, fires what is due, sleeps again.
 *
 *   asleep → firing   a wake-up, `wake` with a nearer time, or the start
 *   firing → asleep   nothing due is left
 *   any    → stopped  `stop`; what was being fired is finished first
 *
 * Timers live in the file alone: a restart finds them all, and late ones fire at once.
 */
import type { Clock, Timer } from '../kernel/clock.ts';
import type { DeadlineRow } from './deadlines-store.ts';

/** Timers fired before the scheduler looks at the file again. */
const BATCH_MAX = 500;
/** It looks again at least this often, in case a time was written that nobody told it of. */
const LONGEST_SLEEP_MS = 60_000;
/** A timer that is still there after it was fired (its offer has a win on its way) waits this long. */
const STILL_DUE_MS = 50;
/** A timer that could not be fired is tried again after this long. */
const RETRY_MS = 1_000;
/** What is due, and how long ago, is not known: it wakes before any timer that it is told of. */
const BEFORE_ANY = Number.NEGATIVE_INFINITY;

export interface Scheduler {
  start(): void;
  /** A timer due at `dueAtMs` was written. */
  wake(dueAtMs: number): void;
  /** Resolves when nothing due is left to fire. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function createScheduler(deps: {
  clock: Clock;
  now(): Promise<number>;
  due(nowMs: number, limit: number): DeadlineRow[];
  nextDueAt(): number | null;
  fire(row: DeadlineRow): Promise<void>;
  onError(row: DeadlineRow | null, error: unknown): void;
  /** Where nobody else writes timers it need not look for them so often. */
  longestSleepMs?: number | undefined;
}): Scheduler {
  const longestSleepMs = deps.longestSleepMs ?? LONGEST_SLEEP_MS;
  let stopped = true;
  let timer: Timer | null = null;
  let sleepingUntilMs = Number.POSITIVE_INFINITY;
  let round: Promise<void> | null = null;
  let again = false;

  function sleep(delayMs: number, untilMs: number): void {
    timer?.cancel();
    if (stopped) return;
    sleepingUntilMs = untilMs;
    timer = deps.clock.after(delayMs, begin);
  }

  async function fireDue(): Promise<number | null> {
    const nowMs = await deps.now();
    const rows = deps.due(nowMs, BATCH_MAX);
    // Side by side: they share commits, and one that waits holds up no other. Of one lead they queue up.
    const fired = await Promise.all(rows.map(fireOne));
    const failed = fired.includes(false);
    // What could not be fired is still due: it must not be fired again and again without a pause.
    if (failed) return nowMs + RETRY_MS;
    if (rows.length === BATCH_MAX) again = true;
    return null;
  }

  /** False when it could not be fired. */
  async function fireOne(row: DeadlineRow): Promise<boolean> {
    if (stopped) return true;
    try {
      await deps.fire(row);
      return true;
    } catch (error) {
      deps.onError(row, error);
      return false;
    }
  }

  async function run(): Promise<void> {
    let retryAtMs: number | null = null;
    do {
      again = false;
      retryAtMs = (await fireDue()) ?? retryAtMs;
    } while (again && !stopped);
    const nowMs = await deps.now();
    const nextMs = Math.max(deps.nextDueAt() ?? Number.POSITIVE_INFINITY, retryAtMs ?? 0);
    const delayMs = Math.min(Math.max(nextMs - nowMs, STILL_DUE_MS), longestSleepMs);
    sleep(retryAtMs === null ? delayMs : Math.max(delayMs, RETRY_MS), nextMs);
  }

  function begin(): void {
    if (stopped) return;
    if (round !== null) {
      again = true;
      return;
    }
    timer?.cancel();
    round = run()
      .catch((error: unknown) => {
        deps.onError(null, error);
        sleep(RETRY_MS, BEFORE_ANY);
      })
      .finally(() => {
        round = null;
        if (again) begin();
      });
  }

  return {
    start() {
      stopped = false;
      begin();
    },
    wake(dueAtMs) {
      if (stopped || dueAtMs >= sleepingUntilMs) return;
      if (round !== null) {
        again = true;
        return;
      }
      void deps
        .now()
        .then((nowMs) => {
          // A nearer one was told of meanwhile: an answer that comes late must not let it oversleep.
          if (dueAtMs > sleepingUntilMs) return;
          sleep(Math.min(Math.max(dueAtMs - nowMs, 0), longestSleepMs), dueAtMs);
        })
        .catch((error: unknown) => {
          deps.onError(null, error);
          sleep(RETRY_MS, BEFORE_ANY);
        });
      sleepingUntilMs = dueAtMs;
    },
    async idle() {
      while (round !== null) await round;
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await round;
    },
  };
}
