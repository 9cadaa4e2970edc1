/** AR24 to AR30 and AR35 to AR37: the ledger's verbs. */
import { expect } from 'vitest';
import { ArbiterFault } from '../../server/claims/offer-checks.ts';
import { cap, claimOf, offerOf, type Probe, T0, winFor, winOf } from './arbiter-bench.ts';

export const controlProbes: readonly Probe[] = [
  {
    title: 'AR24 the same offer again changes nothing',
    async run(bench) {
      const { arbiter, setTime } = bench;
      await arbiter.open(offerOf({ closesAtMs: T0 + 1_000 }));
      await arbiter.open(offerOf({ lanes: [], closesAtMs: T0 + 9_000 }));
      expect(await arbiter.extend('offer_1', T0)).toBe(T0 + 1_000);
      await winFor(bench, 'ani');
      await arbiter.open(offerOf());
      await setTime(T0 + 5);
      expect((await arbiter.claim(claimOf('budi'))).kind).toBe('lost');
    },
  },
  {
    title: 'AR25 after the cell was raised it is put up anew as given, whatever it was',
    async run(bench) {
      const { arbiter } = bench;
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await arbiter.close('offer_2', 'expired');
      winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      const lanes = [{ opensAtMs: T0, repIds: ['budi'] }];
      await arbiter.open(offerOf({ lanes }));
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2', lanes }));
      expect(await arbiter.claim(claimOf('ani'))).toEqual({
        kind: 'refused',
        offerId: 'offer_1',
        rule: 'notInOffer',
      });
      winOf(await arbiter.claim(claimOf('budi')));
      winOf(await arbiter.claim(claimOf('budi', { leadId: 'lead_2', offerId: 'offer_2' })));
    },
  },
  {
    title: 'AR25 an offer put up anew keeps its place among the offers of its lead',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ offerId: 'offer_2' }));
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      await arbiter.open(offerOf({ offerId: 'offer_2' }));
      await arbiter.open(offerOf());
      const win = winOf(await arbiter.claim(claimOf('ani', { offerId: undefined })));
      expect(win.offerId).toBe('offer_2');
    },
  },
  {
    title: 'AR26 a rep in several lanes has the earliest',
    async run({ arbiter }) {
      const lanes = [
        { opensAtMs: T0 + 900, repIds: ['ani', 'budi'] },
        { opensAtMs: T0, repIds: ['ani'] },
        { opensAtMs: T0 + 500, repIds: ['ani', 'budi'] },
      ];
      await arbiter.open(offerOf({ lanes }));
      expect((await arbiter.claim(claimOf('budi'))).kind).toBe('early');
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ opensAtMs: T0 + 500 });
      winOf(await arbiter.claim(claimOf('ani')));
    },
  },
  {
    title: 'AR27 a rep is let in, earlier and never later, and never later than its lane',
    async run({ arbiter }) {
      const lanes = [
        { opensAtMs: T0 + 300, repIds: ['ani'] },
        { opensAtMs: T0 + 600, repIds: ['budi'] },
      ];
      await arbiter.open(offerOf({ lanes }));
      const admit = (repId: string, lane: number, afterMs: number) =>
        arbiter.admit({ offerId: 'offer_1', repId, lane, opensAtMs: T0 + afterMs });
      expect(await admit('dewi', 1, 500)).toBe(T0 + 500);
      expect(await admit('dewi', 1, 800)).toBe(T0 + 500);
      expect(await admit('eka', 0, 400)).toBe(T0 + 300);
      expect(await admit('budi', 0, 400)).toBe(T0 + 300);
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ opensAtMs: T0 + 300 });
      expect(await admit('dewi', 1, 0)).toBe(T0);
      winOf(await arbiter.claim(claimOf('dewi')));
    },
  },
  {
    title: 'AR27 AR37 a rep who comes back is admitted under the gate as it stands',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const break_ = () => arbiter.raise({ scope: 'rep', repId: 'ani' }, 'notReady');
      const kind = async () => (await arbiter.claim(claimOf('ani'))).kind;
      await break_();
      expect(await kind()).toBe('refused');
      await arbiter.admit({ offerId: 'offer_1', lane: 0, opensAtMs: T0 });
      expect(await kind()).toBe('refused');
      await arbiter.admit({ offerId: 'offer_1', repId: 'ani', lane: 0, opensAtMs: T0 });
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await break_();
      expect(await kind()).toBe('refused');
      await arbiter.admit({ offerId: 'offer_1', repId: 'ani', lane: 0, opensAtMs: T0 });
      expect(await kind()).toBe('pending');
    },
  },
  {
    title: 'AR28 a lane is moved earlier with its members, and only while the offer lives',
    async run({ arbiter }) {
      const lanes = [
        { opensAtMs: T0 + 300, repIds: ['ani'] },
        { opensAtMs: T0 + 600, repIds: ['budi'] },
      ];
      await arbiter.open(offerOf({ lanes }));
      const admit = (lane: number, opensAtMs: number) => arbiter.admit({ offerId: 'offer_1', lane, opensAtMs });
      expect(await admit(1, T0 + 900)).toBe(T0 + 600);
      expect(await admit(1, T0 + 100)).toBe(T0 + 100);
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ opensAtMs: T0 + 300 });
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ opensAtMs: T0 + 100 });
      const late = { offerId: 'offer_1', repId: 'dewi', lane: 1, opensAtMs: T0 + 900 };
      expect(await arbiter.admit(late)).toBe(T0 + 100);
      expect(await admit(2, T0)).toBeNull();
      expect(await arbiter.admit({ offerId: 'offer_9', lane: 0, opensAtMs: T0 })).toBeNull();
      await arbiter.close('offer_1', 'expired');
      expect(await admit(1, T0)).toBeNull();
    },
  },
  {
    title: 'AR28 AR29 a pending offer may be changed, so that it is right when it opens again',
    async run({ arbiter }) {
      const lanes = [
        { opensAtMs: T0, repIds: ['ani'] },
        { opensAtMs: T0 + 600, repIds: ['budi'] },
      ];
      await arbiter.open(offerOf({ lanes }));
      const win = winOf(await arbiter.claim(claimOf('ani')));
      expect(await arbiter.admit({ offerId: 'offer_1', lane: 1, opensAtMs: T0 })).toBe(T0);
      expect(await arbiter.extend('offer_1', T0 + 99_000)).toBe(T0 + 99_000);
      await arbiter.settle(win, { outcome: 'reopened' });
      winOf(await arbiter.claim(claimOf('budi')));
    },
  },
  {
    title: 'AR29 closesAt moves later, never earlier, also when it has passed',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf({ closesAtMs: T0 + 1_000 }));
      expect(await arbiter.extend('offer_1', T0 + 500)).toBe(T0 + 1_000);
      await setTime(T0 + 1_000);
      expect((await arbiter.claim(claimOf('ani'))).kind).toBe('gone');
      expect(await arbiter.extend('offer_1', T0 + 2_000)).toBe(T0 + 2_000);
      winOf(await arbiter.claim(claimOf('ani')));
      expect(await arbiter.extend('offer_9', T0 + 2_000)).toBeNull();
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await arbiter.close('offer_2', 'withdrawn');
      expect(await arbiter.extend('offer_2', T0 + 99_000)).toBeNull();
    },
  },
  {
    title: 'AR30 close answers by the state, and the same cause hears the same again',
    async run({ arbiter }) {
      expect(await arbiter.close('offer_1', 'expired')).toEqual({ kind: 'unknown' });
      await arbiter.open(offerOf());
      const win = winOf(await arbiter.claim(claimOf('ani')));
      expect(await arbiter.close('offer_1', 'expired')).toEqual({ kind: 'pending' });
      await arbiter.settle(win, { outcome: 'committed' });
      const claimed = { kind: 'claimed', winnerId: 'ani' };
      expect(await arbiter.close('offer_1', 'expired')).toEqual(claimed);
      await arbiter.open(offerOf({ offerId: 'offer_2' }));
      expect(await arbiter.close('offer_2', 'expired')).toEqual({ kind: 'closed' });
      expect(await arbiter.close('offer_2', 'expired')).toEqual({ kind: 'closed' });
      const ended = { kind: 'ended', reason: 'expired' };
      expect(await arbiter.close('offer_2', 'assigned')).toEqual(ended);
    },
  },
  {
    title: 'AR35 a cause counts once for each rep and counter',
    async run({ arbiter }) {
      await arbiter.open(offerOf({ limits: [cap(1)] }));
      for (const repId of ['ani', 'budi']) {
        await arbiter.count(repId, 'day', 1, 'release-7');
        await arbiter.count(repId, 'day', 1, 'release-7');
        await arbiter.count(repId, 'other', 5, 'release-7');
      }
      await arbiter.count('budi', 'day', 1, 'release-8');
      expect((await arbiter.claim(claimOf('budi'))).kind).toBe('refused');
      winOf(await arbiter.claim(claimOf('ani')));
    },
  },
  {
    title: 'AR36 a restore replaces all counters of the rep',
    async run({ arbiter }) {
      const other = cap(0, { rule: 'notReady', terms: [{ counter: 'other', coefficient: 1 }] });
      await arbiter.open(offerOf({ limits: [other, cap(2)] }));
      await arbiter.count('ani', 'other', 4, 'a');
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ rule: 'notReady' });
      await arbiter.restoreCounters('ani', { day: 3 });
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ rule: 'dailyCap' });
      await arbiter.restoreCounters('ani', {});
      winOf(await arbiter.claim(claimOf('ani')));
    },
  },
  {
    title: 'AR37 every scope keeps to its own words, and the last reason speaks',
    async run({ arbiter }) {
      await arbiter.open(offerOf({ teams: ['jakarta'] }));
      await arbiter.raise({ scope: 'rep', repId: 'budi' }, 'withdrawn');
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ rule: 'notReady' });
      await arbiter.raise({ scope: 'team', team: 'jakarta' }, 'inactive');
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ reason: 'withdrawn' });
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ kind: 'retry' });
      await arbiter.raise({ scope: 'cell' }, 'notReady');
      expect(await arbiter.claim(claimOf('ani'))).toMatchObject({ kind: 'gone' });
    },
  },
  {
    title: 'AR24 AR35 a call that could not be kept faithfully is refused with a code',
    async run({ arbiter }) {
      const refused = expect.objectContaining({ code: 'INVALID_CALL' });
      const wrong = offerOf({ increments: [{ counter: 'day', by: 0.5 }] });
      await expect(arbiter.open(wrong)).rejects.toEqual(refused);
      await expect(arbiter.open(offerOf({ offerId: 'offer 1' }))).rejects.toEqual(refused);
      await expect(arbiter.count('ani', 'day', 0.5, 'a')).rejects.toBeInstanceOf(ArbiterFault);
      await expect(arbiter.restoreCounters('ani', { day: 0.5 })).rejects.toEqual(refused);
      expect(await arbiter.claim(claimOf('ani'))).toEqual({ kind: 'unknown' });
    },
  },
];
