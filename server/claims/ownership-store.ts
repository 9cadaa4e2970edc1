/** The only writer of `ownerships`, `counters` and `race_notes`. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { counters, ownerships, raceNotes } from './schema.ts';

export type OwnershipRow = typeof ownerships.$inferSelect;
export type NewOwnershipRow = typeof ownerships.$inferInsert;

export interface OwnershipStore {
  /** False, and nothing written, when the lead has a live owner or the offer has its winner. */
  insert(row: NewOwnershipRow): boolean;
  byOffer(offerId: string): OwnershipRow | undefined;
  live(leadId: string): OwnershipRow | undefined;
  update(id: string, change: Partial<NewOwnershipRow>): void;
  counter(repId: string, name: string): number;
  addToCounter(repId: string, name: string, by: number): void;
  addNotes(offerId: string, notes: string): void;
}

export function createOwnershipStore(db: Db): OwnershipStore {
  const insert = db
    .insert(ownerships)
    .values({
      id: sql.placeholder('id'),
      leadId: sql.placeholder('leadId'),
      repId: sql.placeholder('repId'),
      via: sql.placeholder('via'),
      offerId: sql.placeholder('offerId'),
      requestId: sql.placeholder('requestId'),
      startedAt: sql.placeholder('startedAt'),
      day: sql.placeholder('day'),
      claimSpeedMs: sql.placeholder('claimSpeedMs'),
      firstContactDueAt: sql.placeholder('firstContactDueAt'),
    })
    .onConflictDoNothing()
    .prepare();
  const byOffer = db
    .select()
    .from(ownerships)
    .where(eq(ownerships.offerId, sql.placeholder('offerId')))
    .prepare();
  const live = db
    .select()
    .from(ownerships)
    .where(and(eq(ownerships.leadId, sql.placeholder('leadId')), isNull(ownerships.endedAt)))
    .prepare();
  const counterOf = db
    .select({ value: counters.value })
    .from(counters)
    .where(and(eq(counters.repId, sql.placeholder('repId')), eq(counters.name, sql.placeholder('name'))))
    .prepare();
  const addCounter = db
    .insert(counters)
    .values({
      repId: sql.placeholder('repId'),
      name: sql.placeholder('name'),
      value: sql.placeholder('by'),
    })
    .onConflictDoUpdate({
      target: [counters.repId, counters.name],
      set: { value: sql`${counters.value} + excluded.value` },
    })
    .prepare();
  return {
    insert: (row) => insert.run({ offerId: null, requestId: null, claimSpeedMs: null, ...row }).changes === 1,
    byOffer: (offerId) => byOffer.get({ offerId }),
    live: (leadId) => live.get({ leadId }),
    update: (id, change) => void db.update(ownerships).set(change).where(eq(ownerships.id, id)).run(),
    counter: (repId, name) => counterOf.get({ repId, name })?.value ?? 0,
    addToCounter: (repId, name, by) => void addCounter.run({ repId, name, by }),
    addNotes(offerId, notes) {
      const last = db
        .select({ part: sql<number>`coalesce(max(part), -1)` })
        .from(raceNotes)
        .where(eq(raceNotes.offerId, offerId))
        .get();
      db.insert(raceNotes)
        .values({ offerId, part: (last?.part ?? -1) + 1, notes })
        .run();
    },
  };
}
