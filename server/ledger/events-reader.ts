/** Reads of the record: the public facts in commit order, and what a lead went through. */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { cell, events } from './schema.ts';

export type EventRow = typeof events.$inferSelect;

export interface EventsReader {
  /** Events of the named kinds with a seq above `after`, in commit order. */
  after(after: number, kinds: string[], limit: number): EventRow[];
  ofLead(leadId: string): EventRow[];
  lastSeq(): number;
  /** A small fact of the cell; null when it was never set. */
  cellValue(key: string): string | null;
}

export function createEventsReader(db: Db): EventsReader {
  return {
    after: (after, kinds, limit) =>
      db
        .select()
        .from(events)
        .where(sql`seq > ${after} and kind in ${kinds}`)
        .orderBy(events.seq)
        .limit(limit)
        .all(),
    ofLead: (leadId) => db.select().from(events).where(eq(events.leadId, leadId)).orderBy(events.seq).all(),
    cellValue: (key) => db.select().from(cell).where(eq(cell.key, key)).get()?.value ?? null,
    lastSeq: () => db.select({ seq: sql<number>`coalesce(max(seq), 0)` }).from(events).get()?.seq ?? 0,
  };
}
