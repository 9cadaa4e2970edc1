import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisArbiter } from '../../server/claims/redis-arbiter.ts';
import { redisKeys, testClockKey } from '../../server/claims/redis-keys.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { connect, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { claimOf, offerOf, T0, winFor, winOf } from './arbiter-bench.ts';
import { arbiterContract } from './arbiter-contract.ts';
import { redisProbes } from './redis-probes.ts';

let server: TestRedis;
let redis: TestConnection;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'claims');
});

afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

arbiterContract('redis', () => redisBench(redis));

describe('redis: one script a claim', () => {
  test('AR23 of 200 claims at once from four gateways exactly one wins, with one entry of the stream', async () => {
    const bench = await redisBench(redis);
    const repIds = Array.from({ length: 200 }, (_, number) => `rep_${number}`);
    await bench.arbiter.open(offerOf({ lanes: [{ opensAtMs: T0, repIds }] }));
    const connections = await Promise.all([1, 2, 3, 4].map(() => connect(server.url, 'claims')));
    const gateways = connections.map((connection) =>
      createRedisArbiter({ redis: connection, cell: bench.cell, clock: createSystemClock() }),
    );
    const perGateway = gateways.map((gateway, turn) =>
      repIds.filter((_, number) => number % 4 === turn).map((id) => gateway.claim(claimOf(id))),
    );
    const answers = await Promise.all(perGateway.flat());
    const mine = answers.filter((answer) => answer.kind === 'pending' && answer.mine);
    const others = answers.filter((answer) => answer.kind === 'pending' && !answer.mine);
    expect([mine.length, others.length]).toEqual([1, 199]);
    expect(await redis.xlen(redisKeys(bench.cell).wins)).toBe(1);
    for (const gateway of gateways) gateway.detach();
    for (const connection of connections) connection.disconnect();
    await bench.end();
  });

  test('a script that Redis lost is loaded again', async () => {
    const bench = await redisBench(redis);
    await bench.arbiter.open(offerOf());
    await redis.script('FLUSH');
    winOf(await bench.arbiter.claim(claimOf('ani')));
    await bench.end();
  });

  test.for(redisProbes)('$title', async (probe) => {
    const bench = await redisBench(redis);
    await probe.run(bench);
    await bench.end();
  });

  test('AR38 what ended runs out, what lives does not', async () => {
    const bench = await redisBench(redis);
    const keys = redisKeys(bench.cell);
    const livesForever = async (key: string) => (await redis.pttl(key)) === -1;
    await bench.arbiter.open(offerOf());
    await bench.arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
    await bench.arbiter.close('offer_2', 'expired');
    await winFor(bench, 'ani');
    for (const key of [keys.offer('offer_1'), keys.lead('lead_1'), keys.offer('offer_2')]) {
      expect(await livesForever(key)).toBe(false);
    }
    await bench.arbiter.raise({ scope: 'cell' }, 'rebuilding');
    await bench.arbiter.open(offerOf());
    expect(await livesForever(keys.offer('offer_1'))).toBe(true);
    expect(await livesForever(keys.lead('lead_1'))).toBe(true);
    await bench.end();
  });
});

describe('redis: clocks', () => {
  /** A system clock whose monotonic half can be moved, as if Redis's clock had been set. */
  function movableClock() {
    const system = createSystemClock();
    const moved = { byMs: 0 };
    return { ...system, moved, monotonicMs: () => system.monotonicMs() + moved.byMs };
  }

  test('AR8 a jump between the clocks is a retry until the connection is made anew', async () => {
    const connection = await connect(server.url, 'claims');
    const clock = movableClock();
    const bench = await redisBench(connection, { clock });
    await redis.del(testClockKey(bench.cell));
    const nowMs = await bench.arbiter.now();
    const lanes = [{ opensAtMs: nowMs - 1_000, repIds: ['ani', 'budi'] }];
    await bench.arbiter.open(offerOf({ lanes, closesAtMs: nowMs + 600_000 }));
    expect(await bench.arbiter.claim(claimOf('dewi'))).toMatchObject({ kind: 'refused' });
    const skew = { kind: 'retry', offerId: 'offer_1', reason: 'clockSkew' };
    for (const byMs of [5_000, -5_000]) {
      clock.moved.byMs = byMs;
      expect(await bench.arbiter.claim(claimOf('ani'))).toEqual(skew);
      expect(await bench.arbiter.claim(claimOf('ani'))).toEqual(skew);
    }
    const ready = new Promise<void>((resolve) => connection.once('ready', resolve));
    connection.disconnect(true);
    await ready;
    winOf(await bench.arbiter.claim(claimOf('ani')));
    await bench.end();
    connection.disconnect();
  });

  test('AR8 a test clock that stands far away is not a skew', async () => {
    const bench = await redisBench(redis);
    await bench.setTime(T0 + 1_000);
    expect(await bench.arbiter.now()).toBe(T0 + 1_000);
    await bench.arbiter.open(offerOf());
    winOf(await bench.arbiter.claim(claimOf('ani')));
    await bench.end();
  });
});
