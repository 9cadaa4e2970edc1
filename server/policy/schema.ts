/** Every version of the document of rules, kept for ever: offers name the one they were opened with. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const policies = sqliteTable('policies', {
  version: integer('version').primaryKey({ autoIncrement: true }),
  /** JSON: see server/policy/policy-rules.ts. */
  document: text('document').notNull(),
  effectiveAt: integer('effective_at').notNull(),
  createdAt: integer('created_at').notNull(),
  actor: text('actor').notNull(),
});
