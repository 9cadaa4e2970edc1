/**
 * One row a rep and local day with every metric's sums; weeks, months and quarters are sums of days.
 * `*_at` is when that sum last moved, the tie-breaker of GAME-31. A fold of ownerships and point
 * entries, rebuilt and compared by `sambar rebuild` and `verify`.
 */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const repDays = sqliteTable(
  'rep_days',
  {
    repId: text('rep_id').notNull(),
    day: text('day').notNull(),
    points: integer('points').notNull().default(0),
    pointsAt: integer('points_at').notNull().default(0),
    claims: integer('claims').notNull().default(0),
    claimsAt: integer('claims_at').notNull().default(0),
    speedMs: integer('speed_ms').notNull().default(0),
    speedCount: integer('speed_count').notNull().default(0),
    speedAt: integer('speed_at').notNull().default(0),
    converted: integer('converted').notNull().default(0),
    convertedAt: integer('converted_at').notNull().default(0),
    opportunities: integer('opportunities').notNull().default(0),
    opportunitiesAt: integer('opportunities_at').notNull().default(0),
    revenue: integer('revenue').notNull().default(0),
    revenueAt: integer('revenue_at').notNull().default(0),
    responseMs: integer('response_ms').notNull().default(0),
    responseCount: integer('response_count').notNull().default(0),
    responseAt: integer('response_at').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.repId, table.day] })],
);
