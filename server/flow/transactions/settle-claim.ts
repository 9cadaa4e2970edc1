/**
 * The second referee: a provisional win becomes a claim on disk, or is refused, in one transaction.
 * It trusts nothing the arbiter said but the instant: the offer must be open in the file, the rep in
 * one of its lanes, the instant inside the window, and every limit must hold over the counters in the
 * file. Writing the same win twice answers the same twice, and a request that has won one offer of a lead wins
 * no other: it came again after the arbiter had forgotten it.
 */
import type { Increment, Limit, ProvisionalWin } from '../../claims/arbiter.ts';
import { firstBroken, gainsAt } from '../../claims/limits.ts';
import type { OwnershipRow } from '../../claims/ownership-store.ts';
import type { OfferRow } from '../../distribution/offers-store.ts';
import type { DayDelta } from '../../leaderboard/day-delta.ts';
import { contributionChange } from '../../leaderboard/ownership-contribution.ts';
import { claimAwards } from '../../points/points-rules.ts';
import type { PointsPolicy } from '../../policy/policy-rules.ts';
import { type Award, book, type Credit, noCredit, payNew } from './credit.ts';
import type { Stores } from './stores.ts';

export interface SettleClaimArgs {
  win: ProvisionalWin;
  /** `reps.num` of the winner, as the packed lanes hold it. */
  repNum: number;
  /** The winner's local day of the claim. */
  day: string;
  /** COMP-05: time to the first contact. */
  firstContactMs: number;
  points: Pick<PointsPolicy, 'claimWithin60s'>;
}

export type SettleClaimResult =
  | {
      outcome: 'committed';
      /** 0: it was on file already. */
      seq: number;
      claimedAtMs: number;
      claimSpeedMs: number;
      /** What the win has just added to the winner's counters. */
      gains: { counter: string; by: number }[];
      awards: Award[];
      deltas: DayDelta[];
    }
  | { outcome: 'claimedBy'; winnerId: string; claimedAtMs: number }
  /** The same request has won that offer of the lead before. */
  | { outcome: 'repeated'; wonBefore: string }
  | { outcome: 'refused'; why: string };

interface OwnAlert {
  lane: number;
  opensAt: number;
  sentAt: number | null;
}

/** The rep's own lane of an offer: when it opened and when its alert was sent; null: not in it. */
function ownAlert(stores: Stores, offerId: string, repId: string, repNum: number): OwnAlert | null {
  const admission = stores.offers.admission(offerId, repId);
  if (admission !== undefined) return admission;
  for (const lane of stores.offers.lanes(offerId)) {
    if ((JSON.parse(lane.reps) as number[]).includes(repNum)) return lane;
  }
  return null;
}

/** Why the file refuses this win; null when it agrees. */
function objection(stores: Stores, offer: OfferRow, alert: OwnAlert | null, win: ProvisionalWin): string | null {
  if (offer.leadId !== win.leadId) return 'otherLead';
  if (offer.state !== 'open') return 'notOpen';
  if (alert === null) return 'notInOffer';
  if (win.claimedAtMs < alert.opensAt) return 'early';
  if (win.claimedAtMs >= offer.closesAt) return 'expired';
  const limits = JSON.parse(offer.limits) as Limit[];
  const broken = firstBroken(limits, (name) => stores.owners.counter(win.repId, name), win.claimedAtMs, alert.lane);
  return broken?.rule ?? null;
}

export function settleClaim(stores: Stores, args: SettleClaimArgs): SettleClaimResult {
  const { win } = args;
  stores.events.setCell('lastWinOrder', win.order);
  const offer = stores.offers.find(win.offerId);
  // An open offer has no winner on file: both are written in one transaction.
  const earlier = offer?.state === 'open' ? undefined : stores.owners.byOffer(win.offerId);
  if (earlier !== undefined) return settledBefore(earlier, win);
  const before = stores.owners.byRequest(win.leadId, win.repId, win.requestId);
  if (before !== undefined) return { outcome: 'repeated', wonBefore: before.id };
  if (offer === undefined) return { outcome: 'refused', why: 'unknownOffer' };
  const alert = ownAlert(stores, win.offerId, win.repId, args.repNum);
  const why = objection(stores, offer, alert, win);
  if (why !== null) return { outcome: 'refused', why };
  return writeClaim(stores, args, offer, alert as OwnAlert);
}

/** What is said of a win that comes again, by the claim that the file has of its offer. */
export function settledBefore(
  { repId, startedAt, claimSpeedMs }: OwnershipRow,
  win: ProvisionalWin,
): SettleClaimResult {
  if (repId !== win.repId) return { outcome: 'claimedBy', winnerId: repId, claimedAtMs: startedAt };
  return {
    outcome: 'committed',
    seq: 0,
    claimedAtMs: startedAt,
    claimSpeedMs: claimSpeedMs ?? 0,
    gains: [],
    ...noCredit(),
  };
}

function writeClaim(stores: Stores, args: SettleClaimArgs, offer: OfferRow, alert: OwnAlert): SettleClaimResult {
  const { win, day } = args;
  const at = win.claimedAtMs;
  // NOTIF-11: from the rep's own alert; a tap between the opening and the alert took no time.
  // Of a queue (DIST-06) nobody is alerted: how long a lead was listed says nothing about the rep who took it.
  const claimSpeedMs = offer.method === 'queue' ? null : Math.max(0, at - (alert.sentAt ?? at));
  const ownership = {
    id: win.offerId,
    leadId: win.leadId,
    repId: win.repId,
    via: 'claim' as const,
    offerId: win.offerId,
    requestId: win.requestId,
    startedAt: at,
    day,
    claimSpeedMs,
    firstContactDueAt: at + args.firstContactMs,
  };
  if (!stores.owners.insert(ownership)) return { outcome: 'refused', why: 'ownedAlready' };
  stores.offers.end(win.offerId, 'claimed', at, null);
  stores.leads.setStatus(win.leadId, 'owned');
  stores.deadlines.removeOfOffer(win.offerId);
  const seq = stores.events.append({
    at,
    kind: 'lead.claimed',
    actor: `rep:${win.repId}`,
    leadId: win.leadId,
    offerId: win.offerId,
    repId: win.repId,
    data: {
      ownershipId: win.offerId,
      requestId: win.requestId,
      lane: alert.lane,
      day,
      claimSpeedMs,
      firstContactDueAt: ownership.firstContactDueAt,
    },
  });
  const gains = gainsAt(JSON.parse(offer.increments) as Increment[], at, alert.lane).map(({ counter, by }) => ({
    counter,
    by,
  }));
  for (const { counter, by } of gains) stores.owners.addToCounter(win.repId, counter, by);
  const credit = claimCredit(stores, args, seq, claimSpeedMs);
  return { outcome: 'committed', seq, claimedAtMs: at, claimSpeedMs: claimSpeedMs ?? 0, gains, ...credit };
}

function claimCredit(stores: Stores, args: SettleClaimArgs, eventSeq: number, claimSpeedMs: number | null): Credit {
  const { win, day } = args;
  const credit = noCredit();
  const facts = {
    repId: win.repId,
    via: 'claim' as const,
    method: null,
    startedAt: win.claimedAtMs,
    day,
    claimSpeedMs,
    firstContactAt: null,
    firstContactDay: null,
    opportunityAt: null,
    opportunityDay: null,
    wonAt: null,
    wonDay: null,
    revenue: null,
    endedAt: null,
  };
  credit.deltas.push(...contributionChange(null, facts, win.claimedAtMs));
  for (const award of claimAwards(args.points, claimSpeedMs)) {
    payNew(stores, credit, {
      ...award,
      eventSeq,
      repId: win.repId,
      leadId: win.leadId,
      ownershipId: win.offerId,
      at: win.claimedAtMs,
      day,
    });
  }
  return book(stores, credit);
}
