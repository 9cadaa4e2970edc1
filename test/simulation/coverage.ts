/**
 * What a run of many seeds must have seen, or its silence means nothing: each verdict with its reason,
 * each place at which a process may end, each way a connection comes back, each fault that struck.
 */

/** What → how often at least, in 300 seeds. More seeds must see more, fewer are asked for less. */
export const FLOORS: Readonly<Record<string, number>> = {};

const SEEDS = 300;

/** One sentence for each thing seen too seldom. */
export function coverageGaps(seen: ReadonlyMap<string, number>, seeds: number): string[] {
  return Object.entries(FLOORS).flatMap(([what, floor]) => {
    const least = Math.floor((floor * seeds) / SEEDS);
    const found = seen.get(what) ?? 0;
    return found < least ? [`${what}: ${found} times in ${seeds} seeds, at least ${least} are needed`] : [];
  });
}
