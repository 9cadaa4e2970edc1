/** AR18 to AR23: the offer can be had; may this rep have it now? */
import { expect } from 'vitest';
import type { Judgement } from '../../server/claims/arbiter.ts';
import { cap, claimOf, offerOf, type Probe, T0, winFor, winOf } from './arbiter-bench.ts';

function ruleOf(judgement: Judgement): string {
  return judgement.kind === 'refused' ? judgement.rule : judgement.kind;
}

export const openOfferProbes: readonly Probe[] = [
  {
    title: 'AR18 early one millisecond before the lane opens, admissible at that instant',
    async run({ arbiter, setTime }) {
      const opensAtMs = T0 + 500;
      await arbiter.open(offerOf({ lanes: [{ opensAtMs, repIds: ['ani'] }] }));
      const early = { kind: 'early', offerId: 'offer_1', opensAtMs };
      expect(await arbiter.claim(claimOf('ani'))).toEqual({ ...early, opensInMs: 500 });
      await setTime(opensAtMs - 1);
      expect(await arbiter.claim(claimOf('ani'))).toEqual({ ...early, opensInMs: 1 });
      await setTime(opensAtMs);
      expect(winOf(await arbiter.claim(claimOf('ani'))).claimedAtMs).toBe(opensAtMs);
    },
  },
  {
    title: 'AR18 an early try is judged anew, with the same request id too',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf({ lanes: [{ opensAtMs: T0 + 500, repIds: ['ani'] }] }));
      const again = { requestId: 'again' };
      expect((await arbiter.claim(claimOf('ani', again))).kind).toBe('early');
      await setTime(T0 + 500);
      winOf(await arbiter.claim(claimOf('ani', again)));
    },
  },
  {
    title: 'AR19 early tries beyond the second are refused, and the next second takes them again',
    async run({ arbiter, setTime }) {
      const lanes = [{ opensAtMs: T0 + 5_000, repIds: ['ani', 'budi'] }];
      await arbiter.open(offerOf({ lanes, attemptRate: { perSecond: 2, perMinute: 3 } }));
      const heard = async (repId: string) => ruleOf(await arbiter.claim(claimOf(repId)));
      expect([await heard('ani'), await heard('ani'), await heard('ani')]).toEqual(['early', 'early', 'attemptRate']);
      expect(await heard('budi')).toBe('early');
      await setTime(T0 + 1_000);
      // Three in this minute: what was refused took nothing, so one is left.
      expect([await heard('ani'), await heard('ani')]).toEqual(['early', 'attemptRate']);
    },
  },
  {
    title: 'AR19 a first claim on an open offer is never counted, a repeat is',
    async run({ arbiter }) {
      const attemptRate = { perSecond: 1, perMinute: 10 };
      const lanes = [{ opensAtMs: T0 + 5_000, repIds: ['ani'] }];
      await arbiter.open(offerOf({ offerId: 'offer_0', leadId: 'lead_0', lanes, attemptRate }));
      const early = { leadId: 'lead_0', offerId: 'offer_0' };
      expect(ruleOf(await arbiter.claim(claimOf('ani', early)))).toBe('early');
      expect(ruleOf(await arbiter.claim(claimOf('ani', early)))).toBe('attemptRate');

      await arbiter.open(offerOf({ limits: [cap(-1)], attemptRate }));
      const heard = async (repId: string) => ruleOf(await arbiter.claim(claimOf(repId)));
      expect([await heard('ani'), await heard('ani')]).toEqual(['dailyCap', 'attemptRate']);
      expect([await heard('budi'), await heard('budi'), await heard('budi')]).toEqual([
        'dailyCap',
        'dailyCap',
        'attemptRate',
      ]);
    },
  },
  {
    title: 'AR19 a winner whose win was reopened asks again as a repeat',
    async run({ arbiter }) {
      await arbiter.open(offerOf({ attemptRate: { perSecond: 1, perMinute: 1 } }));
      const first = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle(first, { outcome: 'reopened' });
      const second = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.settle(second, { outcome: 'reopened' });
      expect(ruleOf(await arbiter.claim(claimOf('ani')))).toBe('attemptRate');
      winOf(await arbiter.claim(claimOf('budi')));
    },
  },
  {
    title: 'AR20 the first limit that does not hold speaks, over sums of counters',
    async run({ arbiter }) {
      const ratio = {
        rule: 'notReady' as const,
        terms: [
          { counter: 'hot', coefficient: 1 },
          { counter: 'warm', coefficient: -2 },
        ],
        max: 1,
      };
      await arbiter.open(offerOf({ limits: [ratio, cap(0)] }));
      const heard = async () => ruleOf(await arbiter.claim(claimOf('ani')));
      await arbiter.count('ani', 'hot', 2, 'a');
      await arbiter.count('ani', 'day', 1, 'a');
      expect(await heard()).toBe('notReady');
      await arbiter.count('ani', 'warm', 1, 'a');
      expect(await heard()).toBe('dailyCap');
      await arbiter.count('ani', 'day', -1, 'b');
      expect(await heard()).toBe('pending');
    },
  },
  {
    title: 'AR20 a counter of another rep does not matter, and a fraction is compared as it is',
    async run({ arbiter }) {
      const half = cap(1.5, { terms: [{ counter: 'day', coefficient: 0.5 }] });
      await arbiter.open(offerOf({ limits: [half] }));
      await arbiter.restoreCounters('ani', { day: 4 });
      await arbiter.restoreCounters('budi', { day: 3 });
      expect(ruleOf(await arbiter.claim(claimOf('ani')))).toBe('dailyCap');
      expect(ruleOf(await arbiter.claim(claimOf('budi')))).toBe('pending');
    },
  },
  {
    title: 'AR21 a limit is looked at from its first instant up to, not at, its last',
    async run({ arbiter, setTime }) {
      const window = { fromMs: T0 + 10, untilMs: T0 + 20 };
      for (const number of [1, 2, 3, 4]) {
        const given = { offerId: `offer_${number}`, leadId: `lead_${number}`, increments: [] };
        await arbiter.open(offerOf({ ...given, limits: [cap(-1, window)] }));
      }
      const heard = async (number: number, nowMs: number) => {
        await setTime(nowMs);
        const given = { leadId: `lead_${number}`, offerId: `offer_${number}` };
        return ruleOf(await arbiter.claim(claimOf('ani', given)));
      };
      expect(await heard(1, T0 + 9)).toBe('pending');
      expect(await heard(2, T0 + 10)).toBe('dailyCap');
      expect(await heard(3, T0 + 19)).toBe('dailyCap');
      expect(await heard(4, T0 + 20)).toBe('pending');
    },
  },
  {
    title: 'AR21 a limit and an increment that name lanes hold for the reps of these lanes alone',
    async run(bench) {
      const { arbiter } = bench;
      const lanes = [
        { opensAtMs: T0, repIds: ['ani'] },
        { opensAtMs: T0, repIds: ['budi'] },
      ];
      const increments = [{ counter: 'day', by: 1, lanes: [1] }];
      for (const number of [1, 2, 3]) {
        const given = { offerId: `offer_${number}`, leadId: `lead_${number}`, increments, lanes };
        await arbiter.open(offerOf({ ...given, limits: number === 3 ? [cap(0, { lanes: [1] })] : [] }));
      }
      await winFor(bench, 'ani');
      await winFor(bench, 'budi', { leadId: 'lead_2', offerId: 'offer_2' });
      const third = { leadId: 'lead_3', offerId: 'offer_3' };
      expect(ruleOf(await arbiter.claim(claimOf('budi', third)))).toBe('dailyCap');
      await arbiter.count('ani', 'day', 5, 'cause_1');
      expect(ruleOf(await arbiter.claim(claimOf('ani', third)))).toBe('pending');
    },
  },
  {
    title: 'AR21 AR32 a win given back takes back what its own lane had added',
    async run(bench) {
      const { arbiter } = bench;
      const lanes = [
        { opensAtMs: T0, repIds: ['ani'] },
        { opensAtMs: T0, repIds: ['budi'] },
      ];
      const increments = [
        { counter: 'day', by: 1, lanes: [1] },
        { counter: 'other', by: 1, lanes: [0] },
      ];
      await arbiter.open(offerOf({ increments, lanes }));
      const win = winOf(await arbiter.claim(claimOf('budi')));
      await arbiter.settle(win, { outcome: 'reopened' });
      const other = cap(-1, { rule: 'notReady', terms: [{ counter: 'other', coefficient: 1 }] });
      const given = { offerId: 'offer_2', leadId: 'lead_2', increments: [], lanes };
      await arbiter.open(offerOf({ ...given, limits: [cap(0), other] }));
      const second = { leadId: 'lead_2', offerId: 'offer_2' };
      expect(ruleOf(await arbiter.claim(claimOf('budi', second)))).toBe('notReady');
    },
  },
  {
    title: 'AR21 AR22 a win adds what is in force at its instant, and the next limit feels it',
    async run(bench) {
      const { arbiter, setTime } = bench;
      const increments = [
        { counter: 'day', by: 1, untilMs: T0 + 10 },
        { counter: 'next', by: 1, fromMs: T0 + 10 },
      ];
      const next = cap(0, { rule: 'notReady', terms: [{ counter: 'next', coefficient: 1 }] });
      for (const number of [1, 2, 3]) {
        const given = { offerId: `offer_${number}`, leadId: `lead_${number}`, increments };
        await arbiter.open(offerOf({ ...given, limits: number === 3 ? [next, cap(0)] : [] }));
      }
      const third = { leadId: 'lead_3', offerId: 'offer_3' };
      await setTime(T0 + 9);
      await winFor(bench, 'ani');
      expect(ruleOf(await arbiter.claim(claimOf('ani', third)))).toBe('dailyCap');
      await setTime(T0 + 10);
      await winFor(bench, 'budi', { leadId: 'lead_2', offerId: 'offer_2' });
      expect(ruleOf(await arbiter.claim(claimOf('budi', third)))).toBe('notReady');
      expect(ruleOf(await arbiter.claim(claimOf('citra', third)))).toBe('pending');
    },
  },
  {
    title: 'AR22 a win carries the claim it came from, and orders grow',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await setTime(T0 + 7);
      const claim = claimOf('ani');
      const first = winOf(await arbiter.claim(claim));
      expect(first).toEqual({
        offerId: 'offer_1',
        leadId: 'lead_1',
        repId: 'ani',
        requestId: claim.requestId,
        claimedAtMs: T0 + 7,
        order: first.order,
      });
      const second = winOf(await arbiter.claim(claimOf('budi', { leadId: 'lead_2', offerId: 'offer_2' })));
      const parts = (order: string) => order.split('-').map(Number);
      const [before, after] = [parts(first.order), parts(second.order)];
      const grown = (after[0] ?? 0) - (before[0] ?? 0) || (after[1] ?? 0) - (before[1] ?? 0);
      expect(grown).toBeGreaterThan(0);
    },
  },
  {
    title: 'AR23 of many claims at once exactly one wins, and a claim sent twice is one win',
    async run({ arbiter }) {
      const repIds = Array.from({ length: 20 }, (_, number) => `rep_${number}`);
      await arbiter.open(offerOf({ lanes: [{ opensAtMs: T0, repIds }] }));
      const claims = [...repIds, ...repIds].map((repId) => claimOf(repId, { requestId: repId }));
      const answers = await Promise.all(claims.map((claim) => arbiter.claim(claim)));
      const mine = answers.flatMap((answer) => (answer.kind === 'pending' && answer.mine ? [answer.claim] : []));
      expect(mine).toHaveLength(2);
      expect(mine[0]).toEqual(mine[1]);
      const others = answers.filter((answer) => answer.kind === 'pending' && !answer.mine);
      expect(others).toHaveLength(38);
    },
  },
];
