/**
 * What time the server has, from the timestamps it sends. A message cannot arrive before it was
 * sent, so each timestamp is a lower bound of the server's clock; the greatest of the recent bounds
 * is late by the fastest message's way only, which is good enough for a countdown.
 */
import type { ClientClock } from './platform.ts';

/** Old bounds leave, so that a drifting clock of the device is followed. */
const SAMPLES_KEPT = 32;

export class ServerTime {
  readonly #clock: ClientClock;
  #offsetsMs: number[] = [];

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  /** `stamp`: an ISO time that the server wrote at the moment it sent a message just received. */
  observe(stamp: string): void {
    this.observeMs(Date.parse(stamp));
  }

  observeMs(serverMs: number): void {
    if (!Number.isFinite(serverMs)) return;
    this.#offsetsMs = [...this.#offsetsMs, serverMs - this.#clock.nowMs()].slice(-SAMPLES_KEPT);
  }

  /** The device's own time until the server has been heard. */
  nowMs(): number {
    const offsetMs = this.#offsetsMs.length === 0 ? 0 : Math.max(...this.#offsetsMs);
    return this.#clock.nowMs() + offsetMs;
  }
}
