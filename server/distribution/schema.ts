/** Offers as they were opened and as they stand. */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const offers = sqliteTable(
  'offers',
  {
    id: text('id').primaryKey(),
    leadId: text('lead_id').notNull(),
    /** open → claimed, or open → closed with a reason; final both. */
    state: text('state', { enum: ['open', 'claimed', 'closed'] }).notNull(),
    pool: text('pool', { enum: ['premium', 'standard', 'cohort'] }).notNull(),
    policyVersion: integer('policy_version').notNull(),
    openedAt: integer('opened_at').notNull(),
    closesAt: integer('closes_at').notNull(),
    /** The time given to the last lane; given again when the server was down as it ran out. */
    clearMs: integer('clear_ms').notNull(),
    /** JSON, the arbiter's `Limit[]`, re-checked by the settlement. */
    limits: text('limits').notNull().default('[]'),
    /** JSON, the arbiter's `Increment[]`. */
    increments: text('increments').notNull().default('[]'),
    /** JSON `{perSecond, perMinute}` or null. */
    attemptRate: text('attempt_rate'),
    /** The routing rule it was opened by and which of its steps (0 is its target); null: no rules. */
    rule: text('rule'),
    ruleStep: integer('rule_step').notNull().default(0),
    method: text('method', { enum: ['race', 'queue', 'pool'] })
      .notNull()
      .default('race'),
    /** JSON array of the facts that a blind offer shows (FAIR-04); null: it is not blind. */
    blind: text('blind'),
    /** JSON `MixRecord` (FAIR-06); null: no mix was in force. */
    mix: text('mix'),
    /** The name of the team pool that it is in (DIST-08); null: in none. */
    teamPool: text('team_pool'),
    /** expired, assigned, withdrawn. */
    closeReason: text('close_reason'),
    endedAt: integer('ended_at'),
  },
  (table) => [
    index('offers_lead').on(table.leadId),
    index('offers_mixed').on(table.openedAt).where(sql`mix is not null`),
    index('offers_team_pool').on(table.teamPool, table.openedAt).where(sql`team_pool is not null`),
    uniqueIndex('offers_one_open').on(table.leadId).where(sql`state = 'open'`),
  ],
);

export const offerLanes = sqliteTable(
  'offer_lanes',
  {
    offerId: text('offer_id').notNull(),
    /** 0 opens first. */
    lane: integer('lane').notNull(),
    opensAt: integer('opens_at').notNull(),
    /** When the lane's alert was emitted: stored before it is; null until then. */
    sentAt: integer('sent_at'),
    /** JSON array of the tiers whose lane this is. */
    tiers: text('tiers').notNull().default('[]'),
    /** JSON array of `reps.num`, in the shuffled order in which they were alerted. */
    reps: text('reps').notNull(),
  },
  (table) => [primaryKey({ columns: [table.offerId, table.lane] })],
);

/** Reps let into an open offer one by one: newcomers, and those who came back from a break. */
export const offerAdmissions = sqliteTable(
  'offer_admissions',
  {
    offerId: text('offer_id').notNull(),
    repId: text('rep_id').notNull(),
    lane: integer('lane').notNull(),
    opensAt: integer('opens_at').notNull(),
    sentAt: integer('sent_at'),
  },
  (table) => [primaryKey({ columns: [table.offerId, table.repId] })],
);
