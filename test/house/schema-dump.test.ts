/** Three tellings of one schema, the drizzle files, the migrations and the dump, must agree. */
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generateSQLiteDrizzleJson } from 'drizzle-kit/api';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { dumpOfMigrations, schemaFile } from '../../scripts/schema-dump.ts';
import { migrationsFolder } from '../../server/platform/migrate.ts';
import { tempFolder } from '../support/temp-database.ts';

const server = new URL('../../server/', import.meta.url).pathname;

/** Every table of every `server/<capability>/schema.ts`, as drizzle.config.ts takes them. */
async function drizzleTables(): Promise<Record<string, unknown>> {
  const files = readdirSync(server)
    .map((folder) => join(server, folder, 'schema.ts'))
    .filter((file) => existsSync(file));
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(file).href)));
  return Object.assign({}, ...modules) as Record<string, unknown>;
}

/** As JSON: what drizzle-kit would write into the next snapshot, without the ids it makes up. */
async function snapshotOf(tables: Record<string, unknown>): Promise<unknown> {
  return JSON.parse(JSON.stringify((await generateSQLiteDrizzleJson(tables)).tables));
}

function lastSnapshot(): unknown {
  const meta = join(migrationsFolder(), 'meta');
  const last = readdirSync(meta)
    .filter((name) => name.endsWith('_snapshot.json'))
    .sort()
    .at(-1)!;
  return (JSON.parse(readFileSync(join(meta, last), 'utf8')) as { tables: unknown }).tables;
}

describe('the schema', () => {
  test('migrating an empty file gives exactly migrations/schema.sql (else: npm run db:dump)', () => {
    expect(dumpOfMigrations()).toBe(readFileSync(schemaFile(), 'utf8'));
  });

  test('a changed migration changes the dump', () => {
    const folder = join(tempFolder(), 'migrations');
    cpSync(migrationsFolder(), folder, { recursive: true });
    const first = readdirSync(folder).find((name) => name.startsWith('0000'))!;
    appendFileSync(join(folder, first), '\n--> statement-breakpoint\nCREATE TABLE drift (a integer);');
    expect(dumpOfMigrations(folder)).not.toBe(dumpOfMigrations());
  });

  test('the drizzle tables are those of the last migration (else: npm run db:generate)', async () => {
    expect(await snapshotOf(await drizzleTables())).toEqual(lastSnapshot());
  });

  test('a column that no migration has is seen', async () => {
    const cell = sqliteTable('cell', { drift: integer('drift') });
    const drifted = await snapshotOf({ ...(await drizzleTables()), cell });
    expect(drifted).not.toEqual(lastSnapshot());
  });
});
