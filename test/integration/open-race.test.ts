/** COMP-40.1: fifty reps claim one lead in the same instant, over sockets, on both arbiters. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SambarClient } from '../../client-sdk/src/sambar-client.ts';
import { startApp, type TestApp, type TestRep } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let app: TestApp;
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

async function team(size: number): Promise<{ rep: TestRep; client: SambarClient }[]> {
  const reps = await Promise.all(Array.from({ length: size }, (_, n) => app.addRep(`Rep ${n}`)));
  return Promise.all(reps.map(async (rep) => ({ rep, client: await app.client(rep.token) })));
}

describe.each(['embedded', 'redis'])('the race, OPEN, %s', (arbiter) => {
  it('COMP-40.1: one winner, 49 told the same name, one +10, the pool is empty', async () => {
    app = await startApp({ env: arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: 'open-race' } : {} });
    const racers = await team(50);
    const alerts = racers.map(
      ({ client }) => new Promise<string>((resolve) => client.onAlert((card) => resolve(card.offerId))),
    );
    const taken = racers.map(
      ({ client }) => new Promise<string>((resolve) => client.onTaken((event) => resolve(event.by.id))),
    );
    const leadId = await app.addLead();
    const offerIds = new Set(await Promise.all(alerts));
    expect(offerIds.size).toBe(1);
    const [offerId] = [...offerIds];
    const verdicts = await Promise.all(
      racers.map(({ client }) => client.claim({ leadId, offerId: offerId as string })),
    );
    const won = verdicts.filter((verdict) => verdict.verdict === 'won');
    const lost = verdicts.filter((verdict) => verdict.verdict === 'lost');
    expect([won.length, lost.length]).toEqual([1, 49]);
    const winner = racers[verdicts.findIndex((verdict) => verdict.verdict === 'won')];
    expect(new Set(lost.map((verdict) => verdict.winner.id))).toEqual(new Set([winner?.rep.id]));
    expect(won[0]?.lead.contact?.phone).toBe('+62 811 0000 0001');
    const heard = await Promise.all(taken.filter((_, n) => racers[n] !== winner));
    expect(new Set(heard)).toEqual(new Set([winner?.rep.id]));
    const me = await app.call<{ points: number; claimsToday: number }>('GET', '/v1/me', {
      token: winner?.rep.token as string,
    });
    expect(me.body).toMatchObject({ points: 10, claimsToday: 1 });
    expect(racers.every(({ client }) => client.pool.offers.length === 0)).toBe(true);
  });
});
