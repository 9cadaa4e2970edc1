/** AR1 to AR17: which offer is meant, and whether the rep may still have it. */
import { expect } from 'vitest';
import { claimOf, offerOf, type Probe, T0, winFor, winOf } from './arbiter-bench.ts';

export const judgementProbes: readonly Probe[] = [
  {
    title: 'AR1 an offer of another lead is unknown',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const answer = await arbiter.claim(claimOf('ani', { leadId: 'lead_2' }));
      expect(answer).toEqual({ kind: 'unknown' });
    },
  },
  {
    title: 'AR2 without a name it is the newest offer whose lane has opened for the rep',
    async run({ arbiter }) {
      const later = [{ opensAtMs: T0 + 5_000, repIds: ['ani'] }];
      await arbiter.open(offerOf({ offerId: 'offer_1' }));
      await arbiter.close('offer_1', 'withdrawn');
      await arbiter.open(offerOf({ offerId: 'offer_2', lanes: later }));
      const unnamed = { offerId: undefined };
      expect(await arbiter.claim(claimOf('ani', unnamed))).toEqual({
        kind: 'gone',
        offerId: 'offer_1',
        reason: 'withdrawn',
      });
      await arbiter.admit({ offerId: 'offer_2', lane: 0, opensAtMs: T0 });
      const another = { ...unnamed, requestId: 'another' };
      expect(winOf(await arbiter.claim(claimOf('ani', another))).offerId).toBe('offer_2');
    },
  },
  {
    title: 'AR2 a request without a name that is repeated is not judged on an offer opened since',
    async run({ arbiter }) {
      const unnamed = claimOf('ani', { offerId: undefined });
      await arbiter.open(offerOf({ offerId: 'offer_1' }));
      const win = winOf(await arbiter.claim(unnamed));
      await arbiter.settle(win, { outcome: 'committed' });
      await arbiter.open(offerOf({ offerId: 'offer_2' }));
      expect(await arbiter.claim(unnamed)).toEqual({ kind: 'owned', offerId: 'offer_1' });
    },
  },
  {
    title: 'AR2 a rep who sees none of them meets the open offer, else the newest',
    async run({ arbiter }) {
      await arbiter.open(offerOf({ offerId: 'offer_1' }));
      await arbiter.open(offerOf({ offerId: 'offer_2' }));
      await arbiter.close('offer_2', 'assigned');
      const answer = () => arbiter.claim(claimOf('dewi', { offerId: undefined }));
      expect(await answer()).toEqual({ kind: 'refused', offerId: 'offer_1', rule: 'notInOffer' });
      await arbiter.close('offer_1', 'expired');
      expect(await answer()).toEqual({ kind: 'refused', offerId: 'offer_2', rule: 'notInOffer' });
    },
  },
  {
    title: 'AR3 nothing known is unknown, by name and by lead',
    async run({ arbiter }) {
      expect(await arbiter.claim(claimOf('ani'))).toEqual({ kind: 'unknown' });
      expect(await arbiter.claim(claimOf('ani', { offerId: undefined }))).toEqual({
        kind: 'unknown',
      });
    },
  },
  {
    title: 'AR3 AR5 what a client calls its request and its offer may be any text',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const odd = { leadId: 'lead 1 %d', offerId: 'no such\noffer', deadlineMs: T0 - 1 };
      expect(await arbiter.claim(claimOf('ani', odd))).toEqual({
        kind: 'retry',
        offerId: odd.offerId,
        reason: 'tooLate',
      });
      const win = winOf(await arbiter.claim(claimOf('ani', { requestId: ' a  b:\n%s ' })));
      expect(win.requestId).toBe(' a  b:\n%s ');
      expect(await arbiter.claim(claimOf('budi'))).toMatchObject({ mine: false, claim: win });
    },
  },
  {
    title: 'AR4 one request id with another lead is refused, for this rep only',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      winOf(await arbiter.claim(claimOf('ani', { requestId: 'again' })));
      const second = { leadId: 'lead_2', offerId: 'offer_2', requestId: 'again' };
      expect(await arbiter.claim(claimOf('ani', second))).toEqual({ kind: 'requestReused' });
      expect(winOf(await arbiter.claim(claimOf('budi', second))).repId).toBe('budi');
    },
  },
  {
    title: 'AR5 the own win outranks deadline, gates and request id',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.raise({ scope: 'rep', repId: 'ani' }, 'notReady');
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      const late = { deadlineMs: T0 - 1 };
      expect(await arbiter.claim(claimOf('ani', late))).toEqual({
        kind: 'pending',
        offerId: 'offer_1',
        mine: true,
        receivedAtMs: T0,
        claim: win,
      });
      await arbiter.settle(win, { outcome: 'committed' });
      const owned = { kind: 'owned', offerId: 'offer_1' };
      expect(await arbiter.claim(claimOf('ani', late))).toEqual(owned);
      expect(await arbiter.claim(claimOf('ani', { ...late, offerId: undefined }))).toEqual(owned);
    },
  },
  {
    title: 'AR6 a rebuild since the opening is a retry, whoever asks',
    async run(bench) {
      const { arbiter } = bench;
      await arbiter.open(offerOf());
      await winFor(bench, 'ani');
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      const retry = { kind: 'retry', offerId: 'offer_1', reason: 'rebuilding' };
      expect(await arbiter.claim(claimOf('budi', { deadlineMs: T0 - 1 }))).toEqual(retry);
      expect(await arbiter.claim(claimOf('dewi'))).toEqual(retry);
    },
  },
  {
    title: 'AR7 the deadline itself is in time, after it is too late',
    async run({ arbiter }) {
      await arbiter.open(offerOf());
      const late = { kind: 'retry', offerId: 'offer_1', reason: 'tooLate' };
      expect(await arbiter.claim(claimOf('ani', { deadlineMs: T0 - 1 }))).toEqual(late);
      expect(await arbiter.claim(claimOf('dewi', { deadlineMs: T0 - 1 }))).toEqual(late);
      winOf(await arbiter.claim(claimOf('ani', { deadlineMs: T0 })));
      const unknown = claimOf('ani', { leadId: 'lead_9', offerId: 'offer_9', deadlineMs: T0 - 1 });
      expect(await arbiter.claim(unknown)).toEqual({ ...late, offerId: 'offer_9' });
    },
  },
  {
    title: 'AR10 a rep who is not in the offer hears nothing of who won or how it ended',
    async run(bench) {
      const { arbiter } = bench;
      const refused = { kind: 'refused', offerId: 'offer_1', rule: 'notInOffer' };
      await arbiter.open(offerOf());
      expect(await arbiter.claim(claimOf('dewi'))).toEqual(refused);
      await winFor(bench, 'ani');
      expect(await arbiter.claim(claimOf('dewi'))).toEqual(refused);
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await arbiter.close('offer_2', 'assigned');
      const second = { leadId: 'lead_2', offerId: 'offer_2' };
      expect(await arbiter.claim(claimOf('dewi', second))).toEqual({
        ...refused,
        offerId: 'offer_2',
      });
    },
  },
  {
    title: 'AR11 a rep whose gate was raised is refused with its reason; what has ended stays final',
    async run(bench) {
      const { arbiter } = bench;
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await winFor(bench, 'ani', { leadId: 'lead_2', offerId: 'offer_2' });
      const refused = { kind: 'refused', offerId: 'offer_1' };
      await arbiter.raise({ scope: 'rep', repId: 'budi' }, 'notReady');
      expect(await arbiter.claim(claimOf('budi'))).toEqual({ ...refused, rule: 'notReady' });
      await arbiter.raise({ scope: 'rep', repId: 'budi' }, 'inactive');
      expect(await arbiter.claim(claimOf('budi'))).toEqual({ ...refused, rule: 'inactive' });
      const ended = claimOf('budi', { leadId: 'lead_2', offerId: 'offer_2' });
      expect((await arbiter.claim(ended)).kind).toBe('lost');
      expect((await arbiter.claim(claimOf('citra'))).kind).toBe('pending');
    },
  },
  {
    title: 'AR12 AR13 a loser hears the winner and by how much; the same request hears the same again',
    async run(bench) {
      const { arbiter, setTime } = bench;
      await arbiter.open(offerOf());
      await winFor(bench, 'ani');
      const lost = { kind: 'lost', offerId: 'offer_1', winnerId: 'ani' };
      await setTime(T0 + 120);
      expect(await arbiter.claim(claimOf('budi', { requestId: 'b' }))).toEqual({
        ...lost,
        byMs: 120,
      });
      await setTime(T0 + 700);
      expect(await arbiter.claim(claimOf('budi', { requestId: 'b' }))).toEqual({
        ...lost,
        byMs: 120,
      });
      expect(await arbiter.claim(claimOf('budi'))).toEqual({ ...lost, byMs: 700 });
    },
  },
  {
    title: 'AR13 AR14 a claim that met the win on its way counts from then',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf());
      const win = winOf(await arbiter.claim(claimOf('ani')));
      await setTime(T0 + 30);
      const pending = {
        kind: 'pending',
        offerId: 'offer_1',
        mine: false,
        receivedAtMs: T0 + 30,
        claim: win,
      };
      expect(await arbiter.claim(claimOf('budi', { requestId: 'b' }))).toEqual(pending);
      await setTime(T0 + 900);
      expect(await arbiter.claim(claimOf('budi', { requestId: 'b' }))).toEqual(pending);
      await arbiter.settle(win, { outcome: 'committed' });
      expect(await arbiter.claim(claimOf('budi', { requestId: 'b' }))).toEqual({
        kind: 'lost',
        offerId: 'offer_1',
        winnerId: 'ani',
        byMs: 30,
      });
    },
  },
  {
    title: 'AR13 byMs is never negative, and starts anew for another win',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf());
      const first = winOf(await arbiter.claim(claimOf('ani')));
      await arbiter.claim(claimOf('budi', { requestId: 'b' }));
      await arbiter.settle(first, { outcome: 'reopened' });
      await setTime(T0 + 100);
      const second = winOf(await arbiter.claim(claimOf('citra')));
      await setTime(T0 + 140);
      const theirs = { outcome: 'claimedBy', winnerId: 'dewi', claimedAtMs: T0 + 110 } as const;
      await arbiter.settle(second, theirs);
      const lost = { kind: 'lost', offerId: 'offer_1', winnerId: 'dewi' };
      expect(await arbiter.claim(claimOf('budi', { requestId: 'b' }))).toEqual({
        ...lost,
        byMs: 30,
      });
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      const ahead = winOf(await arbiter.claim(claimOf('ani', { leadId: 'lead_2', offerId: 'offer_2' })));
      await arbiter.settle(ahead, { ...theirs, claimedAtMs: T0 + 9_000 });
      const loser = claimOf('budi', { leadId: 'lead_2', offerId: 'offer_2' });
      expect(await arbiter.claim(loser)).toEqual({ ...lost, offerId: 'offer_2', byMs: 0 });
    },
  },
  {
    title: 'AR15 AR16 a closed offer is gone with its reason, an outlived one expired from closesAt on',
    async run({ arbiter, setTime }) {
      await arbiter.open(offerOf({ closesAtMs: T0 + 1_000 }));
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2', closesAtMs: T0 + 1_000 }));
      await arbiter.open(offerOf({ offerId: 'offer_3', leadId: 'lead_3', closesAtMs: T0 + 1_000 }));
      await arbiter.close('offer_3', 'assigned');
      await setTime(T0 + 999);
      winOf(await arbiter.claim(claimOf('ani', { leadId: 'lead_2', offerId: 'offer_2' })));
      await setTime(T0 + 1_000);
      const gone = { kind: 'gone', offerId: 'offer_1', reason: 'expired' };
      expect(await arbiter.claim(claimOf('ani'))).toEqual(gone);
      const third = { leadId: 'lead_3', offerId: 'offer_3' };
      expect(await arbiter.claim(claimOf('ani', third))).toEqual({
        kind: 'gone',
        offerId: 'offer_3',
        reason: 'assigned',
      });
    },
  },
  {
    title: 'AR17 a team withdrawn since the opening is gone, another team is not',
    async run({ arbiter }) {
      await arbiter.open(offerOf({ teams: ['jakarta', 'bandung'] }));
      await arbiter.raise({ scope: 'team', team: 'surabaya' }, 'withdrawn');
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2', teams: ['surabaya'] }));
      await arbiter.raise({ scope: 'team', team: 'bandung' }, 'withdrawn');
      const gone = { kind: 'gone', offerId: 'offer_1', reason: 'withdrawn' };
      expect(await arbiter.claim(claimOf('ani'))).toEqual(gone);
      winOf(await arbiter.claim(claimOf('ani', { leadId: 'lead_2', offerId: 'offer_2' })));
    },
  },
  {
    title: 'AR17 a withdrawn cell is gone for what was opened before, and a settled win still lost',
    async run(bench) {
      const { arbiter } = bench;
      await arbiter.open(offerOf());
      await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
      await winFor(bench, 'ani');
      await arbiter.raise({ scope: 'cell' }, 'withdrawn');
      const second = { leadId: 'lead_2', offerId: 'offer_2' };
      const gone = { kind: 'gone', offerId: 'offer_2', reason: 'withdrawn' };
      expect(await arbiter.claim(claimOf('budi', second))).toEqual(gone);
      expect((await arbiter.claim(claimOf('budi'))).kind).toBe('lost');
    },
  },
];
