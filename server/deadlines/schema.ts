/**
 * Timers as rows. A row is there while its effect is owed and is deleted in the transaction that
 * writes the effect, whose event carries the timer's id (unique): one effect a timer, through any crash.
 */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const deadlines = sqliteTable(
  'deadlines',
  {
    id: text('id').primaryKey(),
    kind: text('kind', {
      enum: [
        'laneOpens',
        'offerExpires',
        'routeAgain',
        'tokenExpires',
        'policyStarts',
        'retention',
        'priorityReminder',
        'tiersDue',
        'monthCloses',
        'pauseSweeps',
        'pauseEnds',
      ],
    }).notNull(),
    dueAt: integer('due_at').notNull(),
    leadId: text('lead_id'),
    offerId: text('offer_id'),
    lane: integer('lane'),
    /** A token's, a policy's or a pause's id. */
    subjectId: text('subject_id'),
  },
  (table) => [
    index('deadlines_due').on(table.dueAt),
    index('deadlines_offer').on(table.offerId),
    index('deadlines_lead').on(table.leadId),
    index('deadlines_subject').on(table.subjectId),
  ],
);
