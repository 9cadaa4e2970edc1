/** Points are entries, never a number that is edited; a balance is their sum (GAME-06). */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const pointEntries = sqliteTable(
  'point_entries',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** The event that earned it, or that reversed it. */
    eventSeq: integer('event_seq').notNull(),
    rule: text('rule').notNull(),
    repId: text('rep_id').notNull(),
    leadId: text('lead_id'),
    ownershipId: text('ownership_id'),
    points: integer('points').notNull(),
    at: integer('at').notNull(),
    /** The rep's local day of `at`. */
    day: text('day').notNull(),
    /** The entry this one takes back. */
    reverses: integer('reverses'),
  },
  (table) => [
    uniqueIndex('point_entries_once').on(table.eventSeq, table.rule, table.repId),
    uniqueIndex('point_entries_reversed_once').on(table.reverses).where(sql`reverses is not null`),
    index('point_entries_rep').on(table.repId),
    index('point_entries_ownership').on(table.ownershipId),
  ],
);

/** A rep helped a colleague; it pays once the colleague confirms it (GAME-05, GAME-08). */
export const assists = sqliteTable('assists', {
  id: text('id').primaryKey(),
  helperId: text('helper_id').notNull(),
  helpedId: text('helped_id').notNull(),
  leadId: text('lead_id'),
  at: integer('at').notNull(),
  confirmedAt: integer('confirmed_at'),
});
