/** The only writer of `ownerships`, `counters` and `race_notes`. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { insertion, statement } from '../platform/statement.ts';
import { counters, ownerships, raceNotes } from './schema.ts';

export type OwnershipRow = typeof ownerships.$inferSelect;
export type NewOwnershipRow = typeof ownerships.$inferInsert;

export interface OwnershipStore {
  /** False, and nothing written, when the lead has a live owner or the offer has its winner. */
  insert(row: NewOwnershipRow): boolean;
  byOffer(offerId: string): OwnershipRow | undefined;
  live(leadId: string): OwnershipRow | undefined;
  /** The claim of this lead that the rep has won by this request, ended or not. */
  byRequest(leadId: string, repId: string, requestId: string): OwnershipRow | undefined;
  update(id: string, change: Partial<NewOwnershipRow>): void;
  counter(repId: string, name: string): number;
  addToCounter(repId: string, name: string, by: number): void;
  addNotes(offerId: string, notes: string): void;
}

export function createOwnershipStore(db: Db): OwnershipStore {
  const insert = insertion(db, ownerships, 'nothing');
  const byOffer = statement(
    db
      .select()
      .from(ownerships)
      .where(eq(ownerships.offerId, sql.placeholder('offerId')))
      .prepare(),
  );
  const live = statement(
    db
      .select()
      .from(ownerships)
      .where(and(eq(ownerships.leadId, sql.placeholder('leadId')), isNull(ownerships.endedAt)))
      .prepare(),
  );
  // By the lead alone, of which there are few: asked for the rep too, SQLite reads all that the rep ever owned.
  const ofLead = statement(
    db
      .select()
      .from(ownerships)
      .where(eq(ownerships.leadId, sql.placeholder('leadId')))
      .prepare(),
  );
  const counterOf = statement(
    db
      .select({ value: counters.value })
      .from(counters)
      .where(and(eq(counters.repId, sql.placeholder('repId')), eq(counters.name, sql.placeholder('name'))))
      .prepare(),
  );
  const addCounter = statement(
    db
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
      .prepare(),
  );
  // One row more for the offer, after those that it has.
  const insertNotes = statement(
    db
      .insert(raceNotes)
      .select(
        sql`select ${sql.placeholder('offerId')}, coalesce(max(part), -1) + 1, ${sql.placeholder('notes')}
          from ${raceNotes} where offer_id = ${sql.placeholder('offerId')}`,
      )
      .prepare(),
  );
  return {
    insert: (row) => insert(row).changes === 1,
    byOffer: (offerId) => byOffer.get({ offerId }),
    live: (leadId) => live.get({ leadId }),
    byRequest: (leadId, repId, requestId) =>
      ofLead.all({ leadId }).find((row) => row.repId === repId && row.requestId === requestId),
    update: (id, change) => void db.update(ownerships).set(change).where(eq(ownerships.id, id)).run(),
    counter: (repId, name) => counterOf.get({ repId, name })?.value ?? 0,
    addToCounter: (repId, name, by) => void addCounter.run({ repId, name, by }),
    addNotes: (offerId, notes) => void insertNotes.run({ offerId, notes }),
  };
}
