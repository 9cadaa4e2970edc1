import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST_DAY, LAST_DAY } from '../kernel/calendar.ts';
import type { DayDelta } from './day-delta.ts';
import { sumsOfDelta } from './day-sums.ts';
import {
  type BoardQuery,
  createBoardFold,
  DAYS_HELD,
  type DayRange,
  type Metric,
  type Standing,
} from './leaderboard-rules.ts';

const DAY = '2026-11-23';
const ALL: DayRange = { from: FIRST_DAY, to: LAST_DAY };
const METRICS: Metric[] = ['points', 'claims', 'claimSpeed', 'conversion', 'opportunities', 'revenue', 'responseSpeed'];

const query = (metric: Metric, part: Partial<BoardQuery> = {}): BoardQuery => ({
  metric,
  range: { from: DAY, to: DAY },
  rateMinClaims: 10,
  includes: () => true,
  ...part,
});
const delta = (repId: string, at: number, sums: Partial<DayDelta>): DayDelta => ({
  repId,
  day: DAY,
  at,
  ...sums,
});

function board(metric: Metric, deltas: DayDelta[], part: Partial<BoardQuery> = {}): string[] {
  const fold = createBoardFold();
  for (const one of deltas) fold.apply(one);
  return fold.standings(query(metric, part), 10).map((row) => `${row.rank} ${row.repId} ${row.value}`);
}

describe('values (MET-25)', () => {
  test('GAME-27: sums, most first; zero and below have no row', () => {
    const deltas = [
      delta('a', 1, { points: 10 }),
      delta('b', 2, { points: 25 }),
      delta('c', 3, { points: 10 }),
      delta('c', 4, { points: -10 }),
      delta('d', 5, { points: -10 }),
    ];
    expect(board('points', deltas)).toEqual(['1 b 25', '2 a 10']);
  });

  test('MET-16: claim speed is the mean in whole ms, least first', () => {
    const deltas = [
      delta('a', 1, { speedMs: 3000, speedCount: 1 }),
      delta('b', 2, { speedMs: 1000, speedCount: 1 }),
      delta('b', 3, { speedMs: 1501, speedCount: 1 }),
      delta('c', 4, { speedMs: 0, speedCount: 0 }),
      delta('d', 5, { speedMs: 0, speedCount: 1 }),
    ];
    expect(board('claimSpeed', deltas)).toEqual(['1 d 0', '2 b 1251', '3 a 3000']);
  });

  test('MET-06: response speed likewise', () => {
    const deltas = [
      delta('a', 1, { responseMs: 9, responseCount: 2 }),
      delta('b', 1, { responseMs: 4, responseCount: 1 }),
    ];
    expect(board('responseSpeed', deltas)).toEqual(['1 b 4', '2 a 5']);
  });

  test('GAME-19, MET-02: a rate needs 10 claims in the period; 9 have no rank, none converted is a row', () => {
    const deltas = [
      delta('nine', 1, { claims: 9, converted: 9 }),
      delta('ten', 1, { claims: 10, converted: 5 }),
      delta('none', 1, { claims: 10, converted: 0 }),
    ];
    expect(board('conversion', deltas)).toEqual(['1 ten 0.5', '2 none 0']);
    expect(board('conversion', deltas, { rateMinClaims: 9 })[0]).toBe('1 nine 1');
  });
});

describe('ranks (GAME-31)', () => {
  test('equal values share a rank, the next is as far down as it stands: 1, 1, 3', () => {
    const deltas = [
      delta('late', 9, { claims: 5 }),
      delta('early', 3, { claims: 5 }),
      delta('third', 1, { claims: 4 }),
    ];
    expect(board('claims', deltas)).toEqual(['1 early 5', '1 late 5', '3 third 4']);
  });

  test('what counts is when the value came to stand where it stands, then the id', () => {
    const deltas = [
      delta('a', 1, { points: 4 }),
      delta('a', 8, { points: 1 }),
      delta('c', 7, { points: 5 }),
      delta('b', 7, { points: 5 }),
      delta('b', 99, { claims: 1 }),
    ];
    expect(board('points', deltas)).toEqual(['1 b 5', '1 c 5', '1 a 5']);
  });

  test('the same rate by other numbers is the same rank, in the order of its last move', () => {
    const deltas = [
      delta('twelve', 5, { claims: 12, converted: 4 }),
      delta('thirty', 3, { claims: 30, converted: 10 }),
      delta('thirty', 9, { points: 1 }),
    ];
    expect(board('conversion', deltas).map((row) => row.slice(0, 8))).toEqual(['1 thirty', '1 twelve']);
  });
});

describe('ranges', () => {
  const across = [
    { repId: 'a', day: '2026-11-22', at: 1, points: 7 },
    { repId: 'a', day: '2026-11-23', at: 2, points: 5 },
    { repId: 'a', day: '2026-11-24', at: 3, points: 3 },
  ];

  test('hold the days from first to last, both inside, also when asked before the facts come', () => {
    const fold = createBoardFold();
    const week = query('points', { range: { from: '2026-11-23', to: '2026-11-29' } });
    expect(fold.standings(week, 10)).toEqual([]);
    for (const one of across) fold.apply(one);
    expect(fold.standings(week, 10)).toEqual([{ rank: 1, repId: 'a', value: 8 }]);
    expect(fold.standings(query('points', { range: ALL }), 10)[0]?.value).toBe(15);
    expect(fold.balance('a')).toBe(15);
    expect(fold.balance('nobody')).toBe(0);
    expect(fold.total('points', { from: '2026-11-24', to: '2026-11-24' })).toBe(3);
  });

  test('load replaces what is held', () => {
    const fold = createBoardFold();
    for (const one of across) fold.apply(one);
    fold.load(across.slice(0, 1).map((one) => ({ repId: 'a', day: one.day, ...sumsOfDelta(one) })));
    expect(fold.balance('a')).toBe(7);
    expect(fold.standings(query('points', { range: { from: '2026-11-22', to: '2026-11-23' } }), 10)).toEqual([
      { rank: 1, repId: 'a', value: 7 },
    ]);
  });

  test('old days live on in all time alone', () => {
    const fold = createBoardFold();
    const first = Date.parse('2026-01-01');
    for (let day = 0; day <= DAYS_HELD; day++) {
      fold.apply({
        repId: 'a',
        day: new Date(first + day * 86_400_000).toISOString().slice(0, 10),
        at: day,
        claims: 1,
      });
    }
    const year = query('claims', { range: { from: '2026-01-01', to: '2026-12-31' } });
    expect(fold.standings(year, 1)[0]?.value).toBe(DAYS_HELD);
    expect(fold.standings({ ...year, range: ALL }, 1)[0]?.value).toBe(DAYS_HELD + 1);
  });
});

/** Everything again in the plainest way: filter, add up, sort all, number. */
function recount(deltas: DayDelta[], { metric, range, rateMinClaims, includes }: BoardQuery): Standing[] {
  const latest = (repId: string, sums: (keyof DayDelta)[]) =>
    Math.max(
      0,
      ...within.filter((one) => one.repId === repId && sums.some((sum) => one[sum] !== undefined)).map((one) => one.at),
    );
  const sum = (repId: string, field: keyof DayDelta) =>
    within.filter((one) => one.repId === repId).reduce((total, one) => total + Number(one[field] ?? 0), 0);
  const within = deltas.filter((one) => range.from <= one.day && one.day <= range.to && includes(one.repId));
  const mean = (repId: string, ms: 'speedMs' | 'responseMs', count: 'speedCount' | 'responseCount') =>
    sum(repId, count) > 0
      ? { sortBy: Math.round(sum(repId, ms) / sum(repId, count)), at: latest(repId, [ms, count]) }
      : null;
  const value = (repId: string) => {
    if (metric === 'claimSpeed') return mean(repId, 'speedMs', 'speedCount');
    if (metric === 'responseSpeed') return mean(repId, 'responseMs', 'responseCount');
    if (metric === 'conversion') {
      if (sum(repId, 'claims') < rateMinClaims) return null;
      return {
        sortBy: -(sum(repId, 'converted') / sum(repId, 'claims')),
        at: latest(repId, ['claims', 'converted']),
      };
    }
    return sum(repId, metric) > 0 ? { sortBy: -sum(repId, metric), at: latest(repId, [metric]) } : null;
  };
  const all = [...new Set(within.map((one) => one.repId))]
    .map((repId) => ({ repId, place: value(repId) }))
    .filter((one): one is { repId: string; place: { sortBy: number; at: number } } => one.place !== null)
    .sort((a, b) => a.place.sortBy - b.place.sortBy || a.place.at - b.place.at || (a.repId < b.repId ? -1 : 1));
  return all.map(({ repId, place }) => ({
    rank: 1 + all.filter((other) => other.place.sortBy < place.sortBy).length,
    repId,
    // Least first sorts by the value itself, most first by its negative.
    value: metric === 'claimSpeed' || metric === 'responseSpeed' ? place.sortBy : -place.sortBy,
  }));
}

const anyDelta: fc.Arbitrary<DayDelta> = fc
  .record({
    repId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    day: fc.constantFrom('2026-11-22', '2026-11-23', '2026-11-24'),
    at: fc.integer({ min: 1, max: 5 }),
    sums: fc.oneof(
      fc.record({ points: fc.integer({ min: -2, max: 3 }) }),
      fc.record({
        claims: fc.constantFrom(1, 1, 1, -1),
        speedMs: fc.constantFrom(0, 5, 10),
        speedCount: fc.constant(1),
      }),
      fc.record({
        converted: fc.integer({ min: -1, max: 1 }),
        opportunities: fc.integer({ min: -1, max: 1 }),
      }),
      fc.record({
        revenue: fc.integer({ min: 0, max: 2 }),
        responseMs: fc.nat(9),
        responseCount: fc.constant(1),
      }),
    ),
  })
  .map(({ repId, day, at, sums }) => ({ repId, day, at, ...sums }));

test('property: the fold equals a plain recount, in any order of the facts, asked at any time', () => {
  const ranges: DayRange[] = [ALL, { from: '2026-11-23', to: '2026-11-23' }, { from: '2026-11-23', to: '2026-11-29' }];
  fc.assert(
    fc.property(
      fc.array(anyDelta, { maxLength: 40 }),
      fc.constantFrom(...METRICS),
      fc.constantFrom(...ranges),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(40),
      fc.boolean(),
      (deltas, metric, range, top, askedAfter, team) => {
        const asked = query(metric, {
          range,
          rateMinClaims: 2,
          includes: (repId) => !team || repId !== 'b',
        });
        const fold = createBoardFold();
        const backwards = [...deltas].reverse();
        for (const [index, one] of backwards.entries()) {
          if (index === askedAfter) fold.standings(asked, top);
          fold.apply(one);
        }
        const naive = recount(deltas, asked);
        expect(fold.standings(asked, top)).toEqual(naive.slice(0, top));
        for (const repId of ['a', 'b', 'c']) {
          expect(fold.standingOf(asked, repId)).toEqual(naive.find((row) => row.repId === repId) ?? null);
        }
      },
    ),
    { numRuns: 400 },
  );
});

describe('the rows around a rep (DASH-01)', () => {
  const around = (deltas: DayDelta[], repId: string, part: Partial<BoardQuery> = {}) => {
    const fold = createBoardFold();
    for (const one of deltas) fold.apply(one);
    return fold.around(query('points', part), repId, 2);
  };

  test('two above and two below, in order; fewer at either end; none without a row', () => {
    const deltas = ['a', 'b', 'c', 'd', 'e', 'f'].map((repId, n) => delta(repId, n + 1, { points: 60 - 10 * n }));
    const ids = (repId: string) => around(deltas, repId).map((row) => `${row.rank}${row.repId}`);
    expect(ids('d')).toEqual(['2b', '3c', '4d', '5e', '6f']);
    expect(ids('a')).toEqual(['1a', '2b', '3c']);
    expect(ids('f')).toEqual(['4d', '5e', '6f']);
    expect(ids('nobody')).toEqual([]);
    expect(around(deltas, 'd', { includes: (repId) => repId !== 'c' }).map(({ repId }) => repId)).toEqual([
      'a',
      'b',
      'd',
      'e',
      'f',
    ]);
  });

  test('is the piece of the whole board that the rep stands in', () => {
    const row = fc.record({ points: fc.integer({ min: 1, max: 5 }), at: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.nat(11), (rows, which) => {
        const deltas = rows.map(({ points, at }, n) => delta(`r${n}`, at, { points }));
        const fold = createBoardFold();
        for (const one of deltas) fold.apply(one);
        const whole = fold.standings(query('points'), 100);
        const place = whole.findIndex(({ repId }) => repId === `r${which % rows.length}`);
        expect(fold.around(query('points'), `r${which % rows.length}`, 2)).toEqual(
          whole.slice(Math.max(0, place - 2), place + 3),
        );
      }),
    );
  });
});
