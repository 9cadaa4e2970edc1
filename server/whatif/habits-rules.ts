/**
 * How people behave in a trial, in a few numbers. Pure.
 *
 * A time (alert → tap, lead owned → first contact) is log-normal: half are shorter than the median, two thirds lie
 * within a factor of e^sigma around it. `DEFAULT_HABITS` are assumptions, said in docs/policy.md, for whom the record
 * says too little about.
 */

/** A log-normal time. */
export interface Spread {
  medianMs: number;
  sigma: number;
}

export interface Habits {
  /** Own alert → tap, while at work. */
  reaction: Spread;
  /** Lead owned → first contact, while at work. */
  contact: Spread;
  /** The part of the own leads that become an opportunity. */
  conversion: number;
}

export const DEFAULT_HABITS: Habits = {
  reaction: { medianMs: 240_000, sigma: 1.5 },
  contact: { medianMs: 600_000, sigma: 1 },
  conversion: 0.2,
};

/** @param unit chance, two floats in [0, 1) */
export function drawMs({ medianMs, sigma }: Spread, unit: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  return Math.max(1, Math.round(medianMs * Math.exp(sigma * normal)));
}
