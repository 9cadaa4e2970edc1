/** Chance that repeats itself: the same seed plays the same people in the same way. */
import type { Random } from './random.ts';

export interface Chance {
  /** A float in [0, 1). */
  unit(): number;
  /** A float from `min` up to, and without, `max`. */
  between(min: number, max: number): number;
  happens(probability: number): boolean;
  oneOf<T>(items: readonly T[]): T;
  /** A human reaction: log-normal around its median, so that a few are very slow and none is negative. */
  reactionMs(medianMs: number): number;
}

/** How far a person's reactions spread: two thirds lie within a factor of e^0.35 around the median. */
const REACTION_SPREAD = 0.35;

/** FNV-1a over UTF-16 units: spreads similar seeds ("lead 1", "lead 2") far apart. */
function hashOf(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) {
    hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** Mulberry32: small, fast, and good enough to play people; never for ids or secrets. */
export function createChance(seed: string): Chance {
  let state = hashOf(seed);
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    unit,
    between: (min, max) => min + unit() * (max - min),
    happens: (probability) => unit() < probability,
    oneOf: (items) => items[Math.floor(unit() * items.length)]!,
    reactionMs(medianMs) {
      const normal = Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
      return medianMs * Math.exp(REACTION_SPREAD * normal);
    },
  };
}

/** Ids and shuffles of a house that is only tried: whoever knows the seed knows them all. */
export function createSeededRandom(seed: string): Random {
  const { unit } = createChance(seed);
  return { unit, bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(unit() * 256)) };
}
