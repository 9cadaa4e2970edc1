/**
 * The append-only record and the cell's own bookkeeping. Events hold ids, codes and numbers, never
 * contact data and never free text: those live in `lead_private`, which can be blanked.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** What happened, in commit order. `seq` is also the growing `id` of every `lead:*` message. */
export const events = sqliteTable(
  'events',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    /** Server time, ms since 1970 (races: the arbiter's clock). */
    at: integer('at').notNull(),
    kind: text('kind').notNull(),
    leadId: text('lead_id'),
    offerId: text('offer_id'),
    repId: text('rep_id'),
    /** Who caused it: `rep:<id>`, `manager:<id>`, `source:<id>`, `admin`, `system`. */
    actor: text('actor').notNull(),
    /** JSON object of codes and numbers. */
    data: text('data').notNull().default('{}'),
    /** The timer whose effect this is; one effect a timer. */
    deadlineId: text('deadline_id'),
  },
  (table) => [
    index('events_lead').on(table.leadId),
    uniqueIndex('events_deadline').on(table.deadlineId).where(sql`deadline_id is not null`),
  ],
);

/** Small facts of the cell: generation of the ledger role, arbiter epoch, last settled order. */
export const cell = sqliteTable('cell', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});

/** Answers to POSTs that carried an `Idempotency-Key`; kept 24 h; results hold no secret, no contact. */
export const idempotency = sqliteTable(
  'idempotency',
  {
    credential: text('credential').notNull(),
    key: text('key').notNull(),
    route: text('route').notNull(),
    bodyHash: text('body_hash').notNull(),
    result: text('result').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.credential, table.key] }), index('idempotency_at').on(table.at)],
);
