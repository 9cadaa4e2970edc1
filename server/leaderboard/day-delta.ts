/**
 * What one fact changes in a rep's sums of one local day: the only currency between what happened
 * and the boards. A field that is present (zero too) moves that metric's `…At` to the later of itself and `at`.
 */
export interface DayDelta {
  repId: string;
  /** The rep's local day, `2026-11-22`. */
  day: string;
  /** When the fact happened, ms since 1970. */
  at: number;
  points?: number;
  claims?: number;
  /** Own alert → claim; moves together with `speedCount`. */
  speedMs?: number;
  speedCount?: number;
  converted?: number;
  opportunities?: number;
  revenue?: number;
  /** Start of ownership → first contact; moves together with `responseCount`. */
  responseMs?: number;
  responseCount?: number;
}

type Amounts = Omit<DayDelta, 'repId' | 'day' | 'at'>;

/** One delta for each rep, day and moment: what several facts of one transaction add, added. */
export function mergedDeltas(deltas: readonly DayDelta[]): DayDelta[] {
  const merged = new Map<string, DayDelta>();
  for (const { repId, day, at, ...amounts } of deltas) {
    const key = `${repId} ${day} ${at}`;
    const sums = merged.get(key) ?? { repId, day, at };
    for (const [metric, amount] of Object.entries(amounts) as [keyof Amounts, number][]) {
      sums[metric] = (sums[metric] ?? 0) + amount;
    }
    merged.set(key, sums);
  }
  return [...merged.values()];
}
