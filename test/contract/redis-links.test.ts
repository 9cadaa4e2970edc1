/** What ioredis does with a link that is cut, silent or never ready, and that no claim is judged wrongly by it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRedisArbiter } from '../../server/claims/redis-arbiter.ts';
import { redisKeys } from '../../server/claims/redis-keys.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { checkRedis, createRedis, parseInfo } from '../../server/platform/redis.ts';
import { TcpProxy } from '../../tools/faults/proxy.ts';
import { connect, type RedisBench, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { claimOf, offerOf, winOf } from './arbiter-bench.ts';

const CUTS = 20;

let server: TestRedis;
let redis: TestConnection;
let proxy: TcpProxy;
let bench: RedisBench;

beforeEach(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
  bench = await redisBench(redis);
  proxy = await TcpProxy.to(server.port);
});

afterEach(async () => {
  await bench.end();
  redis.disconnect();
  await proxy[Symbol.asyncDispose]();
  await server.stop();
});

const gatewayOn = (connection: TestConnection) =>
  createRedisArbiter({ redis: connection, cell: bench.cell, clock: createSystemClock() });

/** The next time this connection can be used; asked for before the link is cut. */
function nextReady(connection: TestConnection): Promise<void> {
  return new Promise((resolve) => connection.once('ready', () => resolve()));
}

/** How many scripts this Redis was sent, known to it or not. */
async function scriptsRun(): Promise<number> {
  const stats = parseInfo(await redis.info('commandstats'));
  const calls = (command: string) => Number(/calls=(\d+)/.exec(stats.get(`cmdstat_${command}`) ?? '')?.[1] ?? 0);
  return calls('eval') + calls('evalsha');
}

test('AR23 a claim whose answer is cut off is a retry at once, is not sent again by the link, and asked again is one win', async () => {
  const connection = await connect(`redis://127.0.0.1:${proxy.port}`, 'claims');
  const gateway = gatewayOn(connection);
  const keys = redisKeys(bench.cell);
  for (let cut = 0; cut < CUTS; cut++) {
    const given = { leadId: `lead_${cut}`, offerId: `offer_${cut}` };
    await bench.arbiter.open(offerOf(given));
    // Loaded, its time known: only the claim itself is under way when the link is cut.
    await gateway.claim(claimOf('dewi', given));
    proxy.set('holdReplies');
    const claim = claimOf('ani', given);
    const answer = gateway.claim(claim);
    while ((await redis.hget(keys.offer(given.offerId), 'state')) !== 'pending');
    const back = nextReady(connection);
    proxy.cut();
    proxy.set('pass');
    expect(await answer).toMatchObject({ kind: 'retry', reason: 'arbiterAway' });
    await back;
    expect(winOf(await gateway.claim(claim)).repId).toBe('ani');
    expect(await redis.xlen(keys.wins)).toBe(cut + 1);
  }
  // Four calls a turn are ours, and a few load a script: what ioredis sends again by itself would be one more each time.
  expect(await scriptsRun()).toBeLessThan(4 * CUTS + CUTS / 2);
  gateway.detach();
  connection.disconnect();
});

test('AR9 AR41 a link that is silent from the first byte is a retry within the budget, and heals by itself', async () => {
  await bench.arbiter.open(offerOf());
  proxy.set('blackhole');
  const url = `redis://127.0.0.1:${proxy.port}`;
  const connection = createRedis(url, 'claims', { random: createSystemRandom(), onError: () => undefined });
  connection.connect().catch(() => undefined);
  const gateway = gatewayOn(connection);
  const away = { kind: 'retry', offerId: 'offer_1', reason: 'arbiterAway' };
  expect(await gateway.claim(claimOf('ani'))).toEqual(away);
  const back = nextReady(connection);
  proxy.set('pass');
  await back;
  winOf(await gateway.claim(claimOf('ani')));
  gateway.detach();
  connection.disconnect();
});

test.each(['claims', 'stream', 'plain'] as const)(
  'a half-open link of the profile %s is replaced by itself, though nobody closes it',
  async (profile) => {
    const connection = await connect(`redis://127.0.0.1:${proxy.port}`, profile);
    const back = nextReady(connection);
    proxy.halfOpen();
    connection.ping().catch(() => undefined);
    await back;
    expect(await connection.ping()).toBe('PONG');
    connection.disconnect();
  },
);

// By a profile that sends again (the control) a claim without a deadline wins for a rep who was told `retry`.
test.each([
  { profile: 'claims', late: 'open' },
  { profile: 'stream', late: 'pending' },
] as const)('AR7 AR41 what a silent link swallowed wins nothing when it heals: $profile', async ({ profile, late }) => {
  const connection = await connect(`redis://127.0.0.1:${proxy.port}`, profile);
  const gateway = gatewayOn(connection);
  const keys = redisKeys(bench.cell);
  await redis.del(keys.testClock);
  const nowMs = await bench.arbiter.now();
  const lanes = [{ opensAtMs: nowMs - 1_000, repIds: ['ani', 'budi'] }];
  const second = { leadId: 'lead_2', offerId: 'offer_2' };
  for (const of of [{}, second]) await bench.arbiter.open(offerOf({ ...of, lanes, closesAtMs: nowMs + 600_000 }));
  await gateway.claim(claimOf('dewi'));
  proxy.set('blackhole');
  const inTime = gateway.claim(claimOf('ani', { deadlineMs: (await bench.arbiter.now()) + 100 }));
  const forever = gateway.claim(claimOf('ani', second));
  for (const answer of [inTime, forever]) expect(await answer).toMatchObject({ reason: 'arbiterAway' });
  const back = nextReady(connection);
  proxy.set('pass');
  await back;
  // Answered in order, so behind whatever was sent again.
  await connection.ping();
  expect(await redis.hget(keys.offer('offer_1'), 'state')).toBe('open');
  const stateOfSecond = () => redis.hget(keys.offer('offer_2'), 'state');
  // On a slow machine the epoch had to be read anew before it: then the claim is a way there and back behind.
  if (late === 'pending') while ((await stateOfSecond()) !== late);
  expect(await stateOfSecond()).toBe(late);
  gateway.detach();
  connection.disconnect();
});

test('a Redis that is too old, or evicts, is refused with the setting and what to do', async () => {
  const told = (version: string, policy: string) =>
    checkRedis({
      info: async (section: string) =>
        ({
          server: `redis_version:${version}`,
          memory: `maxmemory_policy:${policy}`,
          persistence: 'aof_enabled:1',
        })[section] ?? '',
    });
  await expect(told('6.0.16', 'noeviction')).rejects.toThrow('Redis 6.0.16 is too old: install 6.2 or newer');
  await expect(told('7.0.15', 'volatile-lru')).rejects.toThrow(
    'maxmemory-policy is volatile-lru: set it to noeviction (CONFIG SET maxmemory-policy noeviction, and in redis.conf)',
  );
  for (const version of ['6.2.0', '7.0.15', '10.1.0']) {
    expect(await told(version, 'noeviction')).toEqual({ warnings: [] });
  }
});
