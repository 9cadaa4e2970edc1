/** The one home of chance: ids, secrets, shuffles. Tests pass a seeded source. */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** A float in [0, 1). */
  unit(): number;
  /** Bytes that nobody can guess; for secrets and ids. */
  bytes(count: number): Uint8Array;
}

export function createSystemRandom(): Random {
  return { unit: () => Math.random(), bytes: (count) => randomBytes(count) };
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
