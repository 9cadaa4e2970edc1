/**
 * The clock of a race: time jumps over hours, so what beats each second (leases, heartbeats on file)
 * beats once at the end of a jump, as after a machine's sleep, and not once for each second of it.
 */
import type { Timer } from '../../server/kernel/clock.ts';
import { SimClock } from './sim-clock.ts';

const BEAT_MS = 1_000;

export class RaceClock extends SimClock {
  #targetMs = 0;

  override after(delayMs: number, task: () => void): Timer {
    const leftMs = this.#targetMs - this.nowMs();
    return super.after(delayMs <= BEAT_MS ? Math.max(delayMs, leftMs) : delayMs, task);
  }

  override advanceTo(targetMs: number): void {
    this.#targetMs = targetMs;
    super.advanceTo(targetMs);
  }
}
