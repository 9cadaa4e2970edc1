/** What Redis holds of a cell, read when nothing is under way, to be held against the file. */
import type { Redis } from 'ioredis';

export interface RedisFacts {
  /** Offers by id: `open`, `pending`, `claimed` or `closed`, with the winner while there is one. */
  offers: ReadonlyMap<string, { state: string; winner: string | null }>;
  /** Rep → counter → value. */
  counters: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Provisional wins that the stream still holds, oldest first. */
  wins: readonly { offerId: string; repId: string; order: string }[];
  /** Names without the cell's prefix, and the milliseconds they have to live; -1: for ever. */
  keys: readonly { name: string; ttlMs: number }[];
}

const SCAN_COUNT = 1_000;

async function keysOf(redis: Redis, prefix: string): Promise<string[]> {
  const found = new Set<string>();
  for (let cursor = '0'; ; ) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_COUNT);
    for (const key of keys) found.add(key);
    cursor = next;
    if (cursor === '0') return [...found];
  }
}

/** Reads one cell whole; a key that ends meanwhile is left out. */
export async function readRedis(redis: Redis, cell: string): Promise<RedisFacts> {
  const prefix = `{${cell}}:`;
  const offers = new Map<string, { state: string; winner: string | null }>();
  const counters = new Map<string, Record<string, number>>();
  const keys: { name: string; ttlMs: number }[] = [];
  for (const key of await keysOf(redis, prefix)) {
    const ttlMs = await redis.pttl(key);
    if (ttlMs === -2) continue;
    const name = key.slice(prefix.length);
    keys.push({ name, ttlMs });
    if (name.startsWith('offer:')) {
      const [state, winner] = await redis.hmget(key, 'state', 'winner');
      if (state != null) offers.set(name.slice('offer:'.length), { state, winner: winner ?? null });
    }
    if (name.startsWith('counters:')) {
      const values = Object.entries(await redis.hgetall(key)).map(([counter, value]) => [counter, Number(value)]);
      counters.set(name.slice('counters:'.length), Object.fromEntries(values));
    }
  }
  return { offers, counters, wins: await winsOf(redis, `${prefix}wins`), keys };
}

async function winsOf(redis: Redis, key: string): Promise<RedisFacts['wins']> {
  const entries = await redis.xrange(key, '-', '+');
  return entries.flatMap(([order, fields]) => {
    const value = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
    return fields.includes('o') ? [{ order, offerId: value('o'), repId: value('r') }] : [];
  });
}
