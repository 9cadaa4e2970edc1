/** Each rep's closed months: appended, never changed (COMP-34). */
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const quotaMonths = sqliteTable(
  'quota_months',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    repId: text('rep_id').notNull(),
    /** `2026-11`. */
    month: text('month').notNull(),
    at: integer('at').notNull(),
    /** Whole units of the policy's currency. */
    revenue: integer('revenue').notNull(),
    quota: integer('quota'),
    /** A fraction: 0.5 is half the quota; null without one. */
    attainment: real('attainment'),
    /** Leads a week that it opens, and those before; null where no bands were in force. */
    perWeek: integer('per_week'),
    fromPerWeek: integer('from_per_week'),
    /** COMP-36: the rep has crossed down a band; its manager has something to talk about. */
    coaching: integer('coaching', { mode: 'boolean' }).notNull(),
    /** COMP-37: JSON array, the attainments that fell month by month in the lowest band, oldest first; null: they did not. */
    spiral: text('spiral'),
  },
  (table) => [
    // A month is closed once a rep, whatever fires twice.
    uniqueIndex('quota_months_one').on(table.repId, table.month),
    index('quota_months_month').on(table.month),
  ],
);
