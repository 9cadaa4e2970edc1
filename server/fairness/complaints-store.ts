/** The only writer of `complaints`. */
import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { complaints } from './schema.ts';

export type ComplaintRow = typeof complaints.$inferSelect;

export interface ComplaintsStore {
  find(id: string): ComplaintRow | undefined;
  insert(row: ComplaintRow): void;
  /** False, and nothing written, when it was answered before. */
  answer(id: string, at: number, by: string): boolean;
}

export function createComplaintsStore(db: Db): ComplaintsStore {
  return {
    find: (id) => db.select().from(complaints).where(eq(complaints.id, id)).get(),
    insert: (row) => void db.insert(complaints).values(row).run(),
    answer: (id, answeredAt, answeredBy) =>
      db
        .update(complaints)
        .set({ answeredAt, answeredBy })
        .where(and(eq(complaints.id, id), isNull(complaints.answeredAt)))
        .run().changes === 1,
  };
}
