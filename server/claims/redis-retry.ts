/**
 * How the ledger insists: a verb is tried for two seconds and then fails with a code; a settlement,
 * whose win is on disk, is tried until Redis takes it. Every script it repeats is idempotent.
 */
import type { Clock, Timer } from '../kernel/clock.ts';
import { ArbiterFault } from './offer-checks.ts';

const ATTEMPT_BUDGET_MS = 2_000;
const FIRST_PAUSE_MS = 20;
const PAUSE_MS_MAX = 1_000;

export class Retrier {
  readonly #clock: Clock;
  readonly #onFault: (fault: unknown) => void;
  readonly #pauses = new Set<{ timer: Timer; resolve: () => void }>();
  #stopped = false;

  constructor(clock: Clock, onFault: (fault: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  attempt<T>(task: () => Promise<T>): Promise<T> {
    return this.#until(task, this.#clock.monotonicMs() + ATTEMPT_BUDGET_MS);
  }

  persist<T>(task: () => Promise<T>): Promise<T> {
    return this.#until(task, Number.POSITIVE_INFINITY);
  }

  async #until<T>(task: () => Promise<T>, untilMs: number): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
      if (this.#stopped) throw new ArbiterFault('ARBITER_CLOSED', 'the arbiter is closed');
      try {
        return await task();
      } catch (fault) {
        if (this.#clock.monotonicMs() + pauseMs > untilMs) {
          throw new ArbiterFault('ARBITER_AWAY', 'Redis did not take the command', fault);
        }
        this.#onFault(fault);
        await this.pause(pauseMs);
      }
    }
  }

  /** A wait that ends early when everything stops. */
  pause(delayMs: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#pauses.delete(entry);
        resolve();
      };
      const entry = { timer: this.#clock.after(delayMs, end), resolve: end };
      this.#pauses.add(entry);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer, resolve } of [...this.#pauses]) {
      timer.cancel();
      resolve();
    }
  }
}
