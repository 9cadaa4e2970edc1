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
    const dead = await liveIn(
      redis,
      found.filter((key) => !isOpen(key.slice(prefix.length))),
    );
    for (const { key, leadId } of dead) {
      await redis.del(key);
      await redis.expire(keys.lead(leadId), listsKeptS);
    }
    cursor = next;
    if (cursor === '0') return;
  }
}

/** Those that are open or pending; a page in one way there and back, since a day's ended offers are among them. */
async function liveIn(redis: Redis, found: readonly string[]): Promise<{ key: string; leadId: string }[]> {
  const asked = redis.pipeline();
  for (const key of found) asked.hmget(key, 'state', 'lead');
  const answers = (await asked.exec()) ?? [];
  return answers.flatMap(([fault, fields], n) => {
    if (fault !== null) throw fault;
    const [state, leadId] = fields as (string | null)[];
    return state === 'open' || state === 'pending' ? [{ key: found[n] as string, leadId: leadId ?? '' }] : [];
  });
}
