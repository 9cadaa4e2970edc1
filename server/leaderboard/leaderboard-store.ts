/** The only writer of `rep_days`. Statements that cannot throw: a conflict is an addition. */
import { sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import type { DayDelta } from './day-delta.ts';
import { AMOUNTS, MOMENT_OF, mergedDeltas, type RepDay, sumsOfDelta } from './day-sums.ts';
import { repDays } from './schema.ts';

export interface LeaderboardStore {
  /**
   * Adds deltas to their reps' days, those of one rep, day and moment in one; answers what it added. A
   * moment only moves later, and only for the metrics it names.
   */
  apply(deltas: readonly DayDelta[]): DayDelta[];
}

export function createLeaderboardStore(db: Db): LeaderboardStore {
  const moments = [...new Set(Object.values(MOMENT_OF))];
  const columns = ['repId', 'day', ...AMOUNTS, ...moments] as const;
  const values = Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)]));
  const added = AMOUNTS.map((name) => [name, sql`${repDays[name]} + excluded.${sql.identifier(repDays[name].name)}`]);
  // A metric that the delta does not name brings the moment 0, which is never the later one.
  const moved = moments.map((name) => [
    name,
    sql`max(${repDays[name]}, excluded.${sql.identifier(repDays[name].name)})`,
  ]);
  const upsert = statement(
    db
      .insert(repDays)
      .values(values as unknown as typeof repDays.$inferInsert)
      .onConflictDoUpdate({
        target: [repDays.repId, repDays.day],
        set: Object.fromEntries([...added, ...moved]),
      })
      .prepare(),
  );
  return {
    apply(deltas) {
      const merged = mergedDeltas(deltas);
      for (const delta of merged) upsert.run({ repId: delta.repId, day: delta.day, ...sumsOfDelta(delta) });
      return merged;
    },
  };
}

/** Every rep and day, oldest first: what the fold is loaded from at the start. */
export function loadRepDays(reader: Db): RepDay[] {
  return reader.select().from(repDays).orderBy(repDays.day, repDays.repId).all();
}
