/**
 * What a Redis that went back in time raised from the dead (AR42): offers that it holds open or pending and
 * the file does not. They would stay for ever, since the ledger ends none that it does not know.
 */
import type { Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.ts';

const KEYS_PER_SCAN = 1_000;

/**
 * Forgets them; whoever claims one is answered from the file. The lists of their leads run out like those
 * of leads whose offers have ended. For a take-over, while the gate is closed, before the open offers are put
 * up: that keeps the lists of leads that have one.
 * @param isOpen on file, by the offer's id
 */
export async function forgetTheDead(
  redis: Redis,
  keys: RedisKeys,
  { isOpen, listsKeptS }: { isOpen(offerId: string): boolean; listsKeptS: number },
): Promise<void> {
  const prefix = keys.offer('');
  for (let cursor = '0'; ; ) {
    const [next, found] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', KEYS_PER_SCAN);
    for (const key of found) {
      if (isOpen(key.slice(prefix.length))) continue;
      const [state, leadId] = await redis.hmget(key, 'state', 'lead');
      if (state !== 'open' && state !== 'pending') continue;
      await redis.del(key);
      await redis.expire(keys.lead(leadId ?? ''), listsKeptS);
    }
    cursor = next;
    if (cursor === '0') return;
  }
}
