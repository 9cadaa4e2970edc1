/** Reads of complaints: by pages, and counted for the health signal (HEALTH-16). */
import { and, count, desc, eq, gte, inArray, isNotNull, isNull, lt, type SQL } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import type { ComplaintRow } from './complaints-store.ts';
import { complaints } from './schema.ts';

export interface ComplaintsReader {
  find(id: string): ComplaintRow | undefined;
  /** Newest first, those before `cursor` (an id). @param page `repIds` null: everybody's */
  page(page: {
    repIds: readonly string[] | null;
    status?: 'open' | 'answered' | undefined;
    cursor?: string | undefined;
    limit: number;
  }): ComplaintRow[];
  open(repIds: readonly string[] | null): number;
  /** Made in a span; its end is outside. */
  made(repIds: readonly string[] | null, fromMs: number, untilMs: number): number;
}

export function createComplaintsReader(db: Db): ComplaintsReader {
  const of = (repIds: readonly string[] | null) =>
    repIds === null ? undefined : inArray(complaints.repId, [...repIds]);
  const counted = (where: SQL | undefined) => db.select({ all: count() }).from(complaints).where(where).get()?.all ?? 0;
  return {
    find: (id) => db.select().from(complaints).where(eq(complaints.id, id)).get(),
    page({ repIds, status, cursor, limit }) {
      const state = { open: isNull(complaints.answeredAt), answered: isNotNull(complaints.answeredAt) };
      const asked = [
        of(repIds),
        status === undefined ? undefined : state[status],
        cursor === undefined ? undefined : lt(complaints.id, cursor),
      ];
      return db
        .select()
        .from(complaints)
        .where(and(...asked))
        .orderBy(desc(complaints.id))
        .limit(limit)
        .all();
    },
    open: (repIds) => counted(and(of(repIds), isNull(complaints.answeredAt))),
    made: (repIds, fromMs, untilMs) => counted(and(of(repIds), gte(complaints.at, fromMs), lt(complaints.at, untilMs))),
  };
}
