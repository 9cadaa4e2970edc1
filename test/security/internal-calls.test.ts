/**
 * Threats: who can read the cell's Redis asks the ledger's internal routes for more than a gateway needs; and who
 * cannot lets a gateway ask, by a path that leads out of what it hands on.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerAddress } from '../../server/gateway/registry.ts';
import { startApp, type TestApp, type TestRep } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { rowCounts } from '../support/tables.ts';

const NOTES_BYTES_MAX = 4_000_000;
let redis: TestRedis;
let app: TestApp;
let gateway: TestApp;
let ledger: LedgerAddress;
let [winner, other]: TestRep[] = [];
let offerId: string;

beforeAll(async () => {
  redis = await startRedis();
  app = await startApp({ env: { REDIS_URL: redis.url, CELL: 'internal', ROLE: 'ledger' } });
  gateway = await startApp({ env: { REDIS_URL: redis.url, CELL: 'internal', ROLE: 'gateway' } });
  ledger = JSON.parse((await redis.use((client) => client.get('{internal}:ledger'))) ?? '') as LedgerAddress;
  [winner, other] = [await app.addRep('Ayu'), await app.addRep('Agus')];
  const leadId = await app.addLead();
  const won = await app.claimOverHttp(winner?.token ?? '', leadId, 'tap');
  offerId = String(won.body.offerId);
  await app.app.house?.idle();
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await redis.stop();
});

const call = (path: string, body: unknown, secret = ledger.secret) =>
  app.call('POST', `/internal/${path}`, { token: null, body, headers: { 'x-sambar-link': secret } });

describe('an internal call', () => {
  it('without the secret, or with one like it, is 401 on every route, before its body is read', async () => {
    const paths = ['snapshot', 'boards/watch', 'wall', 'claims/judge', 'claims/won', 'notes'];
    for (const secret of ['', 'x', `${ledger.secret}x`, ledger.secret.slice(1), ledger.secret.toLowerCase()]) {
      for (const path of paths) expect([path, (await call(path, '{', secret)).status]).toEqual([path, 401]);
    }
  });

  it('for a win is answered for the rep who has it, contacts and all, and for nobody else', async () => {
    const own = await call('claims/won', { offerId, repId: winner?.id });
    expect(own.body.answer).toMatchObject({ verdict: 'won', lead: { contact: { email: 'dewi@maju.example' } } });
    for (const body of [
      { offerId, repId: other?.id },
      { offerId, repId: 'rep_none' },
      { offerId: 'offer_none', repId: winner?.id },
    ]) {
      const answer = await call('claims/won', body);
      expect([answer.status, answer.body.code]).toEqual([404, 'unknownOffer']);
      expect(JSON.stringify(answer.body)).not.toMatch(/dewi|lead_/);
    }
    expect((await call('claims/won', { offerId })).body).toMatchObject({ status: 400, field: 'repId' });
  });

  it('with a body that is none is named and leaves no trace', async () => {
    const rows = rowCounts(app.databaseFile);
    const note = { repId: winner?.id, requestId: 'r', atMs: 1, verdict: 'lost' };
    const receipts = [{ repId: winner?.id, kind: 'stolen', offerIds: [] }];
    for (const body of [{}, { attempts: [], receipts }, { attempts: [{ offerId, note: { ...note, won: true } }] }]) {
      expect((await call('notes', body)).body).toMatchObject({ status: 400, code: 'validation' });
    }
    const many = Array(10_001).fill({ offerId: 'o', note: { repId: 'r', requestId: 'r', atMs: 1, verdict: 'lost' } });
    expect((await call('notes', { attempts: many, receipts: [] })).body).toMatchObject({ field: 'attempts' });
    expect((await call('notes', { attempts: many.slice(1), receipts: [] })).status).toBe(200);
    const fits = JSON.stringify({ attempts: [], receipts: [] }).padEnd(NOTES_BYTES_MAX, ' ');
    expect([(await call('notes', fits)).status, (await call('notes', `${fits} `)).status]).toEqual([200, 413]);
    await app.app.house?.idle();
    expect(rowCounts(app.databaseFile)).toEqual(rows);
  });
});

/** The path as it is: `fetch` would already make another of it. Answers the status and the text. */
function callAsWritten(url: string, path: string, body: unknown): Promise<[status: number, text: string]> {
  const { hostname, port } = new URL(url);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${winner?.token}` };
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path, method: body === undefined ? 'GET' : 'POST', headers, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('a path at a gateway', () => {
  it.each([
    '/v1/../',
    '/v1/%2e%2E/',
    '/v1/.%2e/',
    '/v1/..\\',
    '/v1/leads/../../',
    '/docs/../',
    'http://a.example/v1/../',
  ])('that leads out of what it hands on (%s) reaches no internal call: 404, as at the ledger', async (way) => {
    for (const door of [gateway, app]) {
      const [status, text] = await callAsWritten(door.app.url, `${way}internal/claims/won`, {
        offerId,
        repId: winner?.id,
      });
      expect([status, text]).toEqual([404, expect.stringContaining('"unknownRoute"')]);
    }
  });

  it('that names a host is answered as at the ledger; one that names none that there can be is 400', async () => {
    for (const door of [gateway, app]) {
      const [status, text] = await callAsWritten(door.app.url, 'http://a.example/v1/me', undefined);
      expect([status, text]).toEqual([200, expect.stringContaining('Ayu')]);
      const [noHost] = await callAsWritten(door.app.url, 'http://a.example:70000/v1/me', undefined);
      expect(noHost).toBe(400);
    }
  });
});
