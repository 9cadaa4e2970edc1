/**
 * The one home of time. Everything else takes `now` as an argument or a `Clock` at construction, so
 * that tests run months in milliseconds.
 *
 * `nowMs` is wall time anchored once and carried on by the monotonic clock: a jump of the machine's
 * clock (NTP, an operator, daylight saving) moves no deadline of a running process.
 */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970, never going back within one process. */
  nowMs(): number;
  /** Milliseconds on a clock that only ever advances; its zero means nothing. */
  monotonicMs(): number;
  /** Runs `task` once, `delayMs` from now at the earliest. */
  after(delayMs: number, task: () => void): Timer;
}

/** Node fires a longer timer at once, so the longest wait is this, and the caller looks again. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  const wallAtStartMs = Date.now();
  const monotonicAtStartMs = performance.now();
  return {
    nowMs: () => Math.floor(wallAtStartMs + (performance.now() - monotonicAtStartMs)),
    monotonicMs: () => performance.now(),
    after(delayMs, task) {
      const handle = setTimeout(task, Math.min(Math.max(delayMs, 0), TIMER_MS_MAX));
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** Waits for `work`, and no longer than `ms`; false: it was not done by then. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: Timer | null = null;
  const late = new Promise<boolean>((resolve) => {
    timer = clock.after(ms, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    (timer as Timer | null)?.cancel();
  }
}
