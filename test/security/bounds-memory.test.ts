/** Threat: memory without end. What a process gathers, each at its bound, and what happens beyond it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CLAIMS_UNDER_WAY_MAX, createClaims } from '../../server/claims/claims.ts';
import { OFFER_MEMBERS_MAX } from '../../server/claims/limits.ts';
import { checkOffer } from '../../server/claims/offer-checks.ts';
import { createRaceNotes, NOTED_OFFERS_MAX, NOTES_PER_OFFER_MAX } from '../../server/claims/race-notes.ts';
import { createSettlementDesk } from '../../server/claims/settlement-desk.ts';
import { createOpenOffers, type OpenOffer } from '../../server/distribution/open-offers.ts';
import { createAlerts, SNAPSHOT_OFFERS_MAX } from '../../server/flow/alerting.ts';
import { createOutlet } from '../../server/gateway/outlet.ts';
import { createRemoteHouse } from '../../server/gateway/remote-house.ts';
import { RecentMap } from '../../server/kernel/recent-map.ts';
import { streamName } from '../../server/leaderboard/board-streams.ts';
import { claimOf, offerOf, T0 } from '../contract/arbiter-bench.ts';
import { SimClock } from '../support/sim-clock.ts';

const never = <T>() => new Promise<T>(() => undefined);
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const ignore = () => undefined;

function openOffer(n: number): OpenOffer {
  return {
    offerId: `offer_${n}`,
    leadId: `lead_${n}`,
    openedSeq: n,
    openedAtMs: T0,
    closesAtMs: T0 + 60_000,
    clearMs: 0,
    pool: 'standard',
    policyVersion: 1,
    rule: null,
    ruleStep: 0,
    method: 'race',
    blind: null,
    teamPool: null,
    blindFacts: { industry: null, region: null, country: null, source: 'web form', acceptedAtMs: T0 },
    facts: {
      company: { name: 'PT', size: null },
      contact: { title: null },
      source: 'web',
      score: 1,
      temperature: 'cold',
    },
    lead: null,
    limits: [],
    increments: [],
    attemptRate: null,
    lanes: [{ lane: 0, opensAtMs: T0, sentAtMs: T0, seq: n, repIds: ['rep'], tiers: [2] }],
    admissions: new Map(),
  };
}

describe('claims', () => {
  it(`under way are ${CLAIMS_UNDER_WAY_MAX}: the next is told to retry and not even judged`, async () => {
    let judged = 0;
    const claim = () => {
      judged++;
      return never();
    };
    const claims = createClaims({
      arbiter: { claim, nearlyNow: () => T0 } as never,
      desk: createSettlementDesk(new SimClock()),
      record: { judge: () => never(), won: () => never() },
      clock: new SimClock(),
      winnerName: () => null,
      refusal: () => '',
      owed: () => null,
      note: ignore,
      observe: ignore,
      onError: ignore,
    });
    const attempt = (n: number) => claims.claim({ ...claimOf(`rep_${n}`), offerId: 'offer_1', language: 'id' });
    for (const n of numbered(CLAIMS_UNDER_WAY_MAX)) void attempt(n);
    const next = await attempt(CLAIMS_UNDER_WAY_MAX);
    expect(next).toMatchObject({ verdict: { verdict: 'retry', reason: 'overloaded', afterMs: 1_000 } });
    expect(judged).toBe(CLAIMS_UNDER_WAY_MAX);
  });

  it('that ended are remembered by the desk, two to four thousand of them', async () => {
    const clock = new SimClock();
    const desk = createSettlementDesk(clock);
    for (const n of numbered(4_001)) desk.resolve({ offerId: `offer_${n}`, order: '1', outcome: 'reopened' });
    expect(await desk.wait('offer_2000', '1', 10)).toMatchObject({ outcome: 'reopened' });
    const forgotten = desk.wait('offer_0', '1', 10);
    clock.advance(10);
    expect([await forgotten, desk.waiting()]).toEqual([null, 0]);
  });

  it('on record between two writes: 5,000 an offer, 50,000 offers', async () => {
    let written = 0;
    const notes = createRaceNotes({
      clock: new SimClock(),
      write: async (rows) => (written += rows.length),
      onError: ignore,
    });
    const note = { repId: 'rep', requestId: 'r', atMs: T0, verdict: 'lost' };
    for (const _ of numbered(NOTES_PER_OFFER_MAX + 1)) notes.attempt('busy', note);
    for (const n of numbered(NOTES_PER_OFFER_MAX + 1)) {
      notes.receipt('busy', { repId: `rep_${n}`, kind: 'seen', atMs: T0 });
    }
    const { attempts, receipts } = notes.pending('busy');
    expect([attempts.length, receipts.length]).toEqual([NOTES_PER_OFFER_MAX, NOTES_PER_OFFER_MAX]);
    for (const n of numbered(NOTED_OFFERS_MAX)) notes.attempt(`offer_${n}`, note);
    expect(notes.pending(`offer_${NOTED_OFFERS_MAX - 1}`).attempts).toEqual([]);
    await notes.flush();
    expect(written).toBe(NOTED_OFFERS_MAX);
  });

  it('a map of what is recent holds at least its capacity and less than twice that', () => {
    const map = new RecentMap<number>(100);
    for (const n of numbered(1_000)) map.set(`k${n}`, n);
    expect(numbered(100, 900).every((n) => map.get(`k${n}`) === n)).toBe(true);
    expect(numbered(1_000).filter((n) => map.get(`k${n}`) !== undefined).length).toBeLessThanOrEqual(200);
  });
});

describe('offers', () => {
  it(`have ${OFFER_MEMBERS_MAX} reps in all lanes together, and none more`, () => {
    const [half, rest] = [numbered(2_500), numbered(2_500, 2_500)].map((ns) => ns.map((n) => `rep_${n}`));
    const lanes = (...repIds: (string[] | undefined)[]) =>
      offerOf({ lanes: repIds.map((ids = []) => ({ opensAtMs: T0, repIds: ids })) });
    expect(() => checkOffer(lanes(half, rest))).not.toThrow();
    expect(() => checkOffer(lanes(half, rest, ['one-more']))).toThrow(/5001 members/);
  });

  it(`of one snapshot are ${SNAPSHOT_OFFERS_MAX}, the newest; 20,000 that ended are remembered`, () => {
    const offers = createOpenOffers();
    for (const n of numbered(20_001)) offers.add(openOffer(n), n);
    const alerts = createAlerts({
      announcer: { emit: ignore, closeToken: ignore },
      offers,
      mayClaim: () => true,
      nowMs: () => T0,
      count: ignore,
      shown: ignore,
    });
    const shown = alerts.snapshot('rep').offers.map(({ offerId }) => offerId);
    expect(shown).toHaveLength(SNAPSHOT_OFFERS_MAX);
    expect([shown[0], shown.at(-1)]).toEqual(['offer_18001', 'offer_20000']);
    for (const n of numbered(20_001)) offers.remove(`offer_${n}`, n, T0);
    expect([offers.ended('offer_0'), offers.ended('offer_10001')?.atMs]).toEqual([undefined, T0]);
  });
});

describe('a link that is cut', () => {
  it('the outlet holds 20,000; beyond it all is dropped, and readers are told that something is missing', async () => {
    const sent: string[] = [];
    let isUp = false;
    let ready: () => void = ignore;
    const redis = {
      on: (_: string, task: () => void) => {
        ready = task;
      },
      off: ignore,
      pipeline() {
        const batch: string[] = [];
        return {
          xadd: (...args: unknown[]) => void batch.push(String(args.at(-1))),
          async exec() {
            if (!isUp) throw new Error('away');
            sent.push(...batch);
            return batch.map(() => [null, 'id']);
          },
        };
      },
    };
    const outlet = createOutlet({ redis: redis as never, cell: 'c', clock: new SimClock(), onFault: ignore });
    const sendAll = async () => {
      isUp = true;
      ready();
      await outlet.stop();
      return sent.map((text) => JSON.parse(text) as { kind: string; tokenId?: string });
    };
    for (const n of numbered(20_002)) outlet.closeToken(`tok_${n}`, 'revoked');
    // The first failure is over before it is up again.
    await Promise.resolve().then(() => Promise.resolve());
    expect(await sendAll()).toEqual([{ kind: 'resync' }, { kind: 'closeToken', tokenId: 'tok_20001' }]);
  });

  it('a gateway gathers 10,000 attempts and 10,000 receipts for its ledger', async () => {
    const ledger = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        heard.push(JSON.parse(text) as (typeof heard)[number]);
        response.end('{"answer":null}');
      });
    });
    const heard: { attempts: unknown[]; receipts: unknown[] }[] = [];
    await new Promise<void>((resolve) => void ledger.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(ledger.address() as AddressInfo).port}`;
    const house = createRemoteHouse({
      registry: { token: () => never(), name: () => never(), ledger: async () => ({ url, secret: 's' }) },
      clock: new SimClock(),
      gateway: 'gw',
      streamOf: streamName,
      shown: ignore,
      onFault(fault) {
        throw fault;
      },
    });
    for (const n of numbered(10_001)) {
      house.attempt('offer', { repId: `rep_${n}`, requestId: 'r', atMs: T0, verdict: 'lost' });
      house.receipt(`rep_${n}`, 'seen', ['offer']);
    }
    await house.stop();
    expect(heard.map(({ attempts, receipts }) => [attempts.length, receipts.length])).toEqual([[10_000, 10_000]]);
    ledger.close();
  });
});
