/** What reps hold to be unfair (FAIR-22), and that it was answered. Their words and the answer's are in `lead_private`. */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ComplaintCategory } from '../../client-sdk/protocol/http.ts';

export const complaints = sqliteTable(
  'complaints',
  {
    id: text('id').primaryKey(),
    repId: text('rep_id').notNull(),
    category: text('category').$type<ComplaintCategory>().notNull(),
    leadId: text('lead_id'),
    at: integer('at').notNull(),
    answeredAt: integer('answered_at'),
    /** An actor, as events name one. */
    answeredBy: text('answered_by'),
  },
  (table) => [
    index('complaints_rep').on(table.repId, table.id),
    index('complaints_at').on(table.at),
    index('complaints_open').on(table.id).where(sql`answered_at is null`),
  ],
);
