/** Commits that put a lead up, let people in, and take it down again. */
import type { NewDeadlineRow } from '../../deadlines/deadlines-store.ts';
import type { LaneRow, NewOfferRow } from '../../distribution/offers-store.ts';
import type { PrivateItems } from '../../leads/leads.ts';
import type { NewLeadRow } from '../../leads/leads-store.ts';
import type { Stores } from './stores.ts';

/** A whole offer as planned: its lanes and the timers it owes. Lane 0 of now carries its `sentAt`. */
export interface PlannedOffer {
  offer: NewOfferRow;
  lanes: LaneRow[];
  deadlines: NewDeadlineRow[];
  /** `packLeftOut`: whom it is not offered to, and why. */
  leftOut: string;
  /** JSON array of `reps.num`: whose priority window runs at the release. */
  windowHolders: string;
}

/** What a lead gets next: an offer, or a timer after which routing tries again. */
export type NextStep = { offer: PlannedOffer } | { waiting: NewDeadlineRow };

export interface AcceptLeadArgs {
  lead: NewLeadRow;
  actor: string;
  /** Rows of `lead_private`: item → value. */
  private: PrivateItems;
  next: NextStep;
}

export type AcceptLeadResult = { leadId: string; created: boolean; openedSeq: number | null };

/** For the event that brought the lead here: until when it waits; null when it is offered at once. */
export function waitsUntil(next: NextStep): number | null {
  return 'waiting' in next ? next.waiting.dueAt : null;
}

/** Puts what follows on disk and the lead into the state that says so; answers the opening's seq. */
export function takeNextStep(stores: Stores, leadId: string, next: NextStep, actor: string): number | null {
  if ('waiting' in next) {
    stores.leads.setStatus(leadId, 'waiting');
    stores.deadlines.insert([next.waiting]);
    return null;
  }
  const { offer, lanes, deadlines, leftOut, windowHolders } = next.offer;
  stores.offers.insert(offer, lanes);
  if (offer.rule != null) stores.routing.ruleUsed(offer.rule, offer.openedAt);
  stores.deadlines.insert(deadlines);
  stores.leads.setStatus(leadId, 'offered');
  return stores.events.append({
    at: offer.openedAt,
    kind: 'offer.opened',
    actor,
    leadId,
    offerId: offer.id,
    data: { closesAt: offer.closesAt, lanes: lanes.length, policyVersion: offer.policyVersion, leftOut, windowHolders },
  });
}

export function acceptLead(stores: Stores, args: AcceptLeadArgs): AcceptLeadResult {
  const { lead, actor, next } = args;
  if (!stores.leads.insert(lead)) {
    const first = stores.leads.findByExternalId(lead.sourceId, lead.externalId ?? '');
    return { leadId: first?.id ?? lead.id, created: false, openedSeq: null };
  }
  for (const [item, value] of Object.entries(args.private)) {
    stores.leads.putPrivate(lead.id, item, value, lead.acceptedAt);
  }
  stores.events.append({
    at: lead.acceptedAt,
    kind: 'lead.accepted',
    actor,
    leadId: lead.id,
    data: { score: lead.score, temperature: lead.temperature, pool: lead.pool, waitsUntil: waitsUntil(next) },
  });
  return { leadId: lead.id, created: true, openedSeq: takeNextStep(stores, lead.id, next, actor) };
}

/** A waiting lead is routed again: by its timer, or because somebody became available. */
export interface RouteAgainArgs {
  leadId: string;
  deadlineId: string;
  at: number;
  next: NextStep;
}

export function routeAgain(stores: Stores, args: RouteAgainArgs): { done: boolean; openedSeq: number | null } {
  if (stores.leads.find(args.leadId)?.status !== 'waiting' || !stores.deadlines.remove(args.deadlineId)) {
    return { done: false, openedSeq: null };
  }
  stores.events.append({
    at: args.at,
    kind: 'timer.fired',
    actor: 'system',
    leadId: args.leadId,
    deadlineId: args.deadlineId,
    data: { waitsUntil: waitsUntil(args.next) },
  });
  return { done: true, openedSeq: takeNextStep(stores, args.leadId, args.next, 'system') };
}

export interface OpenLaneArgs {
  offerId: string;
  leadId: string;
  lane: number;
  opensAt: number;
  /** When its alert goes out: stored before it does (NOTIF-10). */
  sentAt: number;
  /** The lane's own timer; null when it opens early because nobody before it can claim (COMP-28). */
  deadlineId: string | null;
}

/** Answers the event's seq; null when the lane was alerted before or the offer is over. */
export function openLane(stores: Stores, args: OpenLaneArgs): number | null {
  stores.deadlines.removeLane(args.offerId, args.lane);
  if (stores.offers.find(args.offerId)?.state !== 'open') return null;
  if (!stores.offers.markLaneSent(args.offerId, args.lane, args.opensAt, args.sentAt)) return null;
  return stores.events.append({
    at: args.sentAt,
    kind: 'lane.opened',
    actor: 'system',
    leadId: args.leadId,
    offerId: args.offerId,
    data: { lane: args.lane, opensAt: args.opensAt },
    deadlineId: args.deadlineId,
  });
}

export interface AdmitRepArgs {
  offerId: string;
  leadId: string;
  repId: string;
  lane: number;
  opensAt: number;
  sentAt: number | null;
  at: number;
}

export function admitRep(stores: Stores, args: AdmitRepArgs): number | null {
  if (stores.offers.find(args.offerId)?.state !== 'open') return null;
  const { offerId, repId, lane, opensAt, sentAt } = args;
  stores.offers.admit({ offerId, repId, lane, opensAt, sentAt });
  return stores.events.append({
    at: args.at,
    kind: 'rep.admitted',
    actor: 'system',
    leadId: args.leadId,
    offerId,
    repId,
    data: { lane, opensAt, sentAt },
  });
}

export function extendOffer(
  stores: Stores,
  args: { offerId: string; leadId: string; closesAt: number; at: number },
): number | null {
  if (!stores.offers.extend(args.offerId, args.closesAt)) return null;
  stores.deadlines.moveExpiry(args.offerId, args.closesAt);
  return stores.events.append({
    at: args.at,
    kind: 'offer.extended',
    actor: 'system',
    leadId: args.leadId,
    offerId: args.offerId,
    data: { closesAt: args.closesAt },
  });
}

/** Ends an open offer in the file. Answers the seq of `offer.closed`, or null when it was over. */
export function endOffer(
  stores: Stores,
  args: {
    offerId: string;
    leadId: string;
    reason: 'expired' | 'assigned' | 'withdrawn';
    at: number;
    actor: string;
    deadlineId: string | null;
    /** What follows in the same transaction; absent: an owner. */
    next?: NextStep;
  },
): number | null {
  if (!stores.offers.end(args.offerId, 'closed', args.at, args.reason)) return null;
  stores.deadlines.removeOfOffer(args.offerId);
  return stores.events.append({
    at: args.at,
    kind: 'offer.closed',
    actor: args.actor,
    leadId: args.leadId,
    offerId: args.offerId,
    data: { reason: args.reason, waitsUntil: args.next === undefined ? null : waitsUntil(args.next) },
    deadlineId: args.deadlineId,
  });
}
