/** What the two halves on Redis do when Redis is not what it was: AR6, AR9, AR39 to AR43. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProvisionalWin } from '../../server/claims/arbiter.ts';
import { createRedisArbiter } from '../../server/claims/redis-arbiter.ts';
import type { Disturbance, RedisControlOptions } from '../../server/claims/redis-arbiter-control.ts';
import { redisKeys, testClockKey } from '../../server/claims/redis-keys.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { checkRedis } from '../../server/platform/redis.ts';
import { connect, redisBench, sayEpoch, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { SimClock } from '../support/sim-clock.ts';
import { claimOf, offerOf, winOf } from './arbiter-bench.ts';

let server: TestRedis;
let redis: TestConnection;

beforeEach(async () => {
  server = await startRedis({ persist: true });
  redis = await connect(server.url, 'claims');
});

afterEach(async () => {
  redis?.disconnect();
  await server?.stop();
});

const rebuilding = { kind: 'retry', offerId: 'offer_1', reason: 'rebuilding' };

/** A bench that tells of its first disturbance, on the cell's own keys. */
async function takenOver(given: Partial<RedisControlOptions> = {}) {
  let tell: (disturbance: Disturbance) => void = () => {};
  const disturbance = new Promise<Disturbance>((resolve) => {
    tell = resolve;
  });
  const bench = await redisBench(redis, { onDisturbance: (what) => tell(what), ...given });
  const keys = redisKeys(bench.cell);
  await redis.del(keys.epoch);
  return { ...bench, keys, disturbance };
}

/** Resolves when this connection can be used again. */
function ready(connection: TestConnection): Promise<void> {
  if (connection.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => connection.once('ready', () => resolve()));
}

/** A Redis that comes back as its last snapshot has it. */
async function withSnapshotsAlone(): Promise<void> {
  redis.disconnect();
  await server.stop();
  server = await startRedis();
  redis = await connect(server.url, 'claims');
}

test('AR39 claims wait for the gate, and stop when the epoch is gone', async () => {
  const { arbiter, keys, end } = await takenOver();
  await arbiter.open(offerOf());
  await arbiter.start({ epoch: 7, cursor: '0' });
  expect(await arbiter.claim(claimOf('ani'))).toEqual(rebuilding);
  await arbiter.openGate();
  expect(await redis.get(keys.epoch)).toMatch(/^7@\w{40}$/);
  const win = winOf(await arbiter.claim(claimOf('ani')));
  await arbiter.closeGate();
  expect(await arbiter.claim(claimOf('budi'))).toEqual(rebuilding);
  expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ mine: true, claim: win });
  await end();
});

test('AR6 a gateway that knows another epoch is refused, then reads the new one', async () => {
  const { arbiter, cell, end } = await takenOver();
  const gateway = createRedisArbiter({ redis, cell, clock: createSystemClock() });
  await arbiter.open(offerOf());
  await sayEpoch(redis, cell, 1);
  expect(await gateway.claim(claimOf('dewi'))).toMatchObject({ kind: 'refused' });
  await sayEpoch(redis, cell, 2);
  expect(await gateway.claim(claimOf('ani'))).toEqual(rebuilding);
  winOf(await gateway.claim(claimOf('ani')));
  gateway.detach();
  await end();
});

test('AR39 a higher epoch takes over; the older ledger hears it, and cannot come back', async () => {
  const clock = new SimClock();
  const older = await takenOver({ clock });
  await older.arbiter.start({ epoch: 7, cursor: '0' });
  await older.arbiter.openGate();
  await redis.set(older.keys.highestEpoch, '8');
  clock.advance(1_000);
  expect(await older.disturbance).toBe('superseded');
  const superseded = expect.objectContaining({ code: 'EPOCH_SUPERSEDED' });
  await expect(older.arbiter.start({ epoch: 7, cursor: '0' })).rejects.toEqual(superseded);
  await older.end();
});

test('AR39 a renewal gives the epoch its 3 s again, and none after the gate was closed', async () => {
  const { arbiter, keys, end } = await takenOver();
  await arbiter.start({ epoch: 7, cursor: '0' });
  await arbiter.openGate();
  await redis.persist(keys.epoch);
  await arbiter.renew();
  const livesMs = await redis.pttl(keys.epoch);
  expect(livesMs).toBeGreaterThan(0);
  expect(livesMs).toBeLessThanOrEqual(3_000);
  await arbiter.closeGate();
  await arbiter.renew();
  expect(await redis.exists(keys.epoch)).toBe(0);
  await end();
});

test('AR45 a Redis that comes back with the epoch of another run judges nobody by it', async () => {
  await withSnapshotsAlone();
  const { arbiter, cell, end } = await takenOver();
  await arbiter.open(offerOf());
  await sayEpoch(redis, cell, 1);
  expect(await arbiter.claim(claimOf('dewi'))).toMatchObject({ kind: 'refused', rule: 'notInOffer' });
  // Since then the rep's gate was raised, which the snapshot does not have.
  await redis.save();
  await arbiter.raise({ scope: 'rep', repId: 'ani' }, 'notReady');
  expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ kind: 'refused', rule: 'notReady' });
  await server.stopServer('SIGKILL');
  await server.startServer();
  await ready(redis);
  expect(await arbiter.claim(claimOf('ani'))).toEqual(rebuilding);
  expect(await redis.exists(redisKeys(cell).epoch)).toBe(1);
  await sayEpoch(redis, cell, 2);
  winOf(await arbiter.claim(claimOf('ani')));
  await end();
});

test('AR39 a take-over that waits for wins of a Redis that was emptied meanwhile is begun anew', async () => {
  const { arbiter, cell, end } = await takenOver();
  const handed = new Promise<void>((resolve) => arbiter.onProvisionalWin(() => resolve()));
  const win = ['o', 'offer_1', 'l', 'lead_1', 'r', 'ani', 'q', 'request', 'at', '1'];
  await redis.xadd(redisKeys(cell).wins, '*', ...win);
  await arbiter.start({ epoch: 7, cursor: '0' });
  await handed;
  const drained = expect(arbiter.drained()).rejects.toMatchObject({ code: 'REDIS_CHANGED' });
  await redis.flushall();
  await drained;
  await end();
});

test('AR39 an emptied Redis refuses every claim and is noticed', async () => {
  const { arbiter, keys, disturbance, end } = await takenOver();
  await arbiter.start({ epoch: 7, cursor: '0' });
  await arbiter.openGate();
  await redis.flushall();
  expect(await arbiter.claim(claimOf('ani'))).toEqual(rebuilding);
  await arbiter.renew();
  expect(await disturbance).toBe('emptied');
  expect(await redis.exists(keys.epoch)).toBe(0);
  await end();
});

test('AR39 a Redis that lost a settlement is noticed', async () => {
  const { arbiter, keys, disturbance, end } = await takenOver();
  await arbiter.start({ epoch: 7, cursor: '0' });
  await arbiter.openGate();
  await arbiter.open(offerOf());
  await arbiter.settle(winOf(await arbiter.claim(claimOf('ani'))), { outcome: 'committed' });
  await arbiter.renew();
  await redis.decr(keys.settlements);
  await arbiter.renew();
  expect(await disturbance).toBe('rolledBack');
  await end();
});

test('AR39 a restarted Redis is noticed, even with everything it had', async () => {
  const { arbiter, disturbance, end } = await takenOver();
  await arbiter.start({ epoch: 7, cursor: '0' });
  await arbiter.openGate();
  await server.stopServer('SIGKILL');
  await server.startServer();
  await ready(redis);
  await arbiter.renew();
  expect(await disturbance).toBe('restarted');
  await end();
});

test('AR40 a successor is handed all that is pending, also a win that is on disk already, and nothing settled', async () => {
  const first = await takenOver();
  const granted: ProvisionalWin[] = [];
  await sayEpoch(redis, first.cell, 1);
  for (const number of [1, 2]) {
    const given = { leadId: `lead_${number}`, offerId: `offer_${number}` };
    await first.arbiter.open(offerOf(given));
    granted.push(winOf(await first.arbiter.claim(claimOf('ani', given))));
  }
  const handed: ProvisionalWin[] = [];
  let settling = Promise.resolve();
  first.arbiter.onProvisionalWin((win) => {
    handed.push(win);
    settling = settling.then(() => first.arbiter.settle(win, { outcome: 'committed' }));
  });
  // The ledger died after its commit of the first win, before it could settle it.
  await first.arbiter.start({ epoch: 2, cursor: granted[0]?.order ?? '' });
  await first.arbiter.drained();
  expect(handed).toEqual(granted);
  expect(await redis.xlen(first.keys.wins)).toBe(0);
  await first.arbiter.start({ epoch: 3, cursor: '0' });
  await first.arbiter.drained();
  expect(handed).toEqual(granted);
  await first.end();
});

test('AR40 a settler that throws is handed the same win again', async () => {
  const { arbiter, cell, end } = await takenOver();
  await sayEpoch(redis, cell, 1);
  await arbiter.open(offerOf());
  const win = winOf(await arbiter.claim(claimOf('ani')));
  let times = 0;
  const again = new Promise<ProvisionalWin>((resolve) => {
    arbiter.onProvisionalWin((handed) => {
      if (++times === 1) throw new Error('the ledger is busy');
      resolve(handed);
    });
  });
  await arbiter.start({ epoch: 2, cursor: '0' });
  expect(await again).toEqual(win);
  await end();
});

test('AR40 an emptied stream goes on behind the cursor of the ledger', async () => {
  const { arbiter, keys, end } = await takenOver();
  const handed = new Promise<ProvisionalWin>((resolve) => arbiter.onProvisionalWin(resolve));
  const ahead = `${(await arbiter.now()) + 3_600_000_000_000}-5`;
  await arbiter.start({ epoch: 2, cursor: ahead });
  await arbiter.openGate();
  await arbiter.open(offerOf());
  const win = winOf(await arbiter.claim(claimOf('ani')));
  expect((await handed).order).toBe(win.order);
  expect(await redis.xlen(keys.wins)).toBe(1);
  await end();
});

test('AR42 offers that are open here and not on file are forgotten, and those that ended stay known', async () => {
  const { arbiter, keys, end } = await takenOver();
  const ids = ['1', 'dead', 'pending', 'ended'];
  for (const id of ids) await arbiter.open(offerOf({ offerId: `offer_${id}`, leadId: `lead_${id}` }));
  await arbiter.start({ epoch: 3, cursor: '0' });
  await arbiter.openGate();
  winOf(await arbiter.claim(claimOf('ani', { offerId: 'offer_pending', leadId: 'lead_pending' })));
  await arbiter.close('offer_ended', 'expired');
  await arbiter.closeGate();
  await arbiter.forgetTheDead((offerId) => offerId === 'offer_1');
  const states = await Promise.all(ids.map((id) => redis.hget(keys.offer(`offer_${id}`), 'state')));
  expect(states).toEqual(['open', null, null, 'closed']);
  const lives = await Promise.all(ids.map((id) => redis.ttl(keys.lead(`lead_${id}`))));
  expect(lives.map((seconds) => seconds > 0)).toEqual([false, true, true, true]);
  await end();
});

test('AR43 a time that Redis and this process no longer agree on is not told, until the connection is made anew', async () => {
  const clock = new SimClock();
  const bench = await redisBench(redis, { clock });
  const gateway = createRedisArbiter({ redis, cell: bench.cell, clock });
  await redis.del(redisKeys(bench.cell).testClock);
  expect(Math.abs((await gateway.now()) - Date.now())).toBeLessThan(60_000);
  clock.advance(60_000);
  await expect(gateway.now()).rejects.toMatchObject({ code: 'ARBITER_AWAY' });
  const back = new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  redis.disconnect(true);
  await back;
  await gateway.now();
  await redis.set(testClockKey(bench.cell), '5');
  clock.advance(60_000);
  expect(await gateway.now()).toBe(5);
  gateway.detach();
  await bench.end();
});

test('AR9 AR41 with Redis gone a claim is a retry, and a verb fails with a code', async () => {
  const { arbiter, cell, end } = await takenOver();
  await arbiter.open(offerOf());
  await sayEpoch(redis, cell, 1);
  await server.stopServer('SIGKILL');
  const away = { kind: 'retry', offerId: 'offer_1', reason: 'arbiterAway' };
  expect(await arbiter.claim(claimOf('ani'))).toEqual(away);
  const fault = expect.objectContaining({ code: 'ARBITER_AWAY' });
  await expect(arbiter.close('offer_1', 'expired')).rejects.toEqual(fault);
  await expect(arbiter.now()).rejects.toEqual(fault);
  await end();
});

test('AR7 AR41 a claim that was answered arbiterAway does not win when Redis runs it late', async () => {
  const { arbiter, cell, keys, end } = await takenOver();
  await redis.del(testClockKey(cell));
  await sayEpoch(redis, cell, 1);
  const nowMs = await arbiter.now();
  const lanes = [{ opensAtMs: nowMs - 1_000, repIds: ['ani', 'budi'] }];
  await arbiter.open(offerOf({ lanes, closesAtMs: nowMs + 600_000 }));
  expect(await arbiter.claim(claimOf('dewi'))).toMatchObject({ kind: 'refused' });
  server.signal('SIGSTOP');
  const late = claimOf('ani', { deadlineMs: createSystemClock().nowMs() + 100 });
  expect(await arbiter.claim(late)).toMatchObject({ reason: 'arbiterAway' });
  server.signal('SIGCONT');
  await redis.ping();
  expect(await redis.hget(keys.offer('offer_1'), 'state')).toBe('open');
  winOf(await arbiter.claim(claimOf('budi')));
  await end();
});

test('AR31 a settlement waits for Redis to come back', async () => {
  const { arbiter, cell, keys, end } = await takenOver();
  await arbiter.open(offerOf());
  await sayEpoch(redis, cell, 1);
  const win = winOf(await arbiter.claim(claimOf('ani')));
  await server.stopServer('SIGKILL');
  const settled = arbiter.settle(win, { outcome: 'committed' });
  await server.startServer();
  await settled;
  expect(await redis.hget(keys.offer('offer_1'), 'state')).toBe('claimed');
  await end();
});

test('a settlement that nobody takes ends with the arbiter, and so do its connection and timers', async () => {
  const clock = new SimClock();
  const { arbiter, cell, end } = await takenOver({ clock });
  await arbiter.open(offerOf());
  await sayEpoch(redis, cell, 1);
  const win = winOf(await arbiter.claim(claimOf('ani')));
  await arbiter.start({ epoch: 2, cursor: '0' });
  await arbiter.openGate();
  await server.stopServer('SIGKILL');
  const settled = arbiter.settle(win, { outcome: 'committed' });
  const closed = expect(settled).rejects.toMatchObject({ code: 'ARBITER_CLOSED' });
  await end();
  await closed;
});

test('a Redis that may throw keys away is refused, one without a log is only warned of', async () => {
  expect(await checkRedis(redis)).toEqual({ warnings: [] });
  const evicting = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
  const plain = await startRedis();
  const connections = [await connect(evicting.url, 'plain'), await connect(plain.url, 'plain')];
  const [unfit, unlogged] = connections as [TestConnection, TestConnection];
  await expect(checkRedis(unfit)).rejects.toMatchObject({ code: 'REDIS_UNFIT' });
  expect((await checkRedis(unlogged)).warnings).toHaveLength(1);
  for (const connection of connections) connection.disconnect();
  await evicting.stop();
  await plain.stop();
});
