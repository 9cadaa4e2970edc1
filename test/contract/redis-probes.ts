/** Rules of the scripts that only Redis can break; shared with the mutants. */
import { expect } from 'vitest';
import type { ProvisionalWin } from '../../server/claims/arbiter.ts';
import { redisKeys } from '../../server/claims/redis-keys.ts';
import { type RedisBench, sayEpoch } from '../support/arbiter-benches.ts';
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
      await sayEpoch(redis, cell, 2);
      expect(await arbiter.claim(claimOf('budi'))).toEqual(rebuilding);
      await redis.del(keys.epoch);
      expect(await arbiter.claim(claimOf('budi'))).toEqual(rebuilding);
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ mine: true, claim: win });
      await sayEpoch(redis, cell, 2);
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
  {
    title: 'AR8 a caller who is more than 500 ms ahead or behind is not judged',
    async run({ arbiter, redis, cell, run }) {
      const keys = redisKeys(cell);
      await redis.del(keys.testClock);
      const nowMs = await arbiter.now();
      const lanes = [{ opensAtMs: nowMs - 60_000, repIds: ['ani'] }];
      await arbiter.open(offerOf({ lanes, closesAtMs: nowMs + 600_000 }));
      const told = async (ideaMs: number) => {
        const known = (await redis.get(keys.epoch)) ?? '';
        const args = [keys.prefix, 'lead_1', 'ani', `at ${ideaMs}`, nowMs + 600_000, ideaMs, known, 'offer_1'];
        const [kind, , , reason] = String(await run('claim', [keys.epoch], args)).split(' ');
        return `${kind} ${reason}`;
      };
      expect(await told(nowMs - 501)).toBe('retry clockSkew');
      expect(await told(nowMs + 60_000)).toBe('retry clockSkew');
      expect(await told(await arbiter.now())).toBe('pending 1');
    },
  },
  {
    title: 'AR39 the epoch is renewed on the Redis that was taken over, for the ledger with the highest',
    async run({ redis, cell, run }) {
      const { epoch, highestEpoch, wins, settlements } = redisKeys(cell);
      const renew = (by: number, settled = 0) =>
        run('renew', [epoch, highestEpoch, settlements], [by, 3_000, settled, `${by}@here`]);
      const takeOver = (by: number, cursor: string) =>
        run('takeOver', [epoch, highestEpoch, wins, settlements], [by, cursor]);
      expect(await renew(7)).toBe('emptied');
      expect(await takeOver(7, '9000000000000000-5')).toEqual(['closed', 0]);
      expect(await redis.exists(epoch)).toBe(0);
      expect([await renew(6), await renew(8), await renew(7, 1)]).toEqual(['superseded', 'rolledBack', 'rolledBack']);
      expect(await redis.exists(epoch)).toBe(0);
      expect(await renew(7)).toBe('renewed');
      expect(await redis.get(epoch)).toBe('7@here');
      expect(await takeOver(6, '0')).toEqual(['superseded']);
      expect(await redis.get(epoch)).toBe('7@here');
      // An emptied stream goes on behind the cursor that the ledger has on file.
      expect(await redis.xadd(wins, '*', 'a', 'win')).toBe('9000000000000000-6');
    },
  },
  {
    title: 'AR40 every win stays on the stream until it and all before it are settled',
    async run({ arbiter, redis, cell }) {
      const wins: ProvisionalWin[] = [];
      const handed = new Promise<void>((resolve) => {
        arbiter.onProvisionalWin((win) => {
          if (wins.push(win) === 3) resolve();
        });
      });
      await arbiter.start({ epoch: 1, cursor: '0' });
      await sayEpoch(redis, cell, 1);
      for (const number of [1, 2, 3]) {
        const given = { leadId: `lead_${number}`, offerId: `offer_${number}` };
        await arbiter.open(offerOf(given));
        winOf(await arbiter.claim(claimOf('ani', given)));
      }
      const lengths = [await redis.xlen(redisKeys(cell).wins)];
      expect(lengths).toEqual([3]);
      await handed;
      expect(wins.map((win) => win.offerId)).toEqual(['offer_1', 'offer_2', 'offer_3']);
      for (const place of [1, 0, 2]) {
        await arbiter.settle(wins[place] as ProvisionalWin, { outcome: 'committed' });
        lengths.push(await redis.xlen(redisKeys(cell).wins));
      }
      expect(lengths).toEqual([3, 3, 1, 0]);
    },
  },
  {
    title: 'AR37 a raise that Redis runs late raises nothing',
    async run({ redis, cell, run }) {
      const gate = redisKeys(cell).repGate('ani');
      await run('raise', [gate], [1, 'notReady']);
      await run('raise', [gate], [2, 'inactive']);
      expect(await run('raise', [gate], [1, 'notReady'])).toBe(2);
      expect(await redis.get(gate)).toBe('2 inactive');
    },
  },
];
