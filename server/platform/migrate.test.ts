import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { tempDatabaseFile, tempFolder } from '../../test/support/temp-database.ts';
import { migrateFile, migrationsFolder } from './migrate.ts';
import { openReader, openWriter } from './sqlite.ts';

interface Journal {
  entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[];
}

/** The project's migrations and `extra` more after them, each of which adds a table. */
function folderWith(extra: number): string {
  const folder = join(tempFolder(), 'migrations');
  cpSync(migrationsFolder(), folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal;
  for (let count = 0; count < extra; count++) {
    const last = journal.entries.at(-1)!;
    const idx = last.idx + 1;
    const tag = `${String(idx).padStart(4, '0')}_later`;
    journal.entries.push({ ...last, idx, tag, when: last.when + 1 });
    writeFileSync(join(folder, `${tag}.sql`), `CREATE TABLE later_${idx} (id integer);`);
  }
  writeFileSync(path, JSON.stringify(journal));
  return folder;
}

function tables(file: string): string[] {
  const { sqlite } = openReader(file);
  const names = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  sqlite.close();
  return names as string[];
}

const known = (JSON.parse(readFileSync(join(migrationsFolder(), 'meta', '_journal.json'), 'utf8')) as Journal).entries
  .length;

describe('migrating', () => {
  test('an empty file gets everything and no backup; again: nothing', () => {
    const file = tempDatabaseFile();
    expect(migrateFile(file)).toEqual({ applied: known, version: known, backup: null });
    expect(tables(file)).toContain('ownerships');
    expect(migrateFile(file)).toEqual({ applied: 0, version: known, backup: null });
    expect(readdirSync(dirname(file)).filter((name) => name.endsWith('.bak'))).toEqual([]);
  });

  test('a file that holds something is copied first, as it was', () => {
    const file = tempDatabaseFile();
    migrateFile(file);
    const { sqlite } = openWriter(file);
    sqlite.exec(`INSERT INTO cell VALUES ('kept', 'yes')`);
    const { backup, applied } = migrateFile(file, folderWith(1));
    expect(applied).toBe(1);
    expect(backup).toBe(`${file}.before-${known + 1}.bak`);
    expect(tables(file)).toContain(`later_${known}`);
    expect(tables(backup!)).not.toContain(`later_${known}`);
    const copy = openReader(backup!).sqlite;
    expect(copy.prepare(`SELECT value FROM cell WHERE key = 'kept'`).pluck().get()).toBe('yes');
    copy.close();
    sqlite.close();
  });

  test('the last three copies are kept', () => {
    const file = tempDatabaseFile();
    migrateFile(file);
    for (let extra = 1; extra <= 5; extra++) migrateFile(file, folderWith(extra));
    const copies = readdirSync(dirname(file)).filter((name) => name.endsWith('.bak'));
    expect(copies.sort()).toEqual([3, 4, 5].map((n) => `sambar.db.before-${known + n}.bak`).sort());
  });

  test('a migration that fails leaves the file as it was', () => {
    const file = tempDatabaseFile();
    migrateFile(file);
    const folder = folderWith(2);
    writeFileSync(join(folder, `${String(known + 1).padStart(4, '0')}_later.sql`), 'CREATE NONSENSE');
    expect(() => migrateFile(file, folder)).toThrow();
    expect(tables(file)).not.toContain(`later_${known}`);
    expect(migrateFile(file)).toMatchObject({ applied: 0 });
  });

  test('a file from newer code is refused, and not touched', () => {
    const file = tempDatabaseFile();
    migrateFile(file, folderWith(1));
    const before = tables(file);
    expect(() => migrateFile(file)).toThrow(/unknown to this version.*start the newer version/);
    expect(() => migrateFile(file)).toThrow(expect.objectContaining({ code: 'databaseNewer' }));
    expect(tables(file)).toEqual(before);
  });

  test('the database of another program is refused', () => {
    const file = tempDatabaseFile();
    const { sqlite } = openWriter(file);
    sqlite.exec('CREATE TABLE other (id integer)');
    sqlite.close();
    expect(() => migrateFile(file)).toThrow(expect.objectContaining({ code: 'databaseForeign' }));
    expect(tables(file)).toEqual(['other']);
  });

  test('four processes at once on an empty file: all are fine, one of them migrates', async () => {
    const file = join(tempFolder(), 'data', 'sambar.db');
    mkdirSync(dirname(file));
    const child = new URL('../../test/support/role-child.ts', import.meta.url).pathname;
    const said = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const process_ = spawn(process.execPath, ['--import', 'tsx', child, file, 'once']);
        const [out, errors] = [text(process_.stdout), text(process_.stderr)];
        const [code] = (await once(process_, 'exit')) as [number];
        expect({ code, errors: await errors }).toEqual({ code: 0, errors: '' });
        return JSON.parse(await out) as { generation: number; applied: number };
      }),
    );
    expect(said.map((one) => one.generation).sort()).toEqual([1, 2, 3, 4]);
    expect(said.map((one) => one.applied).sort()).toEqual([0, 0, 0, known]);
    expect(existsSync(`${file}.holder`)).toBe(false);
  });
});
