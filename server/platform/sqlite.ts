/**
 * The one home of `new Database`: how this server opens SQLite, and what it refuses to run on.
 *
 * A `won` is told when its COMMIT returns, so that COMMIT must have reached the disk. The driver is
 * compiled with NORMAL as the default of WAL, and applies that default at a connection's first
 * statement: it loses acknowledged rows at power loss and no crash of the process ever shows it. So
 * FULL is set after that first statement and read back from the live connection.
 */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Db } from './db.ts';

/** One connection, as the driver gives it and as drizzle sees it. */
export interface Connection {
  sqlite: Database.Database;
  db: Db;
}

/** Below it, two connections that write and checkpoint can corrupt the file (the WAL-reset bug). */
export const SQLITE_VERSION_MIN = '3.51.3';

/**
 * How long a statement waits for another process's lock. There is one writer, so only an operator's
 * own tool can hold one; shorter than the 2 s a claim may wait for its verdict.
 */
const BUSY_TIMEOUT_MS = 1_000;

/** `PRAGMA synchronous` answers a number: 0 off, 1 normal, 2 full. */
const SYNCHRONOUS_FULL = 2;

/** The file or the library is not fit to hold what must not be lost. */
export class SqliteUnfitError extends Error {
  readonly code = 'sqliteUnfit';
}

function atLeast(version: string, minimum: string): boolean {
  const have = version.split('.').map(Number);
  const need = minimum.split('.').map(Number);
  for (let part = 0; part < need.length; part++) {
    const difference = (have[part] ?? 0) - (need[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function assertPragma(sqlite: Database.Database, name: string, wanted: string | number): void {
  const found: unknown = sqlite.pragma(name, { simple: true });
  if (found !== wanted) {
    throw new SqliteUnfitError(`PRAGMA ${name} is ${String(found)}, must be ${wanted}: ${sqlite.name}`);
  }
}

/** Throws unless this connection keeps what it commits through a power loss. */
export function assertDurable(sqlite: Database.Database): void {
  const version = sqlite.prepare('SELECT sqlite_version()').pluck().get() as string;
  if (!atLeast(version, SQLITE_VERSION_MIN)) {
    throw new SqliteUnfitError(`SQLite ${version} is too old, ${SQLITE_VERSION_MIN} is needed`);
  }
  assertPragma(sqlite, 'journal_mode', 'wal');
  assertPragma(sqlite, 'synchronous', SYNCHRONOUS_FULL);
  assertPragma(sqlite, 'foreign_keys', 1);
}

/** The connection that writes. Who may open one is decided by the role lock, not here. */
export function openWriter(file: string): Connection {
  const sqlite = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    // What was forgotten must not linger in freed pages; FAST overwrites those that are written anyway.
    sqlite.pragma('secure_delete = FAST');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    assertDurable(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return { sqlite, db: drizzle({ client: sqlite }) };
}

/** A connection that cannot write; it works beside a running writer and never blocks it. */
export function openReader(file: string): Connection {
  const sqlite = new Database(file, {
    readonly: true,
    fileMustExist: true,
    timeout: BUSY_TIMEOUT_MS,
  });
  sqlite.pragma('query_only = ON');
  return { sqlite, db: drizzle({ client: sqlite }) };
}

/** A database in memory, for what is compared and thrown away. */
export function openScratch(): Connection {
  const sqlite = new Database(':memory:');
  return { sqlite, db: drizzle({ client: sqlite }) };
}

/** Where a file says by which journal it is read and written: 2 is a log beside it, 1 is none. */
const JOURNAL_BYTES = [18, 19];

/**
 * What a reader sees of its file, in memory: of one instant, and to be changed at will. It is held twice while it is
 * copied.
 */
export function openCopy(reader: Connection): Connection {
  const bytes = reader.sqlite.serialize();
  for (const at of JOURNAL_BYTES) bytes[at] = 1;
  const sqlite = new Database(bytes);
  return { sqlite, db: drizzle({ client: sqlite }) };
}

/** Folds the log into a file that nobody has open and leaves it alone without one: a copy is then one file. */
export function sealFile(file: string): void {
  const sqlite = new Database(file, { fileMustExist: true });
  try {
    assertPragma(sqlite, 'journal_mode = DELETE', 'delete');
  } finally {
    sqlite.close();
  }
}

/** Folds the log into a file that no server has, so that the file alone holds everything. */
export function foldLog(file: string): void {
  const { sqlite } = openWriter(file);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
}

/**
 * Locks `file` (made for this purpose, empty) until the connection is closed or the process dies:
 * the lock is the kernel's, so no crash leaves it behind. Null: another holds it after `waitMs`,
 * a wait that blocks this thread.
 */
export function openExclusive(file: string, waitMs: number): Database.Database | null {
  const sqlite = new Database(file, { timeout: waitMs });
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
    return sqlite;
  } catch (error) {
    sqlite.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}

/** One name for one file: what lies beside it (locks, backups) must not depend on a symlink. */
export function trueName(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  return join(realpathSync(dirname(file)), basename(file));
}
