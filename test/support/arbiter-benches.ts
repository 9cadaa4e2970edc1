/** Benches for both arbiters; time stands still on each until a test sets it. */
import { createEmbeddedArbiter } from '../../server/claims/embedded-arbiter.ts';
import {
  createRedisArbiterControl,
  type RedisArbiterControl,
  type RedisControlOptions,
} from '../../server/claims/redis-arbiter-control.ts';
import { epochText, runIdOf } from '../../server/claims/redis-epoch.ts';
import { redisKeys, testClockKey } from '../../server/claims/redis-keys.ts';
import { type RunScript, type Scripts, scriptRunner } from '../../server/claims/redis-scripts.ts';
import { type Clock, createSystemClock } from '../../server/kernel/clock.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createRedis, type RedisProfile } from '../../server/platform/redis.ts';
import { type Bench, T0 } from '../contract/arbiter-bench.ts';
import { SimClock } from './sim-clock.ts';

/** A test may pass another maker: a mutant's. */
export async function embeddedBench(create = createEmbeddedArbiter): Promise<Bench> {
  const clock = new SimClock(T0);
  return {
    arbiter: create({ clock }),
    setTime: async (nowMs) => clock.advanceTo(nowMs),
    loseScripts: async () => {},
    end: async () => {},
  };
}

export type TestConnection = ReturnType<typeof createRedis>;

/** Nothing is sent yet. */
export function unconnected(url: string, profile: RedisProfile): TestConnection {
  return createRedis(url, profile, { random: createSystemRandom(), onError: () => {} });
}

/** A connection whose faults nobody needs to hear of: the commands that fail tell the test. */
export async function connect(url: string, profile: RedisProfile): Promise<TestConnection> {
  const redis = unconnected(url, profile);
  await redis.connect();
  return redis;
}

/** For tests of what is answered, not of when: a busy machine must not look like a Redis that is away. */
export function patientClock(): Clock {
  const system = createSystemClock();
  return { ...system, after: (delayMs, task) => system.after(delayMs * 20, task) };
}

let cells = 0;

export interface RedisBench extends Bench {
  arbiter: RedisArbiterControl;
  redis: TestConnection;
  cell: string;
  /** The scripts of this bench, for what no verb of the port can say. */
  run: RunScript;
}

/**
 * A cell of its own on a shared connection. Its epoch is set by hand and never runs out, so that no
 * probe depends on a timer; taking a cell over has tests of its own.
 */
export async function redisBench(
  redis: TestConnection,
  given: { scripts?: Scripts } & Partial<RedisControlOptions> = {},
): Promise<RedisBench> {
  const cell = `cell-${++cells}`;
  const stream = unconnected(`redis://127.0.0.1:${redis.options.port}`, 'stream');
  const arbiter = createRedisArbiterControl({
    redis,
    stream,
    cell,
    clock: createSystemClock(),
    onDisturbance: () => {},
    onFault: () => {},
    ...given,
  });
  const setTime = async (nowMs: number): Promise<void> => {
    await redis.set(testClockKey(cell), nowMs);
  };
  await setTime(T0);
  await sayEpoch(redis, cell, 1);
  const loseScripts = async (): Promise<void> => void (await redis.script('FLUSH'));
  const run = scriptRunner(redis, given.scripts);
  return { arbiter, redis, cell, run, setTime, loseScripts, end: () => arbiter.stop() };
}

/** An epoch that this Redis believes in and that never runs out, as no ledger would say it. */
export async function sayEpoch(redis: TestConnection, cell: string, epoch: number): Promise<void> {
  await redis.set(redisKeys(cell).epoch, epochText(epoch, runIdOf(await redis.info('server'))));
}
