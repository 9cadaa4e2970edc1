/** The figures of a trial, as people read them. */

/** `14 s`, `3 min`, `2.5 h`. */
export function howLong(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
}

export function inPercent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

export function hundredths(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}
