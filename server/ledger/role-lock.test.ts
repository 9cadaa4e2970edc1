import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDatabaseFile, tempFolder } from '../../test/support/temp-database.ts';
import { openReader } from '../platform/sqlite.ts';
import { acquireRole, DatabaseInUseError, readHolder } from './role-lock.ts';

const child = new URL('../../test/support/role-child.ts', import.meta.url).pathname;

/** Another process that takes the role and says so, then waits to be ended. */
async function startHolder(file: string) {
  const holder = spawn(process.execPath, ['--import', 'tsx', child, file, 'hold'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [said] = await once(holder.stdout, 'data');
  return { holder, said: JSON.parse(String(said)) as { generation: number } };
}

describe('the role of the one writer', () => {
  test('is refused while another process holds it, naming that process', async () => {
    const file = tempDatabaseFile();
    const { holder } = await startHolder(file);
    const attempt = () => acquireRole(file, { nowMs: 2_000 });
    expect(attempt).toThrow(`database is in use by pid ${holder.pid} since 1970-01-01T00:00:01.000Z`);
    expect(attempt).toThrow(DatabaseInUseError);
    expect(readHolder(file)).toEqual({ pid: holder.pid, startedAtMs: 1_000, beatAtMs: 1_000 });
  });

  test('is free as soon as a killed holder is gone, and the generation has grown', async () => {
    const file = tempDatabaseFile();
    const { holder, said } = await startHolder(file);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const role = acquireRole(file, { nowMs: 2_000 });
    expect(role.generation).toBe(said.generation + 1);
    role.release();
  });

  test('a frozen holder keeps it', async () => {
    const file = tempDatabaseFile();
    const { holder } = await startHolder(file);
    holder.kill('SIGSTOP');
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

  test('a beat moves beatAtMs and nothing else; after release it writes nothing', () => {
    const file = tempDatabaseFile();
    const role = acquireRole(file, { nowMs: 1_000 });
    role.beat(4_000);
    expect(readHolder(file)).toEqual({ pid: process.pid, startedAtMs: 1_000, beatAtMs: 4_000 });
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
