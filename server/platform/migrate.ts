/**
 * Brings a database file to the shape this code knows: `migrations/`, numbered SQL in order.
 *
 * For one process at a time: the caller holds the file's role (server/ledger/role-lock.ts), since
 * two migrators at once fail half of the time. A file that already holds something is copied first,
 * and a file that newer code has changed is refused, because older code would write past rules it
 * does not know.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { type Connection, openReader, openScratch, openWriter } from './sqlite.ts';
import { partialNameOf, placeWhole } from './whole-file.ts';

export interface Migration {
  /** How many migrations were applied now; 0: the file was up to date. */
  applied: number;
  /** How many the file has. */
  version: number;
  /** The copy made before applying them; null: the file was empty or up to date. */
  backup: string | null;
}

/** Copies kept: the last three versions, which is further than anyone rolls back. */
const BACKUPS_KEPT = 3;

/** The file was written by code that is newer than this. */
export class DatabaseNewerError extends Error {
  readonly code = 'databaseNewer';
}

/** The file is a SQLite database of something else. */
export class DatabaseForeignError extends Error {
  readonly code = 'databaseForeign';
}

/** `migrations/` of the project, from server/platform/ and from dist/server/platform/ alike. */
export function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const up of ['../..', '../../..']) {
    const folder = join(here, up, 'migrations');
    if (existsSync(join(folder, 'meta', '_journal.json'))) return folder;
  }
  throw new Error(`no migrations folder found above ${here}`);
}

/** When each migration that the file has was made, oldest first; that time is its name. */
function appliedMigrations(sqlite: Database.Database): number[] {
  const tables = sqlite
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all() as string[];
  if (tables.length === 0) return [];
  if (!tables.includes('__drizzle_migrations')) {
    throw new DatabaseForeignError(`not a database of this server (no migrations in it): ${sqlite.name}`);
  }
  return sqlite.prepare('SELECT created_at FROM __drizzle_migrations ORDER BY created_at').pluck().all() as number[];
}

function assertKnown(sqlite: Database.Database, applied: number[], known: MigrationMeta[]): void {
  const times = new Set(known.map((migration) => migration.folderMillis));
  const unknown = applied.filter((time) => !times.has(time));
  if (unknown.length === 0) return;
  throw new DatabaseNewerError(
    `the database has ${applied.length} migrations, ${unknown.length} of them unknown to this version, which ` +
      `knows ${known.length}: start the newer version, or restore a backup from before it: ${sqlite.name}`,
  );
}

function dropOldBackups(file: string): void {
  const pattern = /^\.before-(\d+)\.bak$/;
  const backups = readdirSync(dirname(file))
    .map((name) => ({ name, match: pattern.exec(name.slice(basename(file).length)) }))
    .filter(({ name, match }) => name.startsWith(basename(file)) && match !== null)
    .sort((a, b) => Number(b.match?.[1]) - Number(a.match?.[1]));
  for (const { name } of backups.slice(BACKUPS_KEPT)) rmSync(join(dirname(file), name));
}

/** Copied aside and then renamed, so that a backup that is there is whole. */
function backUp(sqlite: Database.Database, version: number): string {
  const target = `${sqlite.name}.before-${version + 1}.bak`;
  const partial = partialNameOf(target);
  rmSync(partial, { force: true });
  sqlite.prepare('VACUUM INTO ?').run(partial);
  placeWhole(partial, target);
  dropOldBackups(sqlite.name);
  return target;
}

/** Only under the file's role. `folder` is for tests: other migrations than the project's. */
export function migrateFile(file: string, folder: string = migrationsFolder()): Migration {
  const known = readMigrationFiles({ migrationsFolder: folder });
  const { sqlite, db } = openWriter(file);
  try {
    const applied = appliedMigrations(sqlite);
    assertKnown(sqlite, applied, known);
    const pending = known.length - applied.length;
    if (pending === 0) return { applied: 0, version: known.length, backup: null };
    const backup = applied.length === 0 ? null : backUp(sqlite, applied.length);
    migrate(db, { migrationsFolder: folder });
    return { applied: pending, version: known.length, backup };
  } finally {
    sqlite.close();
  }
}

/** How far a file is, read only. `of` is what this code knows; beyond it `DatabaseNewerError` is thrown. */
export function versionOf(file: string): { version: number; of: number } {
  const known = readMigrationFiles({ migrationsFolder: migrationsFolder() });
  const { sqlite } = openReader(file);
  try {
    const applied = appliedMigrations(sqlite);
    assertKnown(sqlite, applied, known);
    return { version: applied.length, of: known.length };
  } finally {
    sqlite.close();
  }
}

/** Table or index or trigger → its statement, of a file. The statements of SQLite itself and of the migrator are left out. */
export function schemaStatements(sqlite: Database.Database): Map<string, string> {
  const rows = sqlite
    .prepare(
      `SELECT type || ' ' || name, sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> '__drizzle_migrations'
       ORDER BY tbl_name, type = 'table' DESC, name`,
    )
    .raw()
    .all() as [string, string][];
  return new Map(rows);
}

/** A database in memory, empty and of today's shape. */
export function openEmptyScratch(folder: string = migrationsFolder()): Connection {
  const scratch = openScratch();
  migrate(scratch.db, { migrationsFolder: folder });
  return scratch;
}

/** What an empty file looks like after every migration. */
export function schemaOfMigrations(folder: string = migrationsFolder()): Map<string, string> {
  const { sqlite } = openEmptyScratch(folder);
  try {
    return schemaStatements(sqlite);
  } finally {
    sqlite.close();
  }
}
