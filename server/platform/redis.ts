/**
 * The one home of connections to Redis. Each profile is a connection of its own, since they need
 * opposite things: a claim must fail fast, a blocked read must wait for ever, and one behind the
 * other would be late.
 */
import { Redis, type RedisOptions } from 'ioredis';
import type { Random } from '../kernel/random.ts';

/**
 * claims: answers in time or fails; a claim queued while Redis is away would be judged too late, and one that was
 *         under way when the link broke is not sent again: the next link may lead to another Redis.
 * stream: only for blocking reads; waits for Redis as long as it takes.
 * plain:  everything else, with a queue for short interruptions.
 *
 * A command that times out leaves its connection as it is, and TCP needs a quarter of an hour to give up a
 * peer that vanished without a word: each profile replaces a connection that owes an answer for longer than
 * its commands may take.
 */
export type RedisProfile = 'claims' | 'stream' | 'plain';

const OLDEST_VERSION = [6, 2] as const;
const RECONNECT_MS_MAX = 500;

const PROFILES: Record<RedisProfile, RedisOptions> = {
  claims: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 400,
    connectTimeout: 1_000,
    socketTimeout: 1_500,
  },
  // The timeouts outlive the longest BLOCK that is asked for, and notice a peer that went silent.
  stream: { maxRetriesPerRequest: null, blockingTimeout: 2_000, connectTimeout: 1_000, socketTimeout: 3_000 },
  plain: { maxRetriesPerRequest: 3, commandTimeout: 2_000, connectTimeout: 2_000, socketTimeout: 3_000 },
};

export interface RedisConnectionOptions {
  random: Random;
  /** Every fault of the connection, also those it recovers from; without a listener they would be thrown. */
  onError(error: Error): void;
}

/** A connection that is not made yet: `connect()` resolves when commands can be sent. */
export function createRedis(url: string, profile: RedisProfile, { random, onError }: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    ...PROFILES[profile],
    lazyConnect: true,
    connectionName: `sambar-${profile}`,
    // With a share of chance, so that many gateways do not all come back at the same instant.
    retryStrategy: (attempt) => Math.min(RECONNECT_MS_MAX, 20 * 2 ** Math.min(attempt, 6)) * (0.5 + random.unit() / 2),
  });
  redis.on('error', onError);
  return redis;
}

export class RedisUnfit extends Error {
  readonly code = 'REDIS_UNFIT';

  constructor(message: string) {
    super(message);
    this.name = 'RedisUnfit';
  }
}

/**
 * Refuses a Redis that could lose or forget a race, and answers what is only worth a warning. It asks
 * INFO alone, since hosted Redis often forbids CONFIG.
 */
export async function checkRedis(redis: { info(section: string): Promise<string> }): Promise<{ warnings: string[] }> {
  const info = parseInfo(
    `${await redis.info('server')}\n${await redis.info('memory')}\n${await redis.info('persistence')}`,
  );
  const version = info.get('redis_version') ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])) {
    throw new RedisUnfit(`Redis ${version} is too old: install ${OLDEST_VERSION.join('.')} or newer`);
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    const how = 'CONFIG SET maxmemory-policy noeviction, and in redis.conf';
    throw new RedisUnfit(
      `maxmemory-policy is ${policy}: set it to noeviction (${how}), or a full Redis throws away the winner of a race`,
    );
  }
  const warnings =
    info.get('aof_enabled') === '1'
      ? []
      : ['appendonly is off: after a restart of Redis every open offer is put up again from the file'];
  return { warnings };
}

/** The `name:value` lines of INFO. */
export function parseInfo(text: string): Map<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
  });
  return new Map(pairs);
}
