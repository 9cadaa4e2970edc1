/**
 * The commands of the differential test: plain data drawn at random, so that a failing schedule can
 * be shrunk and printed, and one way to run each on any bench. Names are drawn from small sets, so that
 * commands meet.
 */
import fc from 'fast-check';
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type {
  ArbiterOffer,
  Gate,
  GateReason,
  Judgement,
  ProvisionalWin,
  Settlement,
} from '../../server/claims/arbiter.ts';
import { type Bench, T0 } from './arbiter-bench.ts';

export const REPS = ['ani', 'budi', 'citra', 'dewi'];
/** In no offer at first; may be admitted. */
const OUTSIDER = 'eka';
const LEADS = ['lead_1', 'lead_2', 'lead_3'];
export const COUNTERS = ['day', 'hot'];
const TEAMS = ['jakarta', 'bandung'];

export type Command =
  | {
      do: 'claim';
      repId: string;
      leadId: string;
      offer: number | null;
      request: number;
      leewayMs: number;
    }
  | { do: 'advance'; byMs: number }
  | { do: 'open'; offer: ArbiterOffer }
  | { do: 'settle'; pick: number; settlement: Settlement }
  | { do: 'close'; offerId: string; reason: GoneReason }
  | { do: 'extend'; offerId: string; closesAtMs: number }
  | { do: 'admit'; offerId: string; repId: string | null; lane: number; opensAtMs: number }
  | { do: 'raise'; gate: Gate; reason: GateReason }
  | { do: 'count'; repId: string; counter: string; by: number; causeId: string }
  | { do: 'restore'; repId: string; counters: Record<string, number> };

const instant = fc.integer({ min: 0, max: 12 }).map((step) => T0 + step * 250);
const rep = fc.constantFrom(...REPS);
const lead = fc.constantFrom(...LEADS);
const counter = fc.constantFrom(...COUNTERS);
/** Each lead has the offers 1 to 3, so that newer ones come up while older are remembered. */
const place = fc.integer({ min: 1, max: 3 });
const offerId = fc.tuple(lead, place).map(([leadId, number]) => offerIdOf(leadId, number));

function offerIdOf(leadId: string, number: number): string {
  return `${leadId}-offer_${number}`;
}

/** Sometimes without its bounds, as most rules of a policy are. */
const bounds = fc.record(
  { fromMs: instant, untilMs: instant, lanes: fc.subarray([0, 1], { minLength: 1 }) },
  { requiredKeys: [] },
);
const window = fc.option(bounds, { nil: {} });

const limit = fc
  .record({
    rule: fc.constantFrom('dailyCap' as const, 'inactive' as const),
    terms: fc.array(fc.record({ counter, coefficient: fc.constantFrom(1, 1, 1, -1, -2, 0.5) }), {
      minLength: 1,
      maxLength: 2,
    }),
    max: fc.integer({ min: -1, max: 3 }),
    window,
  })
  .map(({ window: given, ...rest }) => ({ ...rest, ...given }));

const increment = fc
  .record({ counter, by: fc.constantFrom(1, 1, 2, -1), window })
  .map(({ window: given, ...rest }) => ({ ...rest, ...given }));

const lane = fc.record({
  opensAtMs: fc.oneof({ weight: 2, arbitrary: fc.constant(T0) }, { weight: 1, arbitrary: instant }),
  repIds: fc.uniqueArray(rep, { minLength: 2 }),
});

export function offerOn(leadId: string, number: number): fc.Arbitrary<ArbiterOffer> {
  return fc.record({
    offerId: fc.constant(offerIdOf(leadId, number)),
    leadId: fc.constant(leadId),
    lanes: fc.array(lane, { minLength: 1, maxLength: 2 }),
    closesAtMs: fc.integer({ min: 4, max: 16 }).map((step) => T0 + step * 250),
    limits: fc.array(limit, { maxLength: 2 }),
    increments: fc.array(increment, { maxLength: 2 }),
    attemptRate: fc.option(fc.record({ perSecond: fc.nat(2), perMinute: fc.nat(4) })),
    teams: fc.subarray(TEAMS),
  });
}

/** What stands before the first command: an offer up on each lead, or claims would meet nothing. */
export const openings: fc.Arbitrary<ArbiterOffer[]> = fc
  .tuple(...LEADS.map((leadId) => offerOn(leadId, 1)))
  .map((offers) => [...offers]);

const claim: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('claim' as const),
  repId: fc.oneof({ weight: 9, arbitrary: rep }, { weight: 1, arbitrary: fc.constant(OUTSIDER) }),
  leadId: lead,
  offer: fc.option<number>(fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: place })),
  request: fc.nat(24),
  leewayMs: fc.oneof({ weight: 8, arbitrary: fc.constant(5_000) }, { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1) }),
});

const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ outcome: 'committed' as const }) },
  { weight: 2, arbitrary: fc.constant({ outcome: 'reopened' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      outcome: fc.constant('claimedBy' as const),
      winnerId: rep,
      claimedAtMs: instant,
    }),
  },
);

const gate: fc.Arbitrary<Gate> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ scope: 'cell' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ scope: fc.constant('team' as const), team: fc.constantFrom(...TEAMS) }),
  },
  { weight: 3, arbitrary: fc.record({ scope: fc.constant('rep' as const), repId: rep }) },
);

const others: fc.Arbitrary<Command>[] = [
  fc.record({
    do: fc.constant('advance' as const),
    byMs: fc.constantFrom(1, 1, 249, 250, 250, 1_000),
  }),
  fc.record({ do: fc.constant('settle' as const), pick: fc.nat(), settlement }),
  fc.record({ do: fc.constant('settle' as const), pick: fc.nat(), settlement }),
  fc.record({
    do: fc.constant('open' as const),
    offer: fc.tuple(lead, place).chain(([leadId, number]) => offerOn(leadId, number)),
  }),
  fc.record({
    do: fc.constant('close' as const),
    offerId,
    reason: fc.constantFrom('expired' as const, 'withdrawn' as const, 'assigned' as const),
  }),
  fc.record({ do: fc.constant('extend' as const), offerId, closesAtMs: instant }),
  fc.record({
    do: fc.constant('admit' as const),
    offerId,
    repId: fc.option<string>(fc.constantFrom(...REPS, OUTSIDER)),
    lane: fc.nat(2),
    opensAtMs: instant,
  }),
  fc.record({
    do: fc.constant('raise' as const),
    gate,
    reason: fc.constantFrom('rebuilding' as const, 'withdrawn' as const, 'notReady' as const, 'inactive' as const),
  }),
  fc.record({
    do: fc.constant('count' as const),
    repId: rep,
    counter,
    by: fc.constantFrom(-1, 1, 2),
    causeId: fc.constantFrom('a', 'b', 'c'),
  }),
  fc.record({
    do: fc.constant('restore' as const),
    repId: rep,
    counters: fc.dictionary(counter, fc.integer({ min: -1, max: 2 }), { maxKeys: 2 }),
  }),
];

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 14, arbitrary: claim },
  ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
);

/** One arbiter under a schedule: its bench, and the wins it granted, oldest first. */
export interface Side {
  bench: Bench;
  wins: ProvisionalWin[];
}

/** Runs one command and answers what can be compared; `nowMs` is the time that stands. */
export async function run(side: Side, given: Command, nowMs: number): Promise<unknown> {
  const { arbiter } = side.bench;
  switch (given.do) {
    case 'claim': {
      const answer = await arbiter.claim({
        leadId: given.leadId,
        offerId: given.offer === null ? undefined : offerIdOf(given.leadId, given.offer),
        repId: given.repId,
        requestId: `request-${given.request}`,
        deadlineMs: nowMs + given.leewayMs,
      });
      return comparable(side, answer);
    }
    case 'settle': {
      const win = side.wins[given.pick % Math.max(1, side.wins.length)];
      return win === undefined ? null : arbiter.settle(win, given.settlement);
    }
    case 'admit':
      return arbiter.admit({ ...given, repId: given.repId ?? undefined });
    case 'open':
      return arbiter.open(given.offer);
    case 'close':
      return arbiter.close(given.offerId, given.reason);
    case 'extend':
      return arbiter.extend(given.offerId, given.closesAtMs);
    case 'raise':
      return arbiter.raise(given.gate, given.reason);
    case 'count':
      return arbiter.count(given.repId, given.counter, given.by, given.causeId);
    case 'restore':
      return arbiter.restoreCounters(given.repId, given.counters);
    case 'advance':
      return side.bench.setTime(nowMs);
  }
}

/** Without the order, which each arbiter counts in its own way; its place among the wins instead. */
export function comparable(side: Side, answer: Judgement): unknown {
  if (answer.kind !== 'pending') return answer;
  let place = side.wins.findIndex((win) => win.order === answer.claim.order);
  if (place < 0) place = side.wins.push(answer.claim) - 1;
  return { ...answer, claim: { ...answer.claim, order: place } };
}
