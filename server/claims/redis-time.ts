/**
 * What a gateway believes Redis's clock to be: read once a connection and carried on by this
 * process's monotonic clock. Small differences (drift, the way there) are followed; a jump is not,
 * so a Redis whose clock was set, or another Redis behind the same address, is noticed (AR8).
 *
 *   unanchored → anchored    the first claim after a connection asks for TIME
 *   anchored   → unanchored  the connection closed: the next one may be another server
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../kernel/clock.ts';
import { ArbiterFault } from './offer-checks.ts';

/** A slower answer says too little about the clock it carries. */
const ANCHOR_ROUND_TRIP_MS_MAX = 250;
/** What drift and a busy event loop explain; a tenth of the skew that is refused. */
const NUDGE_MS_MAX = 50;
/** The claim's script refuses beyond the same (AR8). */
const SKEW_MS_MAX = 500;
/** One reply is one noisy sample: follow it by this share. */
const NUDGE_SHARE = 1 / 16;

export class RedisTime {
  readonly #redis: Redis;
  readonly #clock: Clock;
  /** Redis's time at the monotonic clock's zero; null while unanchored. */
  #offsetMs: number | null = null;
  #anchoring: Promise<void> | null = null;
  #connection = 0;
  readonly #onClose = (): void => {
    this.#offsetMs = null;
    this.#connection++;
  };

  constructor(redis: Redis, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
    redis.on('close', this.#onClose);
  }

  detach(): void {
    this.#redis.off('close', this.#onClose);
  }

  /** Redis's time now, asking it first when this connection has not been asked. */
  async estimate(): Promise<number> {
    if (this.#offsetMs === null) {
      this.#anchoring ??= this.#anchor().finally(() => {
        this.#anchoring = null;
      });
      await this.#anchoring;
    }
    if (this.#offsetMs === null) throw new ArbiterFault('ARBITER_AWAY', 'the connection closed');
    return this.#offsetMs + this.#clock.monotonicMs();
  }

  async #anchor(): Promise<void> {
    const connection = this.#connection;
    const sentMs = this.#clock.monotonicMs();
    const [seconds, microseconds] = await this.#redis.time();
    const heardMs = this.#clock.monotonicMs();
    if (heardMs - sentMs > ANCHOR_ROUND_TRIP_MS_MAX) {
      throw new ArbiterFault('ARBITER_AWAY', `TIME took ${Math.round(heardMs - sentMs)} ms`);
    }
    if (connection !== this.#connection) return;
    const redisMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    this.#offsetMs = redisMs - (sentMs + heardMs) / 2;
  }

  /** Whether a reply that carried this time is what this connection's clock would say; `sentMs` is monotonic. */
  agrees(redisMs: number, sentMs: number): boolean {
    if (this.#offsetMs === null) return false;
    const earliestMs = this.#offsetMs + sentMs - SKEW_MS_MAX;
    return redisMs >= earliestMs && redisMs <= this.#offsetMs + this.#clock.monotonicMs() + SKEW_MS_MAX;
  }

  /** A reply carried Redis's time: follow it if it is near. `sentMs` is monotonic. */
  heard(redisMs: number, sentMs: number): void {
    if (this.#offsetMs === null) return;
    const expectedMs = this.#offsetMs + (sentMs + this.#clock.monotonicMs()) / 2;
    const differenceMs = redisMs - expectedMs;
    if (Math.abs(differenceMs) <= NUDGE_MS_MAX) this.#offsetMs += differenceMs * NUDGE_SHARE;
  }
}
