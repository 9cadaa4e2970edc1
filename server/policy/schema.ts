/** The rules: every version of their document, and when teams paused their competition. */
import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Kept for ever: offers name the version they were opened with. */
export const policies = sqliteTable('policies', {
  version: integer('version').primaryKey({ autoIncrement: true }),
  /** JSON: see server/policy/policy-rules.ts. */
  document: text('document').notNull(),
  effectiveAt: integer('effective_at').notNull(),
  createdAt: integer('created_at').notNull(),
  actor: text('actor').notNull(),
  /** Why, in the author's words (IMPL-12); null: nothing was said. */
  reason: text('reason'),
});

/** Each time somebody looked the rules through (ROUTE-20). */
export const policyReviews = sqliteTable('policy_reviews', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  actor: text('actor').notNull(),
  /** What came of it, in the author's words; null: nothing was said. */
  note: text('note'),
});

/** One time a team's competition was paused (HEALTH-20). */
export const teamPauses = sqliteTable(
  'team_pauses',
  {
    id: text('id').primaryKey(),
    team: text('team').notNull(),
    startedAt: integer('started_at').notNull(),
    /** When it resumes by itself. */
    untilAt: integer('until_at').notNull(),
    /** What is being mended, in the author's words. */
    reason: text('reason').notNull(),
    actor: text('actor').notNull(),
    endedAt: integer('ended_at'),
    /** Who resumed it: `system` when its time was over. */
    endedBy: text('ended_by'),
  },
  (table) => [uniqueIndex('team_pauses_one').on(table.team).where(sql`ended_at is null`)],
);
