/** FAIR-03: what is made up is paid for once, told from a few weeks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLD_WEEKS, type ColdWeek, coldAsked, coldPerWeekRule, proRata } from './cold-minimum-rules.ts';
import { claimsInWeek, returnedInWeek } from './counter-rules.ts';
import { excessOf } from './fairness-rules.ts';

const WEEK = '2026-11-23';
const BEFORE = '2026-11-16';

/** @param weeks oldest first; before them nothing was asked */
const asked = (weeks: readonly ColdWeek[]) =>
  coldAsked((ago) => {
    expect(ago).toBeLessThanOrEqual(COLD_WEEKS);
    return weeks[weeks.length - ago] ?? { required: 0, claimed: 0 };
  });
/** What is owed on the Monday after them. */
const owedAfter = (weeks: readonly ColdWeek[]) => Math.max(0, asked(weeks) - (weeks.at(-1)?.claimed ?? 0));
const of = (...claimed: number[]) => claimed.map((count) => ({ required: 3, claimed: count }));

test('COMP-40.14: what was missed last week is made up first', () => {
  const cold = (before: number, now: number, more: Record<string, number> = {}) => ({
    [claimsInWeek('cold', BEFORE)]: before,
    [claimsInWeek('cold', WEEK)]: now,
    ...more,
  });
  const mayClaim = (counters: Record<string, number>) =>
    excessOf(coldPerWeekRule(3, WEEK), 'a', (_, name) => counters[name] ?? 0) <= 0;
  expect(mayClaim(cold(3, 0))).toBe(true);
  expect([0, 1, 2].map((now) => mayClaim(cold(1, now)))).toEqual([false, false, true]);
  expect(mayClaim(cold(3, 0, { [returnedInWeek('cold', BEFORE)]: 1 }))).toBe(false);
});

describe('a claim pays once', () => {
  test('who claims three every second week owes three in every week', () => {
    expect([of(0), of(0, 3), of(0, 3, 0), of(0, 3, 0, 3)].map(owedAfter)).toEqual([3, 3, 3, 3]);
  });

  test('who makes up and does this week’s too is out of debt; who did more than that has nothing in store', () => {
    expect(owedAfter(of(0, 6))).toBe(0);
    expect(owedAfter(of(0, 5))).toBe(1);
    expect([of(3, 3), of(9), of(9, 0)].map(owedAfter)).toEqual([0, 0, 3]);
  });

  test('a debt is no more than one week’s minimum, and is forgotten after the weeks looked back on', () => {
    expect(owedAfter(of(0, 0, 0, 0))).toBe(3);
    expect(owedAfter(of(0, 3, 3, 3))).toBe(3);
    expect(owedAfter(of(0, 3, 3, 3, 3))).toBe(0);
  });

  test('property: never more than the debt told from all weeks, never more than a week asks, and exact after a clean week', () => {
    const week = fc.record({ required: fc.nat(5), claimed: fc.nat(8) });
    const exact = (weeks: readonly ColdWeek[]) =>
      weeks.reduce((owed, { required, claimed }) => Math.min(required, Math.max(0, owed + required - claimed)), 0);
    fc.assert(
      fc.property(fc.array(week, { minLength: 1, maxLength: 12 }), (weeks) => {
        const owed = owedAfter(weeks);
        const told = exact(weeks);
        expect(owed).toBeLessThanOrEqual(told);
        expect(owed).toBeGreaterThanOrEqual(0);
        const looked = weeks.slice(-COLD_WEEKS);
        if (weeks.length <= COLD_WEEKS || looked.some(({ required, claimed }) => required === 0 || claimed === 0))
          expect(owed).toBe(told);
        // Who owes nothing stands under the plain minimum.
        if (owed === 0) expect(asked(weeks)).toBe(weeks.at(-1)?.required);
      }),
    );
  });
});

test('a minimum pro rata is never more than the share of the days', () => {
  expect([5, 4, 3, 2, 1, 0].map((worked) => proRata(3, { worked, working: 5 }))).toEqual([3, 2, 1, 1, 0, 0]);
  expect(proRata(3, { worked: 0, working: 0 })).toBe(3);
});
