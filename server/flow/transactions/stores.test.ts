/** What runs at each claim and lead costs the same on a large file as on an empty one: no statement reads a whole table. */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tempDatabaseFile } from '../../../test/support/temp-database.ts';
import { createOwnershipReader } from '../../claims/ownership-reader.ts';
import { createDueReader } from '../../deadlines/deadlines-store.ts';
import { createOffersReader } from '../../distribution/offers-reader.ts';
import { createLeadsReader } from '../../leads/leads.ts';
import type { Db } from '../../platform/db.ts';
import { migrateFile } from '../../platform/migrate.ts';
import { type Connection, openWriter } from '../../platform/sqlite.ts';
import { createStores } from './stores.ts';

let connection: Connection;

beforeEach(() => {
  const file = tempDatabaseFile();
  migrateFile(file);
  connection = openWriter(file);
});

afterEach(() => void connection.sqlite.close());

/** Every statement that `build` prepares. */
function preparedBy(build: (db: Db) => void): string[] {
  const { sqlite } = connection;
  const seen: string[] = [];
  const watched = new Proxy(sqlite, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name) as unknown;
      return (text: string) => {
        seen.push(text);
        return target.prepare(text);
      };
    },
  });
  build(drizzle({ client: watched }));
  return seen;
}

function scansOf(text: string): string[] {
  const nulls = Array.from(text.match(/\?/g) ?? [], () => null);
  const plan = connection.sqlite.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all(...nulls);
  return plan.map(({ detail }) => detail).filter((detail) => /^SCAN (?!CONSTANT)/.test(detail));
}

it('the writer looks everything up by an index', () => {
  const statements = preparedBy((db) => void createStores(db));
  expect(statements.length).toBeGreaterThan(20);
  expect(statements.filter((text) => scansOf(text).length > 0)).toEqual([]);
});

it('so do the readers of verdicts and timers', () => {
  const statements = preparedBy((db) => {
    createOwnershipReader(db);
    createLeadsReader(db);
    createOffersReader(db);
    createDueReader(db);
  });
  expect(statements.length).toBeGreaterThan(10);
  expect(statements.filter((text) => scansOf(text).length > 0)).toEqual([]);
});

it('a statement that reads a whole table is seen', () => {
  expect(scansOf('SELECT * FROM leads WHERE company_name = ?')).toHaveLength(1);
});
