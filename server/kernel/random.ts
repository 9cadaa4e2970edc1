/** The one home of chance: ids, secrets, shuffles. Tests pass a seeded source. */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** A float in [0, 1). */
  unit(): number;
  /** Bytes that nobody can guess; for secrets and ids. */
  bytes(count: number): Uint8Array;
}

/** One call to the system is as dear as a hundred ids need of it. */
const DRAWN_AT_ONCE = 4096;

export function createSystemRandom(): Random {
  let drawn = Buffer.alloc(0);
  return {
    unit: () => Math.random(),
    bytes(count) {
      if (count > DRAWN_AT_ONCE) return randomBytes(count);
      if (drawn.length < count) drawn = randomBytes(DRAWN_AT_ONCE);
      const bytes = Uint8Array.from(drawn.subarray(0, count));
      // A secret is kept by whoever asked for it, and not here.
      drawn.fill(0, 0, count);
      drawn = drawn.subarray(count);
      return bytes;
    },
  };
}

/** A new array in random order, each order equally likely (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Pick<Random, 'unit'>): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const pick = Math.floor(random.unit() * (last + 1));
    [result[last], result[pick]] = [result[pick] as T, result[last] as T];
  }
  return result;
}
