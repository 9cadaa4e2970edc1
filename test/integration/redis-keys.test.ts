/**
 * Every key a cell leaves in Redis is in the table of SPEC.md and lives no longer than it says there: what
 * nobody owns and nothing ends fills a Redis that may not throw anything away.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DecidingHouse } from '../../server/house.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { connect, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const CELL = 'keys';

interface Row {
  key: string;
  pattern: RegExp;
  isKept: boolean;
  /** Null: it never runs out by itself. */
  seconds: number | null;
}

/** The table as it stands in the document. */
function table(): Row[] {
  const spec = readFileSync(new URL('../../server/claims/SPEC.md', import.meta.url), 'utf8');
  const rows = spec.split('## What a cell keeps in Redis')[1]?.matchAll(/^\| `([^`]+)`\s*\|[^|]*\| ([^|]*)\|$/gm) ?? [];
  return [...rows].map(([, key = '', lives = '']) => ({
    key,
    pattern: new RegExp(`^\\{${CELL}\\}:${key.replace(/<\w+>/g, '.+')}$`),
    isKept: lives.startsWith('kept'),
    seconds: /(\d+) s\b/.test(lives) ? Number(/(\d+) s\b/.exec(lives)?.[1]) : null,
  }));
}

let server: TestRedis;
let redis: TestConnection;
let app: TestApp;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
  app = await startApp({ env: { REDIS_URL: server.url, CELL } });
});

afterEach(async () => {
  await redis.del('stray', `{${CELL}}:stray`);
});

afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  redis?.disconnect();
  await server?.stop();
});

async function allKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const batch of redis.scanStream()) keys.push(...(batch as string[]));
  return [...new Set(keys)];
}

/** What is wrong with the keys as they are; empty: all is as the table says. */
async function strays(rows: Row[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of await allKeys()) {
    const row = rows.find(({ pattern }) => pattern.test(key));
    const leftMs = await redis.pttl(key);
    if (row === undefined) found.push(`${key}: not in the table`);
    // -2: it has run out since it was listed.
    else if (leftMs === -1 && !row.isKept) found.push(`${key}: never runs out`);
    else if (leftMs > (row.seconds ?? 0) * 1_000) found.push(`${key}: lives ${leftMs} ms`);
  }
  return found;
}

/** A claim won and released, one that met an early lane, one lost; a lead assigned; a break. */
async function flow(): Promise<{ won: string; open: string }> {
  await app.setPolicy({ preset: 'tiered' });
  const [one, two] = [await app.addRep('Satu', { tier: 1 }), await app.addRep('Dua', { tier: 2 })];
  const claim = async (token: string, leadId: string, id: string) =>
    (await app.claimOverHttp(token, leadId, id)).body.verdict;
  const premium = { type: 'demo request' };
  const won = await app.addLead(premium);
  expect(await claim(two.token, won, 'early')).toBe('early');
  expect(await claim(one.token, won, 'won')).toBe('won');
  expect(await claim(two.token, won, 'lost')).toBe('lost');
  const assigned = await app.addLead(premium);
  await app.call('POST', `/v1/leads/${assigned}/assignments`, { body: { repId: two.id, reason: 'x' } });
  const open = await app.addLead(premium);
  await app.call('PATCH', `/v1/reps/${two.id}`, { body: { status: 'break' } });
  const { arbiter } = (app.app.house as DecidingHouse).world;
  await arbiter.raise({ scope: 'team', team: 'jakarta' }, 'withdrawn');
  await arbiter.count(one.id, 'assists', 1, 'cause');
  return { won, open };
}

test('every key of a cell is in the table, and runs out or is owned as it says', async () => {
  const rows = table();
  expect(rows.length).toBeGreaterThan(15);
  const { won, open } = await flow();
  expect(await strays(rows)).toEqual([]);
  const keys = await allKeys();
  // What lives three seconds may be gone for a moment on a busy machine.
  const lasting = rows.filter(({ seconds }) => seconds !== 3);
  expect(lasting.filter(({ pattern }) => !keys.some((key) => pattern.test(key))).map(({ key }) => key)).toEqual([]);
  expect(await redis.pttl(`{${CELL}}:lead:${won}`)).toBeGreaterThan(0);
  expect(await redis.pttl(`{${CELL}}:lead:${open}`)).toBe(-1);
});

test.each([
  ['stray', 'not in the table'],
  [`{${CELL}}:stray`, 'not in the table'],
  [`{${CELL}}:request:rep:1`, 'never runs out'],
])('%s is found: %s', async (key, why) => {
  await redis.set(key, '1');
  expect(await strays(table())).toEqual([`${key}: ${why}`]);
  await redis.del(key);
});
