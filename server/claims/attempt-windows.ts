/** How many early tries and repeats each rep has made in the current second and minute (AR19). */
import { RecentMap } from '../kernel/recent-map.ts';

/** Reps who try within one minute; beyond this the oldest start a new minute. */
const REPS_KEPT = 10_000;

interface Windows {
  second: number;
  inSecond: number;
  minute: number;
  inMinute: number;
}

export class AttemptWindows {
  readonly #windows = new RecentMap<Windows>(REPS_KEPT);

  /** Takes one attempt; false, and nothing taken, when the second or the minute is full. */
  take(repId: string, rate: { perSecond: number; perMinute: number }, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000);
    const minute = Math.floor(nowMs / 60_000);
    const had = this.#windows.get(repId);
    const inSecond = had?.second === second ? had.inSecond : 0;
    const inMinute = had?.minute === minute ? had.inMinute : 0;
    if (inSecond >= rate.perSecond || inMinute >= rate.perMinute) return false;
    this.#windows.set(repId, { second, inSecond: inSecond + 1, minute, inMinute: inMinute + 1 });
    return true;
  }
}
