/**
 * A Redis that dies and is back within the life of its epoch, as its last snapshot has it: the tokens that were
 * revoked since and the breaks that began since are not in it, and nobody may win by that.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, startServer } from '../support/server-process.ts';

let redis: TestRedis;
let app: TestApp;

beforeEach(async () => {
  redis = await startRedis();
  app = await startApp({ env: { REDIS_URL: redis.url, CELL: 'snapshot' } });
});

afterEach(async () => {
  await endServers();
  await app[Symbol.asyncDispose]();
  await redis.stop();
});

/** What a claim hears in the end, asked again and again from the very return of Redis on; a status alone: no verdict. */
async function judged(url: string, token: string, leadId: string): Promise<string> {
  for (;;) {
    const answer = await fetch(`${url}/v1/leads/${leadId}/claims`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': leadId },
    });
    const body = (await answer.json()) as Partial<Verdict> & { status?: number };
    if (body.verdict === 'refused') return body.rule ?? '';
    if (answer.status !== 503 && body.verdict !== 'retry') return body.verdict ?? String(answer.status);
  }
}

test('AR45: who went on a break, was dismissed or signed out since the snapshot wins nothing by it', async () => {
  const gateway = await startServer({ ROLE: 'gateway', REDIS_URL: redis.url, CELL: 'snapshot' });
  const [resting, gone, out, ready] = [
    ...[await app.addRep('Ani'), await app.addRep('Budi')],
    ...[await app.addRep('Cici'), await app.addRep('Dodi')],
  ] as const;
  const leads = [await app.addLead(), await app.addLead(), await app.addLead(), await app.addLead()] as const;
  await redis.use((client) => client.save());
  const patched = [
    await app.call('PATCH', `/v1/reps/${resting.id}`, { body: { status: 'break' } }),
    await app.call('PATCH', `/v1/reps/${gone.id}`, { body: { active: false } }),
    await app.call('DELETE', `/v1/tokens/${out.tokenId}`),
  ];
  expect(patched.map(({ status }) => status)).toEqual([200, 200, 204]);
  await redis.stopServer('SIGKILL');
  await redis.startServer();
  const heard = await Promise.all([
    judged(app.app.url, resting.token, leads[0]),
    judged(gateway.url, resting.token, leads[0]),
    judged(app.app.url, gone.token, leads[1]),
    judged(gateway.url, out.token, leads[2]),
  ]);
  expect(heard).toEqual(['notReady', 'notReady', 'inactive', '401']);
  expect(await judged(gateway.url, ready.token, leads[3])).toBe('won');
  expect(verifyFile(app.databaseFile).violations).toEqual([]);
});
