/** The smallest value that at least `share` of all are not above; 0 when there are none. Exact, by sorting. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** Milliseconds with one digit: more would claim a precision that a timer does not have. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
