/**
 * Product and baselines in turn, A B A B: a machine whose speed drifts, or that others use, is as slow for
 * the one as for the other, and what is judged is the ratio within a round.
 */

/** The median of the rounds' values, and how far they lie apart. */
export interface Spread {
  median: number;
  least: number;
  most: number;
  /** In the order of the rounds. */
  rounds: number[];
}

export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = rounds.filter(Number.isFinite).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return {
    median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    rounds: [...rounds],
  };
}

/** The ratio within each round. Lists of one length, one entry a round. */
export function ratioOf(over: readonly number[], under: readonly number[]): Spread {
  return spreadOf(over.map((value, round) => value / (under[round] ?? Number.NaN)));
}

/**
 * Runs every subject once a round, in the order given; every other round in the reverse order, so that none
 * is always the one who comes after.
 * @returns a list for each subject, one entry a round
 */
export async function interleave<S, R>(
  rounds: number,
  subjects: readonly S[],
  run: (subject: S, round: number) => Promise<R>,
): Promise<R[][]> {
  const results = subjects.map((): R[] => []);
  for (let round = 0; round < rounds; round++) {
    const order = subjects.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    for (const index of order) results[index]?.push(await run(subjects[index] as S, round));
  }
  return results;
}
