/** What stands beside the calls: liveness, readiness, metrics, the documents, and clear refusals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWriter } from '../../server/platform/sqlite.ts';
import { leadBody } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';

let cast: Cast;

beforeAll(async () => {
  cast = await startCast();
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const open = <T = Record<string, unknown>>(path: string) => cast.app.call<T>('GET', path, { token: null });

describe('without signing in', () => {
  it('/livez and /readyz answer', async () => {
    expect(await open('/livez')).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await open('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('/metrics is Prometheus text that counts what happened', async () => {
    const value = async (name: string) => {
      const answer = await open<string>('/metrics');
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      const line = answer.body.split('\n').find((one) => one.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.split(' ').at(-1));
    };
    const names = ['sambar_leads_accepted_total', 'sambar_claims_total{verdict="won"}'];
    const before = await Promise.all(names.map(value));
    await ownedLead(cast.app, cast.a1);
    const after = await Promise.all(names.map(value));
    expect(after).toEqual(before.map((count) => count + 1));
    const { body } = await open<string>('/metrics');
    for (const line of body.split('\n').filter((one) => one !== '')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-+\w.]+)$/);
    }
  });

  it('/openapi.json says who may, what is sent, and is complete; /docs shows it', async () => {
    const { body, status } = await open<{ openapi: string; paths: Record<string, unknown> }>('/openapi.json');
    expect([status, body.openapi.slice(0, 2)]).toEqual([200, '3.']);
    expect(Object.keys(body.paths).every((path) => path.startsWith('/v1/'))).toBe(true);
    expect(Object.keys(body.paths).length).toBeGreaterThanOrEqual(25);
    const docs = await open<string>('/docs/');
    expect([docs.status, docs.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});

describe('a write that cannot be stored', () => {
  it('is 503 with Retry-After, changes nothing, and may be repeated with the same key', async () => {
    const { app } = cast;
    // Another program holds the file's one write lock.
    const { sqlite } = openWriter(app.databaseFile);
    sqlite.exec('BEGIN IMMEDIATE');
    const headers = { 'idempotency-key': 'on-a-bad-day' };
    const post = () => app.call('POST', '/v1/leads', { body: leadBody(), headers });
    const before = app.app.house?.world.leads.countByStatus();
    const refused = await post();
    sqlite.exec('ROLLBACK');
    sqlite.close();
    expect(refused).toMatchObject({ status: 503, body: { code: 'notStored' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(app.app.house?.world.leads.countByStatus()).toEqual(before);
    expect((await post()).status).toBe(201);
    expect((await post()).status).toBe(200);
  });
});

describe('every answer', () => {
  it('names its request, and says nothing to a guessing browser', async () => {
    for (const path of ['/livez', '/v1/leads', '/v1/nothing']) {
      const { headers } = await open(path);
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
