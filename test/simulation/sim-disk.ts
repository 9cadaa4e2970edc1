/**
 * The disk of a simulation: one database in memory that outlives the server's processes, whose commits
 * take time, are refused, or end a process in the middle. What a COMMIT has kept is there for the next
 * process; what it has not, is not.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { createTransactions, type Transactions } from '../../server/flow/transactions/transactions.ts';
import type { Db } from '../../server/platform/db.ts';
import { migrateFile } from '../../server/platform/migrate.ts';
import { type Connection, openWriter } from '../../server/platform/sqlite.ts';

/** What becomes of a COMMIT. */
export type CommitFate =
  | 'done'
  /** Refused cleanly: SQLITE_FULL. */
  | 'full'
  /** The process hears an I/O error and cannot know whether the rows are there; they are, or not. */
  | 'brokenKept'
  | 'brokenLost';

class DiskError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`simulated ${code}`);
    this.code = code;
  }
}

let emptyFile: Buffer | null = null;

/** An empty database of today's shape, as bytes: made once, opened by every run. */
function emptyDatabase(): Buffer {
  if (emptyFile !== null) return emptyFile;
  const folder = mkdtempSync(join(tmpdir(), 'sambar-simulation-'));
  const file = join(folder, 'empty.db');
  migrateFile(file);
  const { sqlite } = openWriter(file);
  // A database in memory has no log beside it.
  sqlite.pragma('journal_mode = DELETE');
  sqlite.close();
  emptyFile = readFileSync(file);
  rmSync(folder, { recursive: true });
  return emptyFile;
}

/** Disks that no run uses now: emptied, they serve the next one, with their statements prepared. */
const spare: SimDisk[] = [];

export class SimDisk {
  readonly db: Db;
  readonly sqlite: Database.Database;
  readonly #real: Database.Database;
  /** Prepared once: the server's statements, which it asks for again and again, and the checks' own. */
  readonly #servers = new Map<string, Database.Statement>();
  readonly #checks = new Map<string, Database.Statement<unknown[], unknown>>();
  readonly #tables: string[];
  #transactions: Transactions | null = null;

  private constructor() {
    // A copy: the database takes the bytes for its own.
    this.#real = new Database(Buffer.from(emptyDatabase()));
    this.sqlite = Object.create(this.#real, { prepare: { value: (sql: string) => this.#kept(sql) } });
    this.db = drizzle({ client: this.sqlite });
    const tables = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('__drizzle_migrations')`;
    this.#tables = this.#real.prepare(tables).pluck().all() as string[];
  }

  /** An empty disk. */
  static take(): SimDisk {
    const disk = spare.pop() ?? new SimDisk();
    disk.#empty();
    return disk;
  }

  giveBack(): void {
    spare.push(this);
  }

  /** Rows changed so far: the same number again means that nothing was written. */
  get changes(): number {
    return this.first<{ changes: number }>('SELECT total_changes() AS changes')!.changes;
  }

  all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.prepare(sql).all(...values) as T[];
  }

  first<T>(sql: string, ...values: (string | number)[]): T | undefined {
    return this.prepare(sql).get(...values) as T | undefined;
  }

  /** A statement of the checks, kept: they are asked after every step. */
  prepare(sql: string): Database.Statement<unknown[], unknown> {
    const known = this.#checks.get(sql);
    if (known !== undefined) return known;
    const statement = this.#real.prepare<unknown[], unknown>(sql);
    this.#checks.set(sql, statement);
    return statement;
  }

  /** The server's own, which keep nothing but their statements: made once, for each process that writes here. */
  get transactions(): Transactions {
    this.#transactions ??= createTransactions(this.db);
    return this.#transactions;
  }

  /** The writing connection of one process; `fate` is asked at each of its COMMITs. */
  writer(fate: () => CommitFate): Connection {
    const { sqlite } = this;
    const facade = {
      prepare: (sql: string) => (sql === 'COMMIT' ? { run: () => commit(this.#real, fate()) } : sqlite.prepare(sql)),
      get inTransaction() {
        return sqlite.inTransaction;
      },
      close: () => undefined,
    };
    return { sqlite: facade as unknown as Database.Database, db: this.db };
  }

  #kept(sql: string): Database.Statement {
    const known = this.#servers.get(sql);
    if (known === undefined) {
      const statement = this.#real.prepare(sql);
      this.#servers.set(sql, statement);
      return statement;
    }
    // As a newly prepared one: what its last user asked for is not this one's wish.
    if (known.reader) known.raw(false).pluck(false);
    return known;
  }

  #empty(): void {
    const sqlite = this.#real;
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    sqlite.pragma('foreign_keys = OFF');
    for (const table of this.#tables) sqlite.exec(`DELETE FROM "${table}"`);
    sqlite.pragma('foreign_keys = ON');
  }
}

function commit(sqlite: Database.Database, fate: CommitFate): void {
  if (fate === 'full') throw new DiskError('SQLITE_FULL');
  sqlite.exec(fate === 'brokenLost' ? 'ROLLBACK' : 'COMMIT');
  if (fate !== 'done') throw new DiskError('SQLITE_IOERR_FSYNC');
}
