import { expect, test } from 'vitest';
import { createChance } from '../kernel/chance.ts';
import { percentile } from '../kernel/percentile.ts';
import { drawMs, fitSpread, TIMES_MIN } from './habits-rules.ts';

const TRUE = { medianMs: 60_000, sigma: 1.2 };

function drawn(count: number): number[] {
  const { unit } = createChance('times');
  return Array.from({ length: count }, () => drawMs(TRUE, unit));
}

test('drawn times have the median and the spread that were asked for', () => {
  const times = drawn(4_000);
  expect(percentile(times, 0.5) / TRUE.medianMs).toBeCloseTo(1, 0.9);
  expect(Math.log(percentile(times, 0.84) / percentile(times, 0.5))).toBeCloseTo(TRUE.sigma, 0.9);
});

test('a fit finds them again, also when most times were cut short by a colleague who was faster', () => {
  const all = drawn(4_000);
  const whole = fitSpread({ full: all, longerThan: [] });
  expect(whole?.medianMs).toBeGreaterThan(TRUE.medianMs * 0.93);
  expect(whole?.medianMs).toBeLessThan(TRUE.medianMs * 1.07);
  const cutMs = 30_000;
  const full = all.filter((ms) => ms <= cutMs);
  const longerThan = all.filter((ms) => ms > cutMs).map(() => cutMs);
  expect(longerThan.length).toBeGreaterThan(full.length);
  const fitted = fitSpread({ full, longerThan });
  expect(fitted?.medianMs).toBeGreaterThan(TRUE.medianMs * 0.85);
  expect(fitted?.medianMs).toBeLessThan(TRUE.medianMs * 1.15);
  expect(fitted?.sigma).toBeCloseTo(TRUE.sigma, 0.7);
  // By the wins alone everybody would look twice as quick.
  expect(fitSpread({ full, longerThan: [] })?.medianMs).toBeLessThan(TRUE.medianMs / 2);
});

test('few times are no distribution', () => {
  expect(fitSpread({ full: drawn(TIMES_MIN - 1), longerThan: [] })).toBeNull();
});
