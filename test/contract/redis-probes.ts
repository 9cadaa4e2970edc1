/** Rules of the scripts that only Redis can break; shared with the mutants. */
import { expect } from 'vitest';
import { redisKeys } from '../../server/claims/redis-keys.ts';
import type { RedisBench } from '../support/arbiter-benches.ts';
import { claimOf, offerOf, winOf } from './arbiter-bench.ts';

export interface RedisProbe {
  title: string;
  run(bench: RedisBench): Promise<void>;
}

export const redisProbes: readonly RedisProbe[] = [
  {
    title: 'AR22 a win that cannot be put on the stream is no win, and marks nothing',
    async run({ arbiter, redis, cell }) {
      const keys = redisKeys(cell);
      await arbiter.open(offerOf());
      await redis.set(keys.wins, 'not a stream');
      const away = { kind: 'retry', offerId: 'offer_1', reason: 'arbiterAway' };
      expect(await arbiter.claim(claimOf('ani'))).toEqual(away);
      expect(await redis.hget(keys.offer('offer_1'), 'state')).toBe('open');
      expect(await redis.exists(keys.counters('ani'))).toBe(0);
      await redis.del(keys.wins);
      winOf(await arbiter.claim(claimOf('ani')));
    },
  },
  {
    title: 'AR6 a missing epoch, and another one, refuse every claim but the own win',
    async run({ arbiter, redis, cell }) {
      const keys = redisKeys(cell);
      const rebuilding = { kind: 'retry', offerId: 'offer_1', reason: 'rebuilding' };
      await arbiter.open(offerOf());
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await redis.set(keys.epoch, '2');
      expect(await arbiter.claim(claimOf('budi'))).toEqual(rebuilding);
      await redis.del(keys.epoch);
      expect(await arbiter.claim(claimOf('budi'))).toEqual(rebuilding);
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ mine: true, claim: win });
      await redis.set(keys.epoch, '2');
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ mine: false, claim: win });
    },
  },
  {
    title: 'AR23 a claim sent again by the network is one entry of the stream',
    async run({ arbiter, redis, cell }) {
      await arbiter.open(offerOf());
      const claim = claimOf('ani');
      const first = winOf(await arbiter.claim(claim));
      expect(winOf(await arbiter.claim(claim))).toEqual(first);
      const [entry, ...more] = await redis.xrange(redisKeys(cell).wins, '-', '+');
      expect([entry?.[0], more]).toEqual([first.order, []]);
    },
  },
];
