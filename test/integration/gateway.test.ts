/** A second OS process, `ROLE=gateway`, on the same Redis: reps on both race for the same leads. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createSambarClient, type SambarClient } from '../../client-sdk/src/sambar-client.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { ADMIN_KEY, startApp, type TestApp } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type ServerProcess, startServer } from '../support/server-process.ts';

let redis: TestRedis;
let app: TestApp;
let gateway: ServerProcess;
const clients: SambarClient[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await endServers();
  await app[Symbol.asyncDispose]();
});

afterAll(async () => {
  await redis.stop();
});

async function connect(url: string, token: string): Promise<SambarClient> {
  const client = createSambarClient({ url, token });
  clients.push(client);
  const ready = new Promise<void>((resolve, reject) => {
    client.onState((state) => {
      if (state.kind === 'live') resolve();
      if (state.kind === 'refused') reject(new Error(state.reason));
    });
  });
  client.connect();
  await ready;
  await client.sync();
  return client;
}

describe('two processes, one Redis', () => {
  it('both sides win some, each lead once; every loser on both is told the winner on disk', async () => {
    app = await startApp({ env: { REDIS_URL: redis.url, CELL: 'gateway' } });
    gateway = await startServer({ ROLE: 'gateway', REDIS_URL: redis.url, CELL: 'gateway' });
    const reps = await Promise.all(Array.from({ length: 10 }, (_, n) => app.addRep(`Rep ${n}`)));
    const sides = await Promise.all(
      reps.map(async (rep, n) => ({
        rep,
        side: n % 2,
        client: await connect(n % 2 === 0 ? app.app.url : gateway.url, rep.token),
      })),
    );
    const wins = [0, 0];
    for (let lead = 0; lead < 40; lead++) {
      const alerted = sides.map(
        ({ client }) =>
          new Promise<void>((resolve) => {
            const stop = client.onAlert(() => {
              stop();
              resolve();
            });
          }),
      );
      const leadId = await app.addLead();
      await Promise.all(alerted);
      const verdicts = await Promise.all(sides.map(({ client }) => client.claim({ leadId })));
      const winner = verdicts.findIndex((verdict) => verdict.verdict === 'won');
      expect(verdicts.filter((verdict) => verdict.verdict === 'won')).toHaveLength(1);
      const told = verdicts.flatMap((verdict) => (verdict.verdict === 'lost' ? [verdict.winner.id] : []));
      expect(told).toHaveLength(9);
      expect(new Set(told)).toEqual(new Set([sides[winner]?.rep.id]));
      wins[sides[winner]?.side ?? 0]! += 1;
    }
    expect(Math.min(...wins)).toBeGreaterThan(0);
    expect(verifyFile(app.databaseFile).violations).toEqual([]);
  });

  it('a gateway hands other calls on, streams boards, and closes a revoked token', async () => {
    app = await startApp({ env: { REDIS_URL: redis.url, CELL: 'gateway-2' } });
    gateway = await startServer({ ROLE: 'gateway', REDIS_URL: redis.url, CELL: 'gateway-2' });
    const rep = await app.addRep('Sari');
    const client = await connect(gateway.url, rep.token);
    const rows: { repId: string; value: number }[][] = [];
    const ranked = new Promise<void>((resolve) => {
      client.watchBoard({ board: 'points', period: 'week' }, (state) => {
        rows.push(state.rows);
        if (state.rows.length === 1) resolve();
      });
    });
    const me = await client.api.get<{ name: string }>('/me');
    expect(me.name).toBe('Sari');
    const leadId = await app.addLead();
    const verdict = await client.claim({ leadId });
    expect(verdict.verdict).toBe('won');
    expect(verdict.verdict === 'won' && verdict.lead.contact?.email).toBe('dewi@maju.example');
    await ranked;
    expect(rows.at(-1)).toMatchObject([{ repId: rep.id, value: 10 }]);
    const closed = new Promise<void>((resolve) => client.onState((state) => state.kind !== 'live' && resolve()));
    const answer = await app.call('DELETE', `/v1/tokens/${rep.tokenId}`);
    expect(answer.status).toBe(204);
    await closed;
    const late = await fetch(`${gateway.url}/v1/me`, { headers: { authorization: `Bearer ${rep.token}` } });
    expect(late.status).toBe(401);
    // Refused before its body is read, which is no JSON.
    const stranger = await fetch(`${app.app.url}/internal/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sambar-link': 'guess' },
      body: '{',
    });
    expect(stranger.status).toBe(401);
    const admin = await fetch(`${gateway.url}/v1/reps`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect(admin.status).toBe(200);
  });

  it('a gateway lets no more claims in while a ledger is behind, and lets them in again when it has settled', async () => {
    app = await startApp({ env: { REDIS_URL: redis.url, CELL: 'gateway-3' } });
    gateway = await startServer({ ROLE: 'gateway', REDIS_URL: redis.url, CELL: 'gateway-3' });
    const { world } = app.app.house as NonNullable<typeof app.app.house>;
    const { ledger } = world;
    const { write } = ledger;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    vi.spyOn(ledger, 'write').mockImplementation(async (...call: Parameters<typeof write>) => {
      if (call[0] === 'settleClaim') await released;
      return write(...call);
    });
    const rep = await app.addRep('Sari');
    const [first, second] = [await app.addLead(), await app.addLead()];
    const claim = async (leadId: string) => {
      const headers = { authorization: `Bearer ${rep.token}`, 'idempotency-key': leadId };
      const answer = await fetch(`${gateway.url}/v1/leads/${leadId}/claims`, { method: 'POST', headers });
      return (await answer.json()) as Verdict;
    };
    expect(await claim(first)).toMatchObject({ verdict: 'retry', reason: 'pendingWin' });
    expect(await claim(second)).toMatchObject({ verdict: 'retry', reason: 'overloaded' });
    release();
    await world.settlementsIdle();
    await vi.waitUntil(async () => (await claim(second)).verdict === 'won');
    expect(await claim(first)).toMatchObject({ verdict: 'won' });
    expect(verifyFile(app.databaseFile).violations).toEqual([]);
  });
});
