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

/** Times that were seen to their end, and times of which it is known only that they are longer. */
export interface SeenTimes {
  full: readonly number[];
  longerThan: readonly number[];
}

/** Seen fewer times, a person is taken for one like the others. */
export const TIMES_MIN = 8;
const ROUNDS = 60;
const SIGMA = { min: 0.2, max: 3 };

/**
 * The log-normal that fits best, times that were cut short among them (a maximum-likelihood fit by
 * expectation-maximisation: each cut one counts as what it would be on average). Left out they would make everybody
 * look as quick as in the races they won. Null: too few were seen.
 */
export function fitSpread({ full, longerThan }: SeenTimes): Spread | null {
  if (full.length < TIMES_MIN) return null;
  const logOf = (ms: number) => Math.log(Math.max(1, ms));
  const seen = full.map(logOf);
  const cut = longerThan.map(logOf);
  const count = seen.length + cut.length;
  const seenSum = seen.reduce((sum, x) => sum + x, 0);
  const seenSquares = seen.reduce((sum, x) => sum + x * x, 0);
  let mu = seenSum / seen.length;
  let sigma = clampSigma(Math.sqrt(Math.max(0, seenSquares / seen.length - mu * mu)));
  for (let round = 0; round < ROUNDS; round++) {
    let sum = seenSum;
    let squares = seenSquares;
    for (const c of cut) {
      const hazard = hazardOf((c - mu) / sigma);
      sum += mu + sigma * hazard;
      squares += mu * mu + sigma * sigma + sigma * (c + mu) * hazard;
    }
    mu = sum / count;
    sigma = clampSigma(Math.sqrt(Math.max(0, squares / count - mu * mu)));
  }
  return { medianMs: Math.exp(mu), sigma };
}

function clampSigma(sigma: number): number {
  return Math.min(SIGMA.max, Math.max(SIGMA.min, sigma));
}

/** Of the standard normal: density over what is left beyond z. */
function hazardOf(z: number): number {
  if (z > 6) return z + 1 / z;
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / (1 - normalBelow(z));
}

/** Abramowitz and Stegun 26.2.17, good to seven digits. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? 1 - tail : tail;
}
