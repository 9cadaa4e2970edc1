/** Every tier a rep was given, by computation or by hand: appended, never changed (COMP-26, MET-24). */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const repTiers = sqliteTable(
  'rep_tiers',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    repId: text('rep_id').notNull(),
    at: integer('at').notNull(),
    cause: text('cause', { enum: ['weekly', 'requested', 'byHand'] }).notNull(),
    /** The team's ISO week of a computation, `2026-W48`; null by hand. */
    week: text('week'),
    team: text('team'),
    tier: integer('tier').notNull(),
    fromTier: integer('from_tier').notNull(),
    /** Why this tier, of a computation: see server/tiers/tier-rules.ts. */
    reason: text('reason', { enum: ['ranked', 'fewRanked', 'smallSample', 'newcomer'] }),
    actor: text('actor').notNull(),
    /** JSON of the figures behind a computed tier; null by hand. */
    figures: text('figures'),
  },
  (table) => [
    index('rep_tiers_rep').on(table.repId, table.id),
    index('rep_tiers_at').on(table.at),
    // A week is computed once, whatever fires twice.
    uniqueIndex('rep_tiers_one_a_week').on(table.repId, table.week).where(sql`cause = 'weekly'`),
  ],
);
