/** Reads of the record: the public facts in commit order, and what a lead went through. */
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import type { Idempotency } from './group-commit.ts';
import { cell, events, idempotency } from './schema.ts';

export type EventRow = typeof events.$inferSelect;

export interface EventsReader {
  /** Events of the named kinds with a seq above `after`, in commit order. */
  after(after: number, kinds: string[], limit: number): EventRow[];
  ofLead(leadId: string): EventRow[];
  /** Those of a lead that are of the named kinds, newest first. */
  newestOfLead(leadId: string, kinds: string[], limit: number): EventRow[];
  lastSeq(): number;
  /** A small fact of the cell; null when it was never set. */
  cellValue(key: string): string | null;
  /** Whether a write under this key was answered before, and so will only be answered again. */
  answered(claim: Pick<Idempotency, 'credential' | 'key'> | undefined): boolean;
}

export function createEventsReader(db: Db): EventsReader {
  return {
    after: (after, kinds, limit) =>
      db.select().from(events).where(sql`seq > ${after} and kind in ${kinds}`).orderBy(events.seq).limit(limit).all(),
    ofLead: (leadId) => db.select().from(events).where(eq(events.leadId, leadId)).orderBy(events.seq).all(),
    newestOfLead: (leadId, kinds, limit) =>
      db
        .select()
        .from(events)
        .where(sql`lead_id = ${leadId} and kind in ${kinds}`)
        .orderBy(sql`seq desc`)
        .limit(limit)
        .all(),
    cellValue: (key) => db.select().from(cell).where(eq(cell.key, key)).get()?.value ?? null,
    answered(claim) {
      if (claim === undefined) return false;
      const same = and(eq(idempotency.credential, claim.credential), eq(idempotency.key, claim.key));
      return db.select({ at: idempotency.at }).from(idempotency).where(same).get() !== undefined;
    },
    lastSeq: () => db.select({ seq: sql<number>`coalesce(max(seq), 0)` }).from(events).get()?.seq ?? 0,
  };
}
