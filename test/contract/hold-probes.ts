/** AR44: an offer that is held for a rep who does not race for it. */
import { expect } from 'vitest';
import type { ProvisionalWin } from '../../server/claims/arbiter.ts';
import { cap, claimOf, offerOf, type Probe, T0, winFor, winOf } from './arbiter-bench.ts';

const second = { leadId: 'lead_2', offerId: 'offer_2' };
const SOON = T0 + 1_000;

/** For one who is not among the offer's reps. */
function holdOf(given: Partial<ProvisionalWin> = {}): ProvisionalWin {
  const names = { offerId: 'offer_1', leadId: 'lead_1', repId: 'dewi', requestId: 'own_1', order: 'own_1' };
  return { ...names, claimedAtMs: T0, ...given };
}

export const holdProbes: readonly Probe[] = [
  {
    title: 'AR44 claims on a held offer wait, and the rep it is held for hears no different',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const hold = holdOf({ repId: 'ani' });
      expect(await arbiter.hold(hold, SOON)).toEqual({ kind: 'held' });
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ kind: 'pending', mine: false, claim: hold });
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ kind: 'pending', mine: true, claim: hold });
      expect(await arbiter.close('offer_1', 'expired')).toEqual({ kind: 'pending' });
    },
  },
  {
    title: 'AR44 settled as closed it is gone for that reason, for good',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.hold(holdOf(), SOON);
      await arbiter.settle(holdOf(), { outcome: 'closed', reason: 'assigned' });
      await arbiter.settle(holdOf(), { outcome: 'reopened' });
      const gone = { kind: 'gone', offerId: 'offer_1', reason: 'assigned' };
      for (const repId of ['ani', 'budi']) expect(await arbiter.claim(claimOf(repId))).toEqual(gone);
      expect(await arbiter.close('offer_1', 'expired')).toEqual({ kind: 'ended', reason: 'assigned' });
      expect(await arbiter.hold(holdOf({ order: 'own_2' }), SOON)).toEqual({ kind: 'ended', reason: 'assigned' });
    },
  },
  {
    title: 'AR44 lifted it is open as it was, and no counter has changed',
    async run(bench) {
      const { arbiter } = bench;
      await arbiter.open(offerOf({ limits: [cap(0)] }));
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      await arbiter.count('ani', 'day', 1, 'earlier');
      await arbiter.hold(holdOf({ repId: 'ani' }), SOON);
      await arbiter.settle(holdOf({ repId: 'ani' }), { outcome: 'reopened' });
      for (const which of [{}, second]) {
        expect(await arbiter.claim(claimOf('ani', which))).toMatchObject({ rule: 'dailyCap' });
      }
      await winFor(bench, 'budi');
    },
  },
  {
    title: 'AR44 a lifted hold leaves nothing behind that a later win could be taken for',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ ...second, limits: [cap(0)] }));
      await arbiter.hold(holdOf(), SOON);
      await arbiter.settle(holdOf(), { outcome: 'reopened' });
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle(holdOf(), { outcome: 'closed', reason: 'assigned' });
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ mine: false, claim: win });
      await arbiter.settle(win, { outcome: 'reopened' });
      winOf(await arbiter.claim(claimOf('ani', second)));
    },
  },
  {
    title: 'AR44 a hold that is lifted gives back nothing, also where a win stood before it',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ ...second, limits: [cap(-1)] }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle(win, { outcome: 'reopened' });
      await arbiter.hold(holdOf({ repId: 'ani' }), SOON);
      await arbiter.settle(holdOf({ repId: 'ani' }), { outcome: 'reopened' });
      expect(await arbiter.claim(claimOf('ani', second))).toMatchObject({ rule: 'dailyCap' });
    },
  },
  {
    title: 'AR44 the same hold again is held; another one, or one behind a win, is not',
    async run({ arbiter }) {
      expect(await arbiter.hold(holdOf(), SOON)).toEqual({ kind: 'unknown' });
      await arbiter.open(offerOf());
      for (const _ of [1, 2]) expect(await arbiter.hold(holdOf(), SOON)).toEqual({ kind: 'held' });
      expect(await arbiter.hold(holdOf({ order: 'own_2' }), SOON)).toEqual({ kind: 'pending' });
      await arbiter.open(offerOf(second));
      const win = winOf(await arbiter.claim(claimOf('ani', second)));
      const behind = holdOf({ ...second, order: 'own_3' });
      expect(await arbiter.hold(behind, SOON)).toEqual({ kind: 'pending' });
      await arbiter.settle(win, { outcome: 'committed' });
      expect(await arbiter.hold(behind, SOON)).toEqual({ kind: 'claimed', winnerId: 'ani' });
    },
  },
  {
    title: 'AR44 a hold that comes after its deadline does nothing',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf());
      await setTime(SOON + 1);
      expect(await arbiter.hold(holdOf(), SOON)).toEqual({ kind: 'tooLate' });
      winOf(await arbiter.claim(claimOf('ani')));
    },
  },
  {
    title: 'AR44 closed ends an offer that was put up anew meanwhile, and none that ended otherwise',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.hold(holdOf(), SOON);
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      await arbiter.open(offerOf());
      await arbiter.settle(holdOf(), { outcome: 'closed', reason: 'assigned' });
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ kind: 'gone', reason: 'assigned' });
      await arbiter.open(offerOf(second));
      await arbiter.close('offer_2', 'withdrawn');
      await arbiter.settle(holdOf(second), { outcome: 'closed', reason: 'assigned' });
      expect(await arbiter.claim(claimOf('ani', second))).toMatchObject({ reason: 'withdrawn' });
    },
  },
];
