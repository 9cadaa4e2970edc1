/** Who owns a lead, from when and by what right; the counters that limits look at; the race's notes. */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * One row for each time a lead had an owner. Invariant 1 is two unique indexes: one live owner a
 * lead, one claim an offer.
 */
export const ownerships = sqliteTable(
  'ownerships',
  {
    id: text('id').primaryKey(),
    leadId: text('lead_id').notNull(),
    repId: text('rep_id').notNull(),
    via: text('via', { enum: ['claim', 'manager', 'rotation'] }).notNull(),
    /** ROUTE-22, of a rotation: how the rep was chosen, and by which routing rule. A claim's are its offer's. */
    method: text('method', {
      enum: ['roundRobin', 'weighted', 'accountOwner', 'unclaimed', 'unraced', 'baseLoad', 'surplus', 'pool'],
    }),
    rule: text('rule'),
    /** The offer that was won; also the claim's id. Null unless `via` is claim. */
    offerId: text('offer_id'),
    requestId: text('request_id'),
    startedAt: integer('started_at').notNull(),
    /** The rep's local day of `startedAt`, `2026-11-22`: the day its statistics count on. */
    day: text('day').notNull(),
    /** Own alert → claim, ms; null for assignments. */
    claimSpeedMs: integer('claim_speed_ms'),
    /** COMP-05: when the first contact falls due. */
    firstContactDueAt: integer('first_contact_due_at').notNull(),
    firstContactAt: integer('first_contact_at'),
    /** The rep's local days on which contact, opportunity and win count. */
    firstContactDay: text('first_contact_day'),
    opportunityDay: text('opportunity_day'),
    wonDay: text('won_day'),
    /** Set while the lead stands at opportunity or beyond. */
    opportunityAt: integer('opportunity_at'),
    /** Set while the lead stands at won. */
    wonAt: integer('won_at'),
    revenue: integer('revenue'),
    endedAt: integer('ended_at'),
    endReason: text('end_reason', { enum: ['released', 'reassigned'] }),
  },
  (table) => [
    uniqueIndex('ownerships_one_live').on(table.leadId).where(sql`ended_at is null`),
    uniqueIndex('ownerships_one_claim').on(table.offerId).where(sql`offer_id is not null`),
    index('ownerships_lead').on(table.leadId),
    index('ownerships_rep').on(table.repId, table.startedAt),
    index('ownerships_uncontacted')
      .on(table.firstContactDueAt, table.id)
      .where(sql`ended_at is null and first_contact_at is null`),
  ],
);

export const counters = sqliteTable(
  'counters',
  {
    repId: text('rep_id').notNull(),
    name: text('name').notNull(),
    value: integer('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.repId, table.name] })],
);

/**
 * Receipts and losing attempts of one offer, gathered in memory and written every 5 s as one
 * packed row. JSON: see server/claims/race-notes.ts.
 */
export const raceNotes = sqliteTable(
  'race_notes',
  {
    offerId: text('offer_id').notNull(),
    part: integer('part').notNull(),
    notes: text('notes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.offerId, table.part] })],
);
