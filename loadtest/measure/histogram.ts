/**
 * Latencies, in histograms of three significant digits that can be added up. A time runs from the moment
 * at which the request was meant to leave, not from when it did: what a stalled server kept from being sent
 * counts as waiting (coordinated omission).
 */
import { build, type Histogram } from 'hdr-histogram-js';

export interface LatencySummary {
  count: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
  /** [share of all that were as fast or faster, milliseconds], for a drawing. */
  curve: [number, number][];
}

const HIGHEST_MICROS = 120_000_000;
/** Where the curve has a point: ever closer to 1, as the eye reads a tail. */
const CURVE = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9975, 0.999, 0.9995, 0.9999, 1];
const ms = (micros: number) => Math.round(micros) / 1_000;

export class Latencies {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_MICROS,
    numberOfSignificantValueDigits: 3,
  });

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.min(HIGHEST_MICROS, Math.max(1, Math.round(milliseconds * 1_000))));
  }

  add(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Milliseconds that a share of all stayed within. */
  within(share: number): number {
    return this.count === 0 ? 0 : ms(this.#histogram.getValueAtPercentile(share * 100));
  }

  summary(): LatencySummary {
    return {
      count: this.count,
      p50Ms: this.within(0.5),
      p90Ms: this.within(0.9),
      p99Ms: this.within(0.99),
      p999Ms: this.within(0.999),
      maxMs: this.count === 0 ? 0 : ms(this.#histogram.maxValue),
      curve: CURVE.map((share) => [share, this.within(share)]),
    };
  }
}
