/**
 * A process whose file has a new holder. Its next commit is refused, so it ends, and of what it was asked nobody
 * hears that it was done: no claim is `won` or `lost`, no lead is taken.
 */
import { join } from 'node:path';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openWriter } from '../../server/platform/sqlite.ts';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { startRedis } from '../support/redis.ts';
import { buildOnce, endServers, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';

/** The exit code of a process that leaves the rest to the file. */
const ENDED_FOR_THE_FILE = 70;

beforeAll(buildOnce, 120_000);
afterEach(endServers);

let asked = 0;

/** Answers null when the connection ends without an answer. */
async function ask<T>(
  url: string,
  path: string,
  token: string,
  body?: object,
): Promise<{ status: number; body: T } | null> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': `key-${++asked}`,
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body ?? {}) };
  const answer = await fetch(`${url}${path}`, init).catch(() => null);
  if (answer === null) return null;
  return { status: answer.status, body: (await answer.json()) as T };
}

/** As a successor does at its first commit. */
function raiseGeneration(file: string): void {
  const { sqlite } = openWriter(file);
  sqlite.exec(`UPDATE cell SET value = value + 1 WHERE key = 'generation'`);
  sqlite.close();
}

test.each(['all', 'ledger'])('ROLE=%s ends, and has told nobody of a win', async (role) => {
  const file = join(tempFolder(), 'sambar.db');
  const env: Record<string, string> = { DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'error' };
  let door: string;
  let decider: Awaited<ReturnType<typeof startServer>>;
  if (role === 'ledger') {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const shared = { REDIS_URL: redis.url, CELL: 'stale' };
    decider = await startServer({ ...env, ...shared, ROLE: role });
    door = (await startServer({ ...shared, ROLE: 'gateway', LOG_LEVEL: 'silent' })).url;
  } else {
    decider = await startServer(env);
    door = decider.url;
  }
  const tokens: string[] = [];
  for (const name of ['ani', 'budi', 'citra']) {
    const rep = await ask<{ id: string }>(door, '/v1/reps', ADMIN_KEY, { name, email: `${name}@example.com` });
    const token = await ask<{ token: string }>(door, `/v1/reps/${rep?.body.id}/tokens`, ADMIN_KEY);
    tokens.push(token?.body.token ?? '');
  }
  const lead = await ask<{ id: string }>(door, '/v1/leads', ADMIN_KEY, leadBody());
  expect(lead?.status).toBe(201);

  raiseGeneration(file);
  const claim = `/v1/leads/${lead?.body.id}/claims`;
  const answers = await Promise.all([
    ...tokens.map((token) => ask<{ verdict?: string }>(door, claim, token)),
    ask(door, '/v1/leads', ADMIN_KEY, leadBody()),
  ]);
  expect(await decider.ended).toBe(ENDED_FOR_THE_FILE);
  for (const answer of answers) expect(answer?.status ?? 503).toBe(503);
  const { sqlite } = openWriter(file);
  expect(sqlite.prepare('SELECT (SELECT count(*) FROM ownerships), (SELECT count(*) FROM leads)').raw().get()).toEqual([
    0, 1,
  ]);
  sqlite.close();
});
