/** Leads as they stand, and the one table that holds what may have to be forgotten. */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const leads = sqliteTable(
  'leads',
  {
    id: text('id').primaryKey(),
    /** The authenticated source that posted it, or `admin`. */
    sourceId: text('source_id').notNull(),
    externalId: text('external_id'),
    /** The channel or form it came by. */
    source: text('source').notNull(),
    type: text('type'),
    companyName: text('company_name').notNull(),
    companySize: integer('company_size'),
    industry: text('industry'),
    country: text('country'),
    region: text('region'),
    contactTitle: text('contact_title'),
    dealValue: integer('deal_value'),
    /** JSON array of words. */
    signals: text('signals').notNull().default('[]'),
    score: integer('score').notNull(),
    temperature: text('temperature', { enum: ['hot', 'warm', 'cold'] }).notNull(),
    pool: text('pool', { enum: ['premium', 'standard'] }).notNull(),
    /** waiting (for a timer) → offered → owned → finished; back to offered on release. */
    status: text('status', { enum: ['waiting', 'offered', 'owned', 'finished'] }).notNull(),
    stage: text('stage', {
      enum: ['qualified', 'disqualified', 'nurture', 'opportunity', 'won', 'lost'],
    }),
    acceptedAt: integer('accepted_at').notNull(),
    forgottenAt: integer('forgotten_at'),
  },
  (table) => [
    uniqueIndex('leads_external').on(table.sourceId, table.externalId).where(sql`external_id is not null`),
    index('leads_waiting').on(table.status).where(sql`status = 'waiting'`),
    index('leads_newest').on(table.acceptedAt, table.id),
  ],
);

/**
 * Contact details and every free text about a lead, and nothing anywhere else: `forget` deletes a
 * lead's rows here and the race record stays. `item`: `contact`, `interest`, `attributes`, or the id
 * of the fact (activity, event) whose text it is.
 */
export const leadPrivate = sqliteTable(
  'lead_private',
  {
    leadId: text('lead_id').notNull(),
    item: text('item').notNull(),
    json: text('json').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.leadId, table.item] })],
);
