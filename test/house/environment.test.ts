/** The environment: documented whole, refused whole, frozen. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ConfigError, envExample, readConfig } from '../../server/config.ts';
import { tempFolder } from '../support/temp-database.ts';
import { ROOT, textOf } from './source.ts';

/** What the contract promises to read. */
const PROMISED = [
  'PORT',
  'HOST',
  'DATABASE_FILE',
  'REDIS_URL',
  'ROLE',
  'ADMIN_API_KEY',
  'APP_SECRET',
  'LOG_LEVEL',
  'PUBLIC_URL',
];

const WRONG = {
  PORT: 'eighty',
  ROLE: 'boss',
  REDIS_URL: 'http://redis',
  ADMIN_API_KEY: 'short',
  LOG_LEVEL: 'loud',
};

function linesOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
}

const variablesIn = (text: string) => [...text.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);

describe('.env.example', () => {
  test('is what server/config.ts prints (npm run docs:env)', () => {
    expect(textOf('.env.example')).toBe(envExample());
  });

  test('names every promised variable', () => {
    expect(variablesIn(envExample())).toEqual(expect.arrayContaining(PROMISED));
    expect(variablesIn('# AB=1\n# in words C=\nDE=4\n')).toEqual(['AB', 'DE']);
  });

  test('is itself a good environment', () => {
    const pairs = [...textOf('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    expect(pairs.length).toBeGreaterThan(3);
    expect(linesOf(Object.fromEntries(pairs))).toEqual([]);
  });

  test('is named in the README', () => {
    expect(textOf('README.md')).toContain('.env.example');
    expect(PROMISED.filter((name) => !textOf('README.md').includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the environment', () => {
  test('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      redisUrl: null,
      role: 'all',
      logLevel: 'info',
    });
  });

  test('is frozen once read', () => {
    const config = readConfig({ PORT: '0' });
    expect(config.port).toBe(0);
    expect(Object.isFrozen(config)).toBe(true);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: ' ', REDIS_URL: '' })).toMatchObject({ port: 3000, redisUrl: null });
  });

  test('is refused with one line a wrong variable', () => {
    const lines = linesOf(WRONG);
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual(Object.keys(WRONG).sort());
    expect(linesOf({ PORT: '70000' })).toHaveLength(1);
  });

  test.each(['gateway', 'ledger'])('ROLE=%s without REDIS_URL is refused', (role) => {
    expect(linesOf({ ROLE: role })).toEqual([expect.stringContaining('REDIS_URL')]);
  });

  test('STANDBY is for who has the file', () => {
    expect(readConfig({ STANDBY: 'true' })).toMatchObject({ standby: true });
    expect(linesOf({ STANDBY: 'yes' })).toEqual([expect.stringContaining('STANDBY')]);
    expect(linesOf({ STANDBY: 'true', ROLE: 'gateway', REDIS_URL: 'redis://localhost' })).toEqual([
      expect.stringContaining('STANDBY'),
    ]);
  });

  test('that is wrong ends the program with its lines and status 1', () => {
    const done = spawnSync(
      process.execPath,
      ['--import', pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href, join(ROOT, 'server/main.ts')],
      {
        // An empty folder, so that no `.env` of a developer's is read.
        cwd: tempFolder(),
        env: { PATH: process.env.PATH, ...WRONG },
        encoding: 'utf8',
        timeout: 100_000,
      },
    );
    expect(
      done.stderr
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(Object.keys(WRONG).sort());
    expect(done.stdout).toBe('');
    expect(done.status).toBe(1);
  });
});
