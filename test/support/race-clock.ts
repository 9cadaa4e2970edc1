/**
 * The clock of a race: time jumps over hours, so what beats each second (leases, heartbeats on file)
 * beats once at the end of a jump, as after a machine's sleep, and not once for each second of it.
 */
import type { Timer } from '../../server/kernel/clock.ts';
import { SimClock } from './sim-clock.ts';

const BEAT_MS = 1_000;
/** The pauses before a command that Redis did not take in time is sent again. */
const RETRY_PAUSES_MS = [20, 40, 80, 160, 200, 320, 640];

export class RaceClock extends SimClock {
  readonly #retries = new Set<() => void>();
  #targetMs = 0;

  override after(delayMs: number, task: () => void): Timer {
    if (RETRY_PAUSES_MS.includes(delayMs)) return this.#retryLater(delayMs, task);
    const leftMs = this.#targetMs - this.nowMs();
    return super.after(delayMs <= BEAT_MS ? Math.max(delayMs, leftMs) : delayMs, task);
  }

  override advanceTo(targetMs: number): void {
    this.#targetMs = targetMs;
    super.advanceTo(targetMs);
  }

  /** On a busy machine a command may need a second try, for which no test moves time. */
  retryNow(): void {
    for (const retry of [...this.#retries]) retry();
  }

  #retryLater(delayMs: number, task: () => void): Timer {
    const once = () => {
      timer.cancel();
      this.#retries.delete(once);
      task();
    };
    const timer = super.after(delayMs, once);
    this.#retries.add(once);
    return {
      cancel: () => {
        timer.cancel();
        this.#retries.delete(once);
      },
    };
  }
}
