/** AR31 to AR34: what the ledger's decision makes of a provisional win. */
import { expect } from 'vitest';
import { cap, claimOf, offerOf, type Probe, T0, winFor, winOf } from './arbiter-bench.ts';

const second = { leadId: 'lead_2', offerId: 'offer_2' };

export const settlementProbes: readonly Probe[] = [
  {
    title: 'AR31 AR34 committed is final: nothing said later changes it',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle(win, { outcome: 'committed' });
      await arbiter.settle(win, { outcome: 'committed' });
      await arbiter.settle(win, { outcome: 'reopened' });
      await arbiter.settle(win, { outcome: 'claimedBy', winnerId: 'budi', claimedAtMs: T0 });
      expect(await arbiter.claim(claimOf('ani'))).toEqual({ kind: 'owned', offerId: 'offer_1' });
      expect(await arbiter.claim(claimOf('citra'))).toMatchObject({ winnerId: 'ani' });
      expect(await arbiter.claim(claimOf('ani', second))).toMatchObject({ rule: 'dailyCap' });
    },
  },
  {
    title: 'AR32 reopened gives back what the win had added, and the offer is to be had',
    async run({ arbiter, setTime }) {
      const increments = [
        { counter: 'day', by: 2, untilMs: T0 + 10 },
        { counter: 'next', by: 3, fromMs: T0 + 10 },
      ];
      const next = { terms: [{ counter: 'next', coefficient: -1 }], max: 0 };
      await arbiter.open(offerOf({ increments, limits: [cap(0), cap(0, next)] }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await setTime(T0 + 20);
      await arbiter.settle(win, { outcome: 'reopened' });
      await arbiter.settle(win, { outcome: 'reopened' });
      const again = winOf(await arbiter.claim(claimOf('ani', { requestId: win.requestId })));
      expect(again.claimedAtMs).toBe(T0 + 20);
      await arbiter.settle(again, { outcome: 'committed' });
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ kind: 'lost', winnerId: 'ani' });
    },
  },
  {
    title: 'AR32 given back is what the win had added, also when the rep is in another lane by then',
    async run({ arbiter }) {
      const lanes = ['ani', 'budi'].map((repId) => ({ opensAtMs: T0, repIds: [repId] }));
      await arbiter.open(offerOf({ lanes, increments: [{ counter: 'day', by: 1, lanes: [0] }] }));
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.admit({ offerId: 'offer_1', repId: 'ani', lane: 1, opensAtMs: T0 });
      await arbiter.settle(win, { outcome: 'reopened' });
      winOf(await arbiter.claim(claimOf('ani', second)));
    },
  },
  {
    title: 'AR33 claimedBy names the winner of the file, and gives back the first win',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      await arbiter.open(offerOf({ leadId: 'lead_3', offerId: 'offer_3', limits: [cap(0)] }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await setTime(T0 + 80);
      const theirs = { outcome: 'claimedBy', winnerId: 'budi', claimedAtMs: T0 + 30 } as const;
      await arbiter.settle(win, theirs);
      const lost = { kind: 'lost', offerId: 'offer_1', winnerId: 'budi', byMs: 50 };
      expect(await arbiter.claim(claimOf('ani'))).toEqual(lost);
      expect(await arbiter.claim(claimOf('budi'))).toEqual({ kind: 'owned', offerId: 'offer_1' });
      winOf(await arbiter.claim(claimOf('ani', second)));
      winOf(await arbiter.claim(claimOf('budi', { leadId: 'lead_3', offerId: 'offer_3' })));
    },
  },
  {
    title: 'AR34 the settlement of an older win does not touch a newer one',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const first = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle(first, { outcome: 'reopened' });
      const newer = winOf(await arbiter.claim(claimOf('budi')));
      await arbiter.settle(first, { outcome: 'committed' });
      await arbiter.settle(first, { outcome: 'reopened' });
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ mine: true, claim: newer });
      expect(await arbiter.claim(claimOf('citra'))).toMatchObject({ mine: false, claim: newer });
    },
  },
  {
    title: 'AR34 a win committed after its offer was put up anew is told as the winner',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      await arbiter.restoreCounters('ani', {});
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      await arbiter.settle(win, { outcome: 'committed' });
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ kind: 'lost', winnerId: 'ani' });
      winOf(await arbiter.claim(claimOf('ani', second)));
    },
  },
  {
    title: 'AR34 a settlement of an offer nobody knows, or that was closed, is taken and does nothing',
    async run(bench) {
      const { arbiter } = bench;
      await arbiter.open(offerOf());
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle({ ...win, offerId: 'offer_9' }, { outcome: 'committed' });
      await arbiter.settle(win, { outcome: 'reopened' });
      await arbiter.close('offer_1', 'withdrawn');
      await arbiter.settle(win, { outcome: 'committed' });
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ reason: 'withdrawn' });
      await arbiter.open(offerOf(second));
      await winFor(bench, 'ani', second);
    },
  },
];
