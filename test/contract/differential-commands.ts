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

interface Claim {
  do: 'claim';
  repId: string;
  leadId: string;
  /** The name of an offer, sometimes of another lead; null: by the lead alone. */
  offerId: string | null;
  request: number;
  leewayMs: number;
}

export type Command =
  | Claim
  /** A client that did not hear its answer: the same request, so many claims ago. */
  | { do: 'claimAgain'; back: number }
  | { do: 'advance'; byMs: number }
  | { do: 'open'; offer: ArbiterOffer }
  | { do: 'settle'; pick: number; settlement: Settlement }
  | { do: 'close'; offerId: string; reason: GoneReason }
  | { do: 'hold'; leadId: string; number: number; repId: string; hold: number; leewayMs: number }
  | { do: 'extend'; offerId: string; closesAtMs: number }
  | { do: 'admit'; offerId: string; repId: string | null; lane: number; opensAtMs: number }
  | { do: 'raise'; gate: Gate; reason: GateReason }
  /** A break that is over: the rep's gate, then the offer as it stands for the rep now. */
  | { do: 'comeBack'; offerId: string; repId: string; lane: number; opensAtMs: number }
  | { do: 'count'; repId: string; counter: string; by: number; causeId: string }
  | { do: 'restore'; repId: string; counters: Record<string, number> }
  /** As a ledger does that takes a cell over: the cell's gate, every rep's counters, the open offers. */
  | { do: 'rebuild'; counters: Record<string, number>; offers: ArbiterOffer[] }
  | { do: 'loseScripts' };

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
const window = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: bounds });

const limit = fc
  .record({
    rule: fc.constantFrom('dailyCap' as const, 'inactive' as const),
    terms: fc.array(fc.record({ counter, coefficient: fc.constantFrom(1, 1, 1, -1, -2, 0.5) }), {
      minLength: 1,
      maxLength: 2,
    }),
    max: fc.constantFrom(-1, 0, 0, 0, 1, 2, 3),
    window,
  })
  .map(({ window: given, ...rest }) => ({ ...rest, ...given }));

const increment = fc
  .record({ counter, by: fc.constantFrom(1, 1, 2, -1), window })
  .map(({ window: given, ...rest }) => ({ ...rest, ...given }));

const lane = fc.record({
  // Soon, so that a schedule still sees it open.
  opensAtMs: fc.constantFrom(T0, T0, T0, T0, T0 + 1, T0 + 250, T0 + 500, T0 + 1_000),
  repIds: fc.uniqueArray(rep, { minLength: 2 }),
});

export function offerOn(leadId: string, number: number): fc.Arbitrary<ArbiterOffer> {
  return fc.record({
    offerId: fc.constant(offerIdOf(leadId, number)),
    leadId: fc.constant(leadId),
    lanes: fc.array(lane, { minLength: 1, maxLength: 2 }),
    closesAtMs: fc.integer({ min: 3, max: 14 }).map((step) => T0 + step * 250),
    limits: fc.array(limit, { maxLength: 3, size: 'max' }),
    increments: fc.array(increment, { minLength: 1, maxLength: 2 }),
    attemptRate: fc.option(fc.record({ perSecond: fc.nat(2), perMinute: fc.nat(4) })),
    teams: fc.subarray(TEAMS),
  });
}

/** What stands before the first command: an offer up on each lead, or claims would meet nothing. */
export const openings: fc.Arbitrary<ArbiterOffer[]> = fc
  .tuple(...LEADS.map((leadId) => offerOn(leadId, 1)))
  .map((offers) => [...offers]);

const claimed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ leadId: lead, offerId: fc.constant(null) }) },
  { weight: 14, arbitrary: lead.map((leadId) => ({ leadId, offerId: offerIdOf(leadId, 1) })) },
  { weight: 3, arbitrary: fc.tuple(lead, place).map(([leadId, n]) => ({ leadId, offerId: offerIdOf(leadId, n) })) },
  { weight: 1, arbitrary: fc.record({ leadId: lead, offerId }) },
);

const claim: fc.Arbitrary<Command> = fc
  .record({
    do: fc.constant('claim' as const),
    repId: fc.oneof({ weight: 9, arbitrary: rep }, { weight: 1, arbitrary: fc.constant(OUTSIDER) }),
    of: claimed,
    request: fc.nat(24),
    leewayMs: fc.oneof(
      { weight: 8, arbitrary: fc.constant(5_000) },
      { weight: 1, arbitrary: fc.constantFrom(-1, -1, 0, 1) },
    ),
  })
  .map(({ of, ...rest }) => ({ ...rest, ...of }));

const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ outcome: 'committed' as const }) },
  { weight: 2, arbitrary: fc.constant({ outcome: 'reopened' as const }) },
  { weight: 1, arbitrary: fc.constant({ outcome: 'closed' as const, reason: 'assigned' as const }) },
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
  { weight: 2, arbitrary: fc.constant({ scope: 'cell' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ scope: fc.constant('team' as const), team: fc.constantFrom(...TEAMS) }),
  },
  { weight: 5, arbitrary: fc.record({ scope: fc.constant('rep' as const), repId: rep }) },
);

const counters = fc.dictionary(counter, fc.integer({ min: -1, max: 2 }), { maxKeys: 2 });

const raise: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('raise' as const),
  gate,
  reason: fc.constantFrom('rebuilding' as const, 'withdrawn' as const, 'notReady' as const, 'inactive' as const),
});

const others: fc.Arbitrary<Command>[] = [
  raise,
  raise,
  fc.record({
    do: fc.constant('advance' as const),
    byMs: fc.constantFrom(1, 1, 249, 250, 250, 1_000, 1_000),
  }),
  fc.record({ do: fc.constant('settle' as const), pick: fc.nat(), settlement }),
  fc.record({ do: fc.constant('settle' as const), pick: fc.nat(), settlement }),
  // The newest win, which is the one that may still be on its way.
  fc.record({ do: fc.constant('settle' as const), pick: fc.constant(-1), settlement }),
  fc.record({
    do: fc.constant('open' as const),
    offer: fc.tuple(lead, place).chain(([leadId, number]) => offerOn(leadId, number)),
  }),
  fc.record({
    do: fc.constant('close' as const),
    offerId,
    reason: fc.constantFrom('expired' as const, 'withdrawn' as const, 'assigned' as const, 'assigned' as const),
  }),
  fc.record({
    do: fc.constant('hold' as const),
    leadId: lead,
    number: fc.constantFrom(1, 1, 1, 2, 3),
    repId: fc.constantFrom(...REPS, OUTSIDER),
    hold: fc.nat(2),
    leewayMs: fc.constantFrom(-1, 0, 1_000, 1_000, 1_000),
  }),
  fc.record({ do: fc.constant('extend' as const), offerId, closesAtMs: instant }),
  fc.record({
    do: fc.constant('admit' as const),
    offerId,
    repId: fc.option<string>(fc.constantFrom(...REPS, OUTSIDER)),
    lane: fc.nat(2),
    opensAtMs: instant,
  }),
  fc.record({ do: fc.constant('comeBack' as const), offerId, repId: rep, lane: fc.nat(1), opensAtMs: instant }),
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
    counters,
  }),
  fc.record({ do: fc.constant('rebuild' as const), counters, offers: openings }),
  fc.record({ do: fc.constant('loseScripts' as const) }),
];

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 16, arbitrary: claim },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claimAgain' as const), back: fc.nat(7) }) },
  ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
);

/** One arbiter under a schedule: its bench, and the wins it granted, oldest first. */
export interface Side {
  bench: Bench;
  wins: ProvisionalWin[];
  claims: Claim[];
}

/** Runs one command and answers what can be compared; `nowMs` is the time that stands. */
export async function run(side: Side, given: Command, nowMs: number): Promise<unknown> {
  const { arbiter } = side.bench;
  switch (given.do) {
    case 'claim':
      side.claims.push(given);
      return claimOn(side, given, nowMs);
    case 'claimAgain': {
      const earlier = side.claims.at(-1 - given.back);
      return earlier === undefined ? null : claimOn(side, earlier, nowMs);
    }
    case 'settle': {
      const win = given.pick < 0 ? side.wins.at(-1) : side.wins[given.pick % Math.max(1, side.wins.length)];
      return win === undefined ? null : arbiter.settle(win, given.settlement);
    }
    case 'admit':
      return arbiter.admit({ ...given, repId: given.repId ?? undefined });
    case 'open':
      return arbiter.open(given.offer);
    case 'close':
      return arbiter.close(given.offerId, given.reason);
    case 'hold':
      return holdOn(side, given, nowMs);
    case 'extend':
      return arbiter.extend(given.offerId, given.closesAtMs);
    case 'raise':
      return arbiter.raise(given.gate, given.reason);
    case 'count':
      return arbiter.count(given.repId, given.counter, given.by, given.causeId);
    case 'restore':
      return arbiter.restoreCounters(given.repId, given.counters);
    case 'comeBack':
      await arbiter.raise({ scope: 'rep', repId: given.repId }, 'notReady');
      return arbiter.admit(given);
    case 'rebuild':
      await arbiter.raise({ scope: 'cell' }, 'rebuilding');
      for (const repId of REPS) await arbiter.restoreCounters(repId, given.counters);
      for (const offer of given.offers) await arbiter.open(offer);
      return undefined;
    case 'loseScripts':
      return side.bench.loseScripts();
    case 'advance':
      return side.bench.setTime(nowMs);
  }
}

async function claimOn(side: Side, { offerId: named, repId, leadId, request, leewayMs }: Claim, nowMs: number) {
  const answer = await side.bench.arbiter.claim({
    leadId,
    offerId: named ?? undefined,
    repId,
    requestId: `request-${request}`,
    deadlineMs: nowMs + leewayMs,
  });
  return comparable(side, answer);
}

async function holdOn(side: Side, given: Extract<Command, { do: 'hold' }>, nowMs: number) {
  const { leadId, repId, hold, leewayMs } = given;
  const held = offerIdOf(leadId, given.number);
  const order = `${held}-hold-${hold}`;
  const win = { offerId: held, leadId, repId, requestId: `hold ${hold}`, claimedAtMs: nowMs, order };
  const answer = await side.bench.arbiter.hold(win, nowMs + leewayMs);
  if (answer.kind === 'held' && !side.wins.some((known) => known.order === order)) side.wins.push(win);
  return answer;
}

/** Without the order, which each arbiter counts in its own way; its place among the wins instead. */
export function comparable(side: Side, answer: Judgement): unknown {
  if (answer.kind !== 'pending') return answer;
  let place = side.wins.findIndex((win) => win.order === answer.claim.order);
  if (place < 0) place = side.wins.push(answer.claim) - 1;
  return { ...answer, claim: { ...answer.claim, order: place } };
}
