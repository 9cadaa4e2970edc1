/** COMP-33, COMP-34 at their edges. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { allowedPerWeek, attainmentOf, bandAt, bandOf, nextBand, type QuotaPolicy, spiralOf } from './quota-rules.ts';

const POLICY: QuotaPolicy = {
  bands: [
    { fromPct: 0, perWeek: 10 },
    { fromPct: 50, perWeek: 12 },
    { fromPct: 75, perWeek: 15 },
    { fromPct: 100, perWeek: 20 },
  ],
};

describe('COMP-33: the lower bound is inside', () => {
  test.each([
    [0, 10],
    [0.499999, 10],
    [0.5, 12],
    [0.749999, 12],
    [0.75, 15],
    [0.999999, 15],
    [1, 20],
    [12, 20],
  ])('attainment %d: %i leads a week', (attainment, perWeek) => {
    expect(bandAt(POLICY, attainment).perWeek).toBe(perWeek);
  });

  test('a fraction of a currency unit below a bound is below it', () => {
    expect(bandAt(POLICY, attainmentOf(49_999, 100_000) ?? 9).perWeek).toBe(10);
    expect(bandAt(POLICY, attainmentOf(499_999_999, 1_000_000_000) ?? 9).perWeek).toBe(10);
    expect(bandAt(POLICY, attainmentOf(50_000, 100_000) ?? 9).perWeek).toBe(12);
    const odd = {
      bands: [
        { fromPct: 0, perWeek: 1 },
        { fromPct: 29, perWeek: 2 },
      ],
    };
    expect(bandAt(odd, attainmentOf(29, 100) ?? 0).perWeek).toBe(2);
  });
});

test('no quota, no band; a quota of which no month was closed, the lowest; no bands, no ceiling', () => {
  expect(attainmentOf(5, null)).toBeNull();
  expect(attainmentOf(5, 0)).toBeNull();
  expect(bandOf(POLICY, { quota: null, attainment: 2 })).toBeNull();
  expect(bandOf(POLICY, { quota: 0, attainment: null })).toBeNull();
  expect(bandOf(POLICY, { quota: 100, attainment: null })).toEqual({ fromPct: 0, perWeek: 10 });
  expect(bandOf(null, { quota: 100, attainment: 1 })).toBeNull();
});

test('COMP-38: the next band, and the revenue of a month that opens it', () => {
  expect(nextBand(POLICY, { quota: 1001, attainment: 0.6 })).toEqual({
    fromPct: 75,
    perWeek: 15,
    revenuePerMonth: 751,
  });
  expect(nextBand(POLICY, { quota: 1001, attainment: 1 })).toBeNull();
  expect(nextBand(POLICY, { quota: null, attainment: 1 })).toBeNull();
});

test('property: more revenue never means a lower band, and the revenue named is enough', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), fc.integer({ min: 1, max: 10_000 }), (revenue, more, quota) => {
      const at = (value: number) => attainmentOf(value, quota) ?? 0;
      const fewer = bandAt(POLICY, at(revenue));
      expect(bandAt(POLICY, at(revenue + more)).fromPct).toBeGreaterThanOrEqual(fewer.fromPct);
      const next = nextBand(POLICY, { quota, attainment: at(revenue) });
      if (next === null) return;
      expect(bandAt(POLICY, at(next.revenuePerMonth)).fromPct).toBeGreaterThanOrEqual(next.fromPct);
      expect(next.revenuePerMonth).toBeGreaterThan(revenue);
    }),
  );
});

test.each<[string, (number | null)[], number[] | null]>([
  ['two falls in the lowest band', [0.2, 0.3, 0.4], [0.4, 0.3, 0.2]],
  ['it fell into the lowest band two months ago', [0.2, 0.3, 0.9], [0.9, 0.3, 0.2]],
  ['one month in the lowest band', [0.2, 0.5, 0.9], null],
  ['a month that stood still', [0.3, 0.3, 0.4], null],
  ['a month that rose', [0.3, 0.2, 0.4], null],
  ['a month without a quota', [0.2, null, 0.4], null],
  ['two months alone', [0.2, 0.3], null],
  ['nothing in two months is no fall any more', [0, 0, 0.4], null],
])('COMP-37: %s', (_, attainments, expected) => {
  expect(spiralOf(POLICY, attainments)).toEqual(expected);
  expect(spiralOf(null, attainments)).toBeNull();
});

test('property: COMP-37 says what fell, oldest first, and never where a month rose', () => {
  const fraction = fc.integer({ min: 0, max: 120 }).map((pct) => pct / 100);
  fc.assert(
    fc.property(fraction, fraction, fraction, (now, before, first) => {
      const falls = now < before && before < first && before < 0.5;
      expect(spiralOf(POLICY, [now, before, first])).toEqual(falls ? [first, before, now] : null);
    }),
  );
});

test('COMP-34: a rep’s allowance is that of its band; without bands or without a quota there is none', () => {
  const rep = { team: null, quota: 100, attainment: 0.6 };
  const open = resolvePreset('open') as Policy;
  const policy: Policy = { ...open, quotaAllocation: POLICY, teams: { East: { rules: { quotaAllocation: null } } } };
  expect(allowedPerWeek(policy, rep)).toBe(12);
  const without = [allowedPerWeek(open, rep), allowedPerWeek(policy, { ...rep, quota: null })];
  expect([...without, allowedPerWeek(policy, { ...rep, team: 'East' })]).toEqual([null, null, null]);
});
