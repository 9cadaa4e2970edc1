/** What routing knows beside the rules: whose account a company is, and when a rep is away. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const accounts = sqliteTable('accounts', {
  /** The company's name, folded: leads find it by this. */
  key: text('key').primaryKey(),
  company: text('company').notNull(),
  repId: text('rep_id').notNull(),
  since: integer('since').notNull(),
});

/** When a lead last came by a rule of that name, to the day (ROUTE-20). */
export const ruleUses = sqliteTable('rule_uses', {
  rule: text('rule').primaryKey(),
  lastUsedAt: integer('last_used_at').notNull(),
});

/** Ended early or cancelled: `until_at` is moved to that moment. */
export const timeOff = sqliteTable(
  'time_off',
  {
    id: text('id').primaryKey(),
    repId: text('rep_id').notNull(),
    fromAt: integer('from_at').notNull(),
    /** Outside. */
    untilAt: integer('until_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('time_off_until').on(table.untilAt), index('time_off_rep').on(table.repId)],
);
