import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  dayBounds,
  FIRST_DAY,
  isoWeek,
  LAST_DAY,
  localDay,
  nextMidnightMs,
  type Period,
  periodDays,
} from './calendar.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string) => Date.parse(iso);

describe('local days', () => {
  test('two zones of one country have different days for two hours', () => {
    const evening = at('2026-11-22T15:30:00Z');
    expect(localDay(evening, 'Asia/Jakarta')).toBe('2026-11-22');
    expect(localDay(evening, 'Asia/Jayapura')).toBe('2026-11-23');
  });

  test('midnight belongs to the day it begins', () => {
    const midnight = at('2026-11-22T17:00:00Z');
    expect(localDay(midnight - 1, 'Asia/Jakarta')).toBe('2026-11-22');
    expect(localDay(midnight, 'Asia/Jakarta')).toBe('2026-11-23');
    expect(nextMidnightMs(midnight - 1, 'Asia/Jakarta')).toBe(midnight);
    expect(nextMidnightMs(midnight, 'Asia/Jakarta')).toBe(midnight + 24 * HOUR_MS);
  });

  test('days of 23 and 25 hours', () => {
    const spring = dayBounds('2026-03-08', 'America/New_York');
    expect(spring.untilMs - spring.fromMs).toBe(23 * HOUR_MS);
    const autumn = dayBounds('2026-11-01', 'America/New_York');
    expect(autumn.untilMs - autumn.fromMs).toBe(25 * HOUR_MS);
    // The doubled hour: 01:30 comes twice, on one day.
    expect(localDay(at('2026-11-01T05:30:00Z'), 'America/New_York')).toBe('2026-11-01');
    expect(localDay(at('2026-11-01T06:30:00Z'), 'America/New_York')).toBe('2026-11-01');
  });

  test('a day whose midnight is skipped begins at 01:00', () => {
    const { fromMs, untilMs } = dayBounds('2026-04-24', 'Africa/Cairo');
    expect(new Date(fromMs).toISOString()).toBe('2026-04-23T22:00:00.000Z');
    expect(untilMs - fromMs).toBe(23 * HOUR_MS);
    expect(localDay(fromMs - 1, 'Africa/Cairo')).toBe('2026-04-23');
    expect(localDay(fromMs, 'Africa/Cairo')).toBe('2026-04-24');
  });

  test('a day once begun does not give way to yesterday when clocks fall back over midnight', () => {
    const { fromMs } = dayBounds('2010-11-07', 'America/St_Johns');
    expect(localDay(fromMs, 'America/St_Johns')).toBe('2010-11-07');
    // One minute later the clocks showed 23:01 of the day before.
    expect(localDay(fromMs + 2 * 60_000, 'America/St_Johns')).toBe('2010-11-07');
    expect(nextMidnightMs(fromMs + 2 * 60_000, 'America/St_Johns')).toBeGreaterThan(fromMs + HOUR_MS);
  });

  test('a zone that is none throws', () => {
    expect(() => localDay(0, 'Asia/Nowhere')).toThrow();
  });

  test('property: every instant lies in the bounds of its own day, and days follow each other', () => {
    const zones = [
      'Asia/Jakarta',
      'Asia/Jayapura',
      'America/New_York',
      'Africa/Cairo',
      'America/St_Johns',
      'Australia/Lord_Howe',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2005-01-01'), max: at('2030-01-01') }),
        (zone, ms) => {
          const day = localDay(ms, zone);
          const bounds = dayBounds(day, zone);
          expect(bounds.fromMs).toBeLessThanOrEqual(ms);
          expect(ms).toBeLessThan(bounds.untilMs);
          expect(nextMidnightMs(ms, zone)).toBe(bounds.untilMs);
          expect(localDay(bounds.untilMs, zone)).toBe(addDays(day, 1));
          expect(localDay(bounds.untilMs - 1, zone)).toBe(day);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('periods', () => {
  test.each([
    ['day', '2026-11-22', '2026-11-22', '2026-11-22'],
    ['week', '2026-11-22', '2026-11-16', '2026-11-22'],
    ['week', '2026-11-23', '2026-11-23', '2026-11-29'],
    ['week', '2027-01-01', '2026-12-28', '2027-01-03'],
    ['month', '2028-02-29', '2028-02-01', '2028-02-29'],
    ['quarter', '2026-11-22', '2026-10-01', '2026-12-31'],
    ['quarter', '2026-03-31', '2026-01-01', '2026-03-31'],
    ['all', '2026-11-22', FIRST_DAY, LAST_DAY],
  ] as const)('the %s of %s (CONV-04)', (period, day, from, to) => {
    expect(periodDays(period, day)).toEqual({ from, to });
  });

  test('property: every day of a period has the same period, the day after it the next', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Period>('day', 'week', 'month', 'quarter'),
        fc.integer({ min: 0, max: 20_000 }),
        (period, offset) => {
          const day = addDays('2000-01-01', offset);
          const { from, to } = periodDays(period, day);
          expect(from <= day && day <= to).toBe(true);
          expect(periodDays(period, from)).toEqual({ from, to });
          expect(periodDays(period, to)).toEqual({ from, to });
          expect(periodDays(period, addDays(to, 1)).from).toBe(addDays(to, 1));
        },
      ),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['2026-11-22', '2026-W47'],
  ['2026-11-23', '2026-W48'],
  ['2026-12-31', '2026-W53'],
  ['2027-01-03', '2026-W53'],
  ['2027-01-04', '2027-W01'],
  ['2024-12-30', '2025-W01'],
])('%s lies in %s', (day, week) => {
  expect(isoWeek(day)).toBe(week);
});
