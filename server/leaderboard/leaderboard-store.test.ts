import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { tempDatabaseFile } from '../../test/support/temp-database.ts';
import { migrateFile } from '../platform/migrate.ts';
import { openWriter } from '../platform/sqlite.ts';
import type { DayDelta } from './day-delta.ts';
import { addDelta, noSums, type RepDay } from './day-sums.ts';
import { createLeaderboardStore, loadRepDays } from './leaderboard-store.ts';
import { repDays } from './schema.ts';

function setUp() {
  const file = tempDatabaseFile();
  migrateFile(file);
  const { sqlite, db } = openWriter(file);
  onTestFinished(() => void sqlite.close());
  return { db, store: createLeaderboardStore(db) };
}

test('a delta adds, and moves the moments of the metrics it names, zero too, never back', () => {
  const { db, store } = setUp();
  const of = { repId: 'a', day: '2026-11-23' };
  store.apply([{ ...of, at: 100, points: 10, claims: 1 }]);
  store.apply([{ ...of, at: 50, points: -3, speedMs: 1500, speedCount: 1 }]);
  store.apply([{ ...of, at: 300, claims: 0 }]);
  store.apply([{ ...of, day: '2026-11-22', at: 7, revenue: 9_000_000_000 }]);
  expect(loadRepDays(db)).toEqual([
    { ...noSums(), ...of, day: '2026-11-22', revenue: 9_000_000_000, revenueAt: 7 },
    {
      ...noSums(),
      ...of,
      points: 7,
      pointsAt: 100,
      claims: 1,
      claimsAt: 300,
      speedMs: 1500,
      speedCount: 1,
      speedAt: 50,
    },
  ]);
});

test('property: the file and the arithmetic in memory agree', () => {
  const { db, store } = setUp();
  const amount = fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined });
  const anyDelta: fc.Arbitrary<DayDelta> = fc.record({
    repId: fc.constantFrom('a', 'b'),
    day: fc.constantFrom('2026-11-22', '2026-11-23'),
    at: fc.integer({ min: 1, max: 9 }),
    points: amount,
    claims: amount,
    speedMs: amount,
    speedCount: amount,
    converted: amount,
    opportunities: amount,
    revenue: amount,
    responseMs: amount,
    responseCount: amount,
  }) as fc.Arbitrary<DayDelta>;
  fc.assert(
    fc.property(fc.array(anyDelta, { maxLength: 15 }), (deltas) => {
      db.delete(repDays).run();
      const expected = new Map<string, RepDay>();
      store.apply(deltas);
      for (const delta of deltas) {
        const key = `${delta.day} ${delta.repId}`;
        const row = expected.get(key) ?? { repId: delta.repId, day: delta.day, ...noSums() };
        addDelta(row, delta);
        expected.set(key, row);
      }
      const rows = [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
      expect(loadRepDays(db)).toEqual(rows);
    }),
    { numRuns: 20 },
  );
});
