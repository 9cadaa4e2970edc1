/** The only writer of `deadlines`. */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { insertion, statement } from '../platform/statement.ts';
import { deadlines } from './schema.ts';

export type DeadlineRow = typeof deadlines.$inferSelect;
export type DeadlineKind = DeadlineRow['kind'];
export type NewDeadlineRow = typeof deadlines.$inferInsert;

export interface DeadlinesStore {
  insert(rows: NewDeadlineRow[]): void;
  find(id: string): DeadlineRow | undefined;
  /** Takes a timer off; false when it was gone, so that its effect must not be written. */
  remove(id: string): boolean;
  removeOfOffer(offerId: string): void;
  removeOfLead(leadId: string): void;
  removeOfSubject(subjectId: string): void;
  /** Those of a kind that are due after `afterMs`; true: one that is due by then stays. */
  removeLaterOfKind(kind: DeadlineKind, afterMs: number): boolean;
  removeLane(offerId: string, lane: number): void;
  /** Moves an offer's expiry. */
  moveExpiry(offerId: string, dueAt: number): void;
}

export function createDeadlinesStore(db: Db): DeadlinesStore {
  const insert = insertion(db, deadlines);
  const ofId = eq(deadlines.id, sql.placeholder('id'));
  const find = statement(db.select().from(deadlines).where(ofId).prepare());
  const remove = statement(db.delete(deadlines).where(ofId).prepare());
  const removeOfOffer = statement(
    db
      .delete(deadlines)
      .where(eq(deadlines.offerId, sql.placeholder('id')))
      .prepare(),
  );
  return {
    insert: (rows) => {
      for (const row of rows) insert(row);
    },
    find: (id) => find.get({ id }),
    remove: (id) => remove.run({ id }).changes === 1,
    removeOfOffer: (id) => void removeOfOffer.run({ id }),
    removeOfLead: (id) => void db.delete(deadlines).where(eq(deadlines.leadId, id)).run(),
    removeOfSubject: (id) => void db.delete(deadlines).where(eq(deadlines.subjectId, id)).run(),
    removeLaterOfKind(kind, afterMs) {
      db.delete(deadlines).where(sql`kind = ${kind} and due_at > ${afterMs}`).run();
      return db.select().from(deadlines).where(eq(deadlines.kind, kind)).get() !== undefined;
    },
    removeLane: (offerId, lane) =>
      void db.delete(deadlines).where(sql`offer_id = ${offerId} and lane = ${lane} and kind = 'laneOpens'`).run(),
    moveExpiry: (offerId, dueAt) =>
      void db.update(deadlines).set({ dueAt }).where(sql`offer_id = ${offerId} and kind = 'offerExpires'`).run(),
  };
}

export interface DueReader {
  /** The timers due at `nowMs`, nearest first, at most `limit` of them. */
  due(nowMs: number, limit: number): DeadlineRow[];
  /** When the nearest timer is due; null when there is none. */
  nextDueAt(): number | null;
}

/** What the scheduler asks at each wake-up: prepared once. */
export function createDueReader(db: Db): DueReader {
  const due = statement(
    db
      .select()
      .from(deadlines)
      .where(sql`due_at <= ${sql.placeholder('nowMs')}`)
      .orderBy(deadlines.dueAt)
      .limit(sql.placeholder('limit'))
      .prepare(),
  );
  const next = statement(db.select({ at: sql<number | null>`min(due_at)` }).from(deadlines).prepare());
  return {
    due: (nowMs, limit) => due.all({ nowMs, limit }),
    nextDueAt: () => next.get()?.at ?? null,
  };
}

/** The timer for which a waiting lead waits. */
export function waitingDeadline(db: Db, leadId: string): DeadlineRow | undefined {
  return db.select().from(deadlines).where(sql`lead_id = ${leadId} and kind = 'routeAgain'`).get();
}

/**
 * The one timer of a kind of which there is one: the daily blanking of old personal data, the next reminder, the
 * next Monday of tiers, the next first of a month.
 */
export function onlyDeadline(
  db: Db,
  kind: 'retention' | 'priorityReminder' | 'tiersDue' | 'monthCloses',
): DeadlineRow | undefined {
  return db.select().from(deadlines).where(eq(deadlines.kind, kind)).get();
}
