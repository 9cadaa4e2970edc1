/** COMP-30: the four figures at their edges, and what counts as answered. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankedBySpeed, type SpeedFigures, speedFigures, type Work } from './speed-board-rules.ts';

const RULES = { contact: 'any' as const, fastSeconds: 300, okSeconds: 3_600, streakBelowSeconds: 600 };
const DAY_MS = 86_400_000;
/** Answered after so many seconds; null: never. */
const work = (afterSeconds: number | null, part: Partial<Work> = {}): Work => ({
  startedAt: 0,
  answeredAt: afterSeconds === null ? null : afterSeconds * 1000,
  endedAt: null,
  endReason: null,
  converted: false,
  ...part,
});
const figures = (works: Work[], nowMs = DAY_MS) => speedFigures(RULES, works, nowMs);

describe('COMP-30', () => {
  test('mean, within 5 minutes and an hour with the bound inside, conversion', () => {
    const works = [work(300), work(301), work(3_600, { converted: true }), work(3_601), work(null)];
    expect(figures(works)).toEqual({
      ...{ leads: 5, answered: 4, meanSeconds: 1951, withinFastPct: 20, withinOkPct: 60 },
      ...{ longestStreak: 2, conversionPct: 20 },
    });
    expect(figures([])).toMatchObject({ leads: 0, meanSeconds: null, withinFastPct: null, conversionPct: null });
  });

  test('a streak is of answers below ten minutes; ten minutes end it', () => {
    expect(figures([work(1), work(599.999), work(600), work(1)]).longestStreak).toBe(2);
    expect(figures([work(1), work(null), work(1), work(2), work(3)]).longestStreak).toBe(3);
  });

  test('a lead that is still young is no miss yet', () => {
    const young = work(null, { startedAt: DAY_MS - 200_000 });
    expect(figures([work(60), young])).toMatchObject({ withinFastPct: 100, withinOkPct: 100, longestStreak: 1 });
    expect(figures([work(60), { ...young, startedAt: DAY_MS - 301_000 }])).toMatchObject({
      ...{ withinFastPct: 50, withinOkPct: 100, longestStreak: 1 },
    });
  });

  test('given back unanswered is a miss at once; taken away unanswered was never the rep’s to answer', () => {
    const ended = { endedAt: DAY_MS, startedAt: DAY_MS - 1 };
    expect(figures([work(60), work(null, { ...ended, endReason: 'released' })])).toMatchObject({
      ...{ leads: 2, withinFastPct: 50, longestStreak: 1 },
    });
    expect(figures([work(60), work(null, { ...ended, endReason: 'reassigned' })])).toMatchObject({
      ...{ leads: 1, withinFastPct: 100 },
    });
  });

  test('property: what is within the shorter time is within the longer one, and a streak is no longer than its leads', () => {
    const some = fc.array(fc.option(fc.integer({ min: 0, max: 8_000 })), { maxLength: 40 });
    fc.assert(
      fc.property(some, (times) => {
        const { withinFastPct, withinOkPct, longestStreak, answered, leads } = figures(times.map((one) => work(one)));
        expect(withinFastPct ?? 0).toBeLessThanOrEqual(withinOkPct ?? 0);
        expect(longestStreak).toBeLessThanOrEqual(answered);
        expect(answered).toBeLessThanOrEqual(leads);
      }),
    );
  });
});

test('the shortest mean leads, equals share a rank, who answered nothing has no row', () => {
  const row = (repId: string, meanSeconds: number | null) => ({ repId, ...({ meanSeconds } as SpeedFigures) });
  const rows = rankedBySpeed([row('c', 90), row('d', null), row('b', 60), row('a', 60)]);
  expect(rows.map(({ rank, repId }) => [rank, repId])).toEqual([
    [1, 'a'],
    [1, 'b'],
    [3, 'c'],
  ]);
});
