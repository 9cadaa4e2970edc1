/** A new claim, for some seconds over the board; at most one in twenty seconds, or a busy hour is one long noise. */
import { type Signal, signal } from '@preact/signals';
import type { WallFeed } from '../../client-sdk/src/sambar-client.ts';

export type LatestClaim = WallFeed['latest'][number];

const SHOWN_MS = 6000;
const BETWEEN_MS = 20_000;

export class Celebrations {
  readonly shown: Signal<LatestClaim | null> = signal(null);
  /** Told with each; the page makes the sound. */
  onNew: () => void = () => undefined;
  #quietUntilMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What was on the feed before is no news: a wall that comes back celebrates nothing of the past. */
  hear(before: WallFeed | null, now: WallFeed): void {
    const [newest] = now.latest;
    const known = before?.latest[0];
    if (before === null || newest === undefined || newest.leadId === known?.leadId) return;
    const nowMs = performance.now();
    if (nowMs < this.#quietUntilMs) return;
    this.#quietUntilMs = nowMs + BETWEEN_MS;
    this.shown.value = newest;
    this.onNew();
    this.#timer = setTimeout(() => {
      this.shown.value = null;
    }, SHOWN_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
