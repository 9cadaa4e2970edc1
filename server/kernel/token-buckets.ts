/**
 * How often each of many may do something: a bucket of tokens a key, refilled evenly. A key that nobody
 * remembers has a full bucket, so forgetting one is harmless to its owner; the least lately used are
 * forgotten first, and memory is bounded whatever keys strangers invent.
 */
export interface BucketRate {
  /** Tokens a full bucket holds: the largest burst. */
  burst: number;
  perMinute: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export class TokenBuckets {
  readonly #rate: BucketRate;
  readonly #nowMs: () => number;
  readonly #keysMax: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: BucketRate, nowMs: () => number, keysMax = 20_000) {
    this.#rate = rate;
    this.#nowMs = nowMs;
    this.#keysMax = keysMax;
  }

  /** Takes one; answers 0, or the milliseconds until there is one again (and then takes none). */
  take(key: string): number {
    const bucket = this.#filled(key);
    if (bucket.tokens < 1) return this.#waitOf(bucket);
    bucket.tokens -= 1;
    this.#keep(key, bucket);
    return 0;
  }

  /** The milliseconds until `take` would answer 0; takes none. */
  waitMs(key: string): number {
    const bucket = this.#filled(key);
    return bucket.tokens < 1 ? this.#waitOf(bucket) : 0;
  }

  size(): number {
    return this.#buckets.size;
  }

  #filled(key: string): Bucket {
    const { burst, perMinute } = this.#rate;
    const nowMs = this.#nowMs();
    const had = this.#buckets.get(key);
    if (had === undefined) return { tokens: burst, atMs: nowMs };
    const gained = ((nowMs - had.atMs) * perMinute) / 60_000;
    return { tokens: Math.min(burst, had.tokens + gained), atMs: nowMs };
  }

  #waitOf({ tokens }: Bucket): number {
    // Less a grain: fractions of a token do not add up exactly.
    return Math.max(1, Math.ceil(((1 - tokens) * 60_000) / this.#rate.perMinute - 1e-6));
  }

  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax) this.#buckets.delete(this.#buckets.keys().next().value as string);
  }
}
