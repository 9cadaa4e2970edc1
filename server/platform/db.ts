/** The one type of database handle that store files take; `platform/sqlite.ts` makes them. */
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

export type Db = BetterSQLite3Database<Record<string, never>>;
