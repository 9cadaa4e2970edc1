/** People and machines that may talk to the server, and the hashes of what they show. */
import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const reps = sqliteTable('reps', {
  /** Small number used in packed rows; never shown. */
  num: integer('num').primaryKey({ autoIncrement: true }),
  id: text('id').notNull().unique(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  team: text('team'),
  tier: integer('tier').notNull(),
  hiredOn: text('hired_on'),
  timeZone: text('time_zone'),
  /** JSON array; the first is the language of messages. */
  languages: text('languages').notNull().default('["id"]'),
  active: integer('active', { mode: 'boolean' }).notNull().default(true),
  status: text('status', { enum: ['ready', 'break'] })
    .notNull()
    .default('ready'),
  /** Of a month, whole units of the policy's currency. */
  quota: integer('quota'),
  /** What routing may ask for (ROLE-01); JSON arrays, empty: the rep serves all. */
  territories: text('territories').notNull().default('[]'),
  verticals: text('verticals').notNull().default('[]'),
  products: text('products').notNull().default('[]'),
  jobFunction: text('job_function'),
  seniority: text('seniority'),
  /** The local day on which a manager said that this newcomer is ready to race (FAIR-17). */
  readyOn: text('ready_on'),
  /** JSON `[{from, days, reason, by, at}]`: a manager held the rep in its phase (FAIR-18). */
  onboardingExtensions: text('onboarding_extensions').notNull().default('[]'),
  /** JSON `[{list, item, by, at}]`: tasks of the onboarding that a manager has ticked off (FAIR-13, FAIR-14). */
  onboardingTicks: text('onboarding_ticks').notNull().default('[]'),
  /** JSON `[{at, until, leadsPerWeek, reason, by, endedAt?, endedBy?}]`: a manager's grants (FAIR-19). */
  protectedAllocations: text('protected_allocations').notNull().default('[]'),
  /** Of the last closed month, a fraction of the quota (COMP-34); null: none, or never closed. */
  attainment: real('attainment'),
  createdAt: integer('created_at').notNull(),
  /** When the rotation last gave this rep a lead: the longest ago is next (COMP-23). */
  lastAssignedAt: integer('last_assigned_at').notNull().default(0),
});

export const managers = sqliteTable('managers', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  /** JSON array of team names. */
  teams: text('teams').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const sources = sqliteTable('sources', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const screens = sqliteTable('screens', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const tokens = sqliteTable(
  'tokens',
  {
    id: text('id').primaryKey(),
    /** SHA-256 of the token, hex; the token itself is shown once and kept nowhere. */
    hash: text('hash').notNull().unique(),
    role: text('role', { enum: ['admin', 'manager', 'rep', 'source', 'screen'] }).notNull(),
    subjectId: text('subject_id').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null: until revoked (sources and screens). */
    expiresAt: integer('expires_at'),
    /** A device session: each day of use moves `expires_at` this far ahead. */
    renewsForMs: integer('renews_for_ms'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('tokens_subject').on(table.subjectId)],
);

export const invites = sqliteTable(
  'invites',
  {
    id: text('id').primaryKey(),
    hash: text('hash').notNull(),
    role: text('role', { enum: ['manager', 'rep'] }).notNull(),
    subjectId: text('subject_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [
    uniqueIndex('invites_hash').on(table.hash),
    index('invites_open').on(table.expiresAt).where(sql`used_at is null`),
  ],
);
