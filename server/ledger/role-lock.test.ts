import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startHolder } from '../../test/support/role-holder.ts';
import { tempDatabaseFile, tempFolder } from '../../test/support/temp-database.ts';
import { openReader } from '../platform/sqlite.ts';
import { acquireRole, DatabaseInUseError, readHolder } from './role-lock.ts';

describe('the role of the one writer', () => {
  test('is refused while another process holds it, naming that process', async () => {
    const file = tempDatabaseFile();
    const holder = await startHolder(file, 'hold');
    const attempt = () => acquireRole(file, { nowMs: 2_000 });
    expect(attempt).toThrow(`database is in use by pid ${holder.pid} since 1970-01-01T00:00:01.000Z`);
    expect(attempt).toThrow(DatabaseInUseError);
    const { pid } = holder;
    expect(readHolder(file)).toMatchObject({ pid, identity: { pid }, startedAtMs: 1_000, beatAtMs: null, lease: null });
  });

  test('is free as soon as a killed holder is gone, and the generation has grown', async () => {
    const file = tempDatabaseFile();
    const holder = await startHolder(file, 'hold');
    holder.signal('SIGKILL');
    await holder.ended;
    const role = acquireRole(file, { nowMs: 2_000 });
    expect(role.generation).toBe(holder.generation + 1);
    expect(role.predecessor).toMatchObject({ pid: holder.pid, startedAtMs: 1_000 });
    role.release();
    const next = acquireRole(file, { nowMs: 3_000 });
    expect(next.predecessor).toBeNull();
    next.release();
  });

  test('a frozen holder keeps it', async () => {
    const file = tempDatabaseFile();
    const holder = await startHolder(file, 'hold');
    holder.signal('SIGSTOP');
    expect(() => acquireRole(file, { nowMs: 2_000 })).toThrow(/in use by pid/);
  });

  test('two in one process exclude each other too, by whatever name the file goes', () => {
    const file = tempDatabaseFile();
    const role = acquireRole(file, { nowMs: 1_000 });
    const link = join(tempFolder(), 'link.db');
    symlinkSync(file, link);
    expect(() => acquireRole(link, { nowMs: 1_000 })).toThrow(`pid ${process.pid}`);
    role.release();
    acquireRole(link, { nowMs: 1_000 }).release();
  });

  test('each acquisition raises the generation in the file; release is once and leaves no name', () => {
    const file = tempDatabaseFile();
    const generations = [1, 2, 3].map((nowMs) => {
      const role = acquireRole(file, { nowMs });
      role.release();
      role.release();
      return role.generation;
    });
    expect(generations).toEqual([1, 2, 3]);
    const { sqlite } = openReader(file);
    expect(sqlite.prepare(`SELECT value FROM cell WHERE key = 'generation'`).pluck().get()).toBe('3');
    sqlite.close();
    expect(existsSync(`${file}.holder`)).toBe(false);
  });

  test('a beat moves beatAtMs and brings the lease; after release it writes nothing', () => {
    const file = tempDatabaseFile();
    const role = acquireRole(file, { nowMs: 1_000 });
    const before = readHolder(file);
    role.leased('a lease');
    role.beat(4_000);
    expect(readHolder(file)).toEqual({ ...before, beatAtMs: 4_000, lease: 'a lease' });
    role.release();
    role.beat(5_000);
    expect(readHolder(file)).toBeNull();
  });

  test('the folder of the file is made when it is not there', () => {
    const file = join(tempFolder(), 'data', 'deep', 'sambar.db');
    acquireRole(file, { nowMs: 1 }).release();
    expect(existsSync(file)).toBe(true);
  });
});
