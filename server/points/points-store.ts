/** The only writer of `point_entries` and `assists`. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import { assists, pointEntries } from './schema.ts';

export type PointEntryRow = typeof pointEntries.$inferSelect;
export type NewPointEntryRow = typeof pointEntries.$inferInsert;
export type AssistRow = typeof assists.$inferSelect;

export interface PointsStore {
  append(row: NewPointEntryRow): number;
  /** Entries of one ownership that no later entry takes back, of one rule when it is named. */
  standing(ownershipId: string, rule?: string): PointEntryRow[];
  insertAssist(row: AssistRow): void;
  assist(id: string): AssistRow | undefined;
  confirmAssist(id: string, at: number): boolean;
  /** Confirmed helps of this pair, either way round, whose confirmation lies in [fromMs, untilMs). */
  confirmedBetween(a: string, b: string, fromMs: number, untilMs: number): number;
}

export function createPointsStore(db: Db): PointsStore {
  const insert = statement(
    db
      .insert(pointEntries)
      .values({
        eventSeq: sql.placeholder('eventSeq'),
        rule: sql.placeholder('rule'),
        repId: sql.placeholder('repId'),
        leadId: sql.placeholder('leadId'),
        ownershipId: sql.placeholder('ownershipId'),
        points: sql.placeholder('points'),
        at: sql.placeholder('at'),
        day: sql.placeholder('day'),
        reverses: sql.placeholder('reverses'),
      })
      .prepare(),
  );
  const ofOwnership = and(
    eq(pointEntries.ownershipId, sql.placeholder('ownershipId')),
    sql`${pointEntries.reverses} is null and not exists (
    select 1 from point_entries later where later.reverses = ${pointEntries.id})`,
  );
  const standing = statement(db.select().from(pointEntries).where(ofOwnership).prepare());
  const standingOfRule = statement(
    db
      .select()
      .from(pointEntries)
      .where(and(ofOwnership, eq(pointEntries.rule, sql.placeholder('rule'))))
      .prepare(),
  );
  return {
    append: (row) => Number(insert.run({ leadId: null, ownershipId: null, reverses: null, ...row }).lastInsertRowid),
    standing: (ownershipId, rule) =>
      rule === undefined ? standing.all({ ownershipId }) : standingOfRule.all({ ownershipId, rule }),
    insertAssist: (row) => void db.insert(assists).values(row).run(),
    assist: (id) => db.select().from(assists).where(eq(assists.id, id)).get(),
    confirmAssist: (id, at) =>
      db
        .update(assists)
        .set({ confirmedAt: at })
        .where(and(eq(assists.id, id), isNull(assists.confirmedAt)))
        .run().changes === 1,
    confirmedBetween: (a, b, fromMs, untilMs) =>
      db
        .select({ n: sql<number>`count(*)` })
        .from(assists)
        .where(
          sql`((helper_id = ${a} and helped_id = ${b}) or (helper_id = ${b} and helped_id = ${a}))
            and confirmed_at >= ${fromMs} and confirmed_at < ${untilMs}`,
        )
        .get()?.n ?? 0,
  };
}
