/** Commits about a lead that has, gets or loses an owner, and what the owner does with it. */
import type { Limit } from '../../claims/arbiter.ts';
import { firstBroken } from '../../claims/limits.ts';
import type { OwnershipRow } from '../../claims/ownership-store.ts';
import type { DayDelta } from '../../leaderboard/day-delta.ts';
import type { LeadStage } from '../../leads/leads-store.ts';
import { contactAwards, isBackdated, type StageEffects, stageAwards, stageEffects } from '../../points/points-rules.ts';
import type { PointsPolicy } from '../../policy/policy-rules.ts';
import { type Counted, count, countedOfAssignment, countedOfEnd, countedOfStage, FINISHED } from './counting.ts';
import { type Award, book, type Credit, changeOwnership, noCredit, pay, reverse } from './credit.ts';
import { endOffer, type NextStep, takeNextStep, waitsUntil } from './offering.ts';
import type { Stores } from './stores.ts';

export type Refused = {
  refused: 'notOwner' | 'finished' | 'notOwned' | 'unknownLead' | 'sameOwner' | 'changed' | 'sameStage';
};
export type Done = { awards: Award[]; deltas: DayDelta[]; counted: Counted[]; seq: number; at: number };

/** Ends a live ownership: its points and statistics are taken back by new entries (COMP-08). */
function endOwnership(
  stores: Stores,
  credit: Credit,
  owner: OwnershipRow,
  end: { reason: 'released' | 'reassigned'; eventSeq: number; at: number; day: string },
): void {
  changeOwnership(stores, credit, owner, { endedAt: end.at, endReason: end.reason }, end.at);
  reverse(stores, credit, { ownershipId: owner.id, eventSeq: end.eventSeq, at: end.at, day: end.day });
}

export interface ReleaseArgs {
  leadId: string;
  /** The owner the caller saw; the release is void when it has changed since. */
  repId: string;
  actor: string;
  reason: string;
  at: number;
  /** The owner's local day of `at`. */
  day: string;
  next: NextStep;
}

export function releaseLead(stores: Stores, args: ReleaseArgs): Refused | (Done & { openedSeq: number | null }) {
  const lead = stores.leads.find(args.leadId);
  if (lead === undefined) return { refused: 'unknownLead' };
  if (lead.status === 'finished') return { refused: 'finished' };
  const owner = stores.owners.live(args.leadId);
  if (owner === undefined) return { refused: 'notOwned' };
  if (owner.repId !== args.repId) return { refused: 'notOwner' };
  const credit = noCredit();
  const seq = stores.events.append({
    at: args.at,
    kind: 'lead.released',
    actor: args.actor,
    leadId: args.leadId,
    offerId: owner.offerId,
    repId: owner.repId,
    data: { ownershipId: owner.id, day: args.day, waitsUntil: waitsUntil(args.next) },
  });
  stores.leads.putPrivate(args.leadId, `event:${seq}`, { reason: args.reason }, args.at);
  endOwnership(stores, credit, owner, { reason: 'released', eventSeq: seq, at: args.at, day: args.day });
  stores.leads.setStage(args.leadId, null, 'waiting');
  const openedSeq = takeNextStep(stores, args.leadId, args.next, args.actor);
  const counted = countedOfEnd(owner, 'released', lead.temperature);
  count(stores, counted);
  return { ...book(stores, credit), counted, seq, at: args.at, openedSeq };
}

export interface AssignArgs {
  leadId: string;
  ownershipId: string;
  repId: string;
  via: 'manager' | 'rotation';
  /** ROUTE-22; null unless `via` is rotation. */
  method: OwnershipRow['method'];
  rule: string | null;
  /** `packLeftOut`: why nobody else; null: a manager's word. */
  leftOut: string | null;
  /** It goes round because the team's competition is paused. */
  paused?: boolean | undefined;
  actor: string;
  reason: string | null;
  at: number;
  /** The new owner's local day of `at`. */
  day: string;
  /** The owner seen by the caller, to be relieved, and that rep's local day; null: none. */
  from: { repId: string; day: string } | null;
  /** What this assignment is held to over the rep's counters; a manager's word to nothing. */
  limits: Limit[];
  firstContactMs: number;
  /** The offer this ends, already closed at the arbiter. */
  closes: { offerId: string; reason: 'expired' | 'assigned' | 'withdrawn'; deadlineId: string | null } | null;
}

/** An account's owner gets its leads whatever the rotation says, and keeps the own place in it; so does who works a pool. */
export function takesTurn(via: OwnershipRow['via'], method: OwnershipRow['method']): boolean {
  return via === 'rotation' && method !== 'accountOwner' && method !== 'pool';
}

export type AssignResult = Refused | { refused: 'noRoom' } | (Done & { closedSeq: number | null; ownershipId: string });

export function assignLead(stores: Stores, args: AssignArgs): AssignResult {
  const lead = stores.leads.find(args.leadId);
  if (lead === undefined) return { refused: 'unknownLead' };
  if (lead.status === 'finished') return { refused: 'finished' };
  const owner = stores.owners.live(args.leadId);
  if ((owner?.repId ?? null) !== (args.from?.repId ?? null)) return { refused: 'changed' };
  if (owner?.repId === args.repId) return { refused: 'sameOwner' };
  if (args.closes === null && lead.status === 'offered') return { refused: 'changed' };
  const { leadId, at, actor } = args;
  // Planned from memory, which knows nothing of what else is on its way to the disk.
  if (firstBroken(args.limits, (name) => stores.owners.counter(args.repId, name), at, 0)) return { refused: 'noRoom' };
  const closedSeq = args.closes === null ? null : endOffer(stores, { ...args.closes, leadId, at, actor });
  if (args.closes !== null && closedSeq === null) return { refused: 'changed' };
  const credit = noCredit();
  if (args.rule !== null) stores.routing.ruleUsed(args.rule, at);
  const seq = stores.events.append({
    at,
    kind: 'lead.assigned',
    actor,
    leadId,
    repId: args.repId,
    data: {
      ownershipId: args.ownershipId,
      via: args.via,
      method: args.method,
      rule: args.rule,
      leftOut: args.leftOut,
      ...(args.paused === true && { paused: true }),
      day: args.day,
      endedOwnershipId: owner?.id ?? null,
      firstContactDueAt: at + args.firstContactMs,
    },
  });
  if (args.reason !== null) stores.leads.putPrivate(leadId, `event:${seq}`, { reason: args.reason }, at);
  const counted = countedOfAssignment(args);
  if (owner !== undefined && args.from !== null) {
    counted.push(...countedOfEnd(owner, 'reassigned', lead.temperature));
    endOwnership(stores, credit, owner, { reason: 'reassigned', eventSeq: seq, at, day: args.from.day });
  }
  stores.owners.insert({
    id: args.ownershipId,
    leadId,
    repId: args.repId,
    via: args.via,
    method: args.method,
    rule: args.rule,
    startedAt: at,
    day: args.day,
    firstContactDueAt: at + args.firstContactMs,
  });
  stores.leads.setStatus(leadId, 'owned');
  stores.deadlines.removeOfLead(leadId);
  if (takesTurn(args.via, args.method)) stores.people.tookTurn(args.repId, at);
  count(stores, counted);
  return { ...book(stores, credit), counted, seq, at, closedSeq, ownershipId: args.ownershipId };
}

/** An offer that ended without an owner: the lead is offered again, or waits for a timer that exists. */
export function replaceOffer(
  stores: Stores,
  args: {
    offerId: string;
    leadId: string;
    reason: 'expired' | 'withdrawn';
    deadlineId: string | null;
    at: number;
    next: NextStep;
  },
): { seq: number | null; openedSeq: number | null } {
  const { offerId, leadId, reason, deadlineId, at } = args;
  const seq = endOffer(stores, {
    offerId,
    leadId,
    reason,
    at,
    actor: 'system',
    deadlineId,
    next: args.next,
  });
  if (seq === null) return { seq, openedSeq: null };
  return { seq, openedSeq: takeNextStep(stores, leadId, args.next, 'system') };
}

export interface ActivityArgs {
  leadId: string;
  repId: string;
  activityId: string;
  kind: string;
  /** Free text: goes to the private table only. */
  words: Record<string, string>;
  at: number;
  /** When it happened, by the rep's word; never after `at`. */
  happenedAt: number;
  /** The rep's local day of `at`. */
  day: string;
  points: PointsPolicy;
  /** Since when the lead waited for it, where that is not when the rep got it. */
  waitedSince?: number;
}

/** What reaches out to the person behind a lead. */
export const OUTBOUND: ReadonlySet<string> = new Set(['call', 'email', 'sms', 'meeting']);

/** Logs what the owner did; the first outbound attempt is the first contact (SLA-05, GAME-02). */
export function logActivity(
  stores: Stores,
  args: ActivityArgs,
): Refused | (Done & { activityId: string; firstContact: boolean; backDated: boolean }) {
  const owner = stores.owners.live(args.leadId);
  if (owner === undefined || owner.repId !== args.repId) return { refused: 'notOwner' };
  const { at, leadId, repId } = args;
  if (Object.keys(args.words).length > 0) stores.leads.putPrivate(leadId, args.activityId, args.words, at);
  const firstContact = OUTBOUND.has(args.kind) && owner.firstContactAt === null;
  const backDated = isBackdated(args.happenedAt, at);
  // Nobody saw a back-dated contact happen: for clocks and points it happened when it was logged.
  const contactAt = Math.max(backDated ? at : args.happenedAt, owner.startedAt);
  const seq = stores.events.append({
    at,
    kind: firstContact ? 'lead.contacted' : 'lead.activity',
    actor: `rep:${repId}`,
    leadId,
    repId,
    data: {
      activityId: args.activityId,
      kind: args.kind,
      happenedAt: args.happenedAt,
      backDated,
      ownershipId: owner.id,
      day: args.day,
      contactAt: firstContact ? contactAt : null,
    },
  });
  const credit = noCredit();
  if (firstContact) {
    changeOwnership(stores, credit, owner, { firstContactAt: contactAt, firstContactDay: args.day }, at);
    // A phone whose clock is a little behind did not call before it owned the lead.
    const startedAtMs = args.waitedSince ?? owner.startedAt;
    const contact = { startedAtMs, atMs: backDated ? args.happenedAt : contactAt, recordedAtMs: at };
    for (const award of contactAwards(args.points, contact)) {
      pay(stores, credit, { ...award, eventSeq: seq, repId, leadId, ownershipId: owner.id, at, day: args.day });
    }
  }
  return { ...book(stores, credit), counted: [], seq, at, activityId: args.activityId, firstContact, backDated };
}

export interface StageArgs {
  leadId: string;
  repId: string;
  stage: LeadStage;
  reason: string | null;
  revenue: number | null;
  at: number;
  day: string;
  points: PointsPolicy;
}

/** Moves a lead's stage; going back from opportunity or won is a correction and takes their points back. */
export function setStage(stores: Stores, args: StageArgs): Refused | Done {
  const lead = stores.leads.find(args.leadId);
  const owner = stores.owners.live(args.leadId);
  if (lead === undefined || owner === undefined || owner.repId !== args.repId) return { refused: 'notOwner' };
  const from = { stage: lead.stage, opportunity: owner.opportunityAt !== null, won: owner.wonAt !== null };
  const effects = stageEffects(from, args.stage);
  if ('illegal' in effects) return { refused: 'sameStage' };
  const { at, day, leadId, repId } = args;
  const revenue = args.stage === 'won' ? (args.revenue ?? 0) : null;
  const seq = stores.events.append({
    at,
    kind: 'lead.stage',
    actor: `rep:${repId}`,
    leadId,
    repId,
    data: { ownershipId: owner.id, from: lead.stage, stage: args.stage, day, revenue },
  });
  if (args.reason !== null) stores.leads.putPrivate(leadId, `event:${seq}`, { reason: args.reason }, at);
  stores.leads.setStage(leadId, args.stage, FINISHED.has(args.stage) ? 'finished' : 'owned');
  const credit = noCredit();
  const change = stageChange(effects, { at, day, revenue });
  if (Object.keys(change).length > 0) changeOwnership(stores, credit, owner, change, at);
  for (const rule of ['opportunity', 'won'] as const) {
    if (effects[rule] === -1) reverse(stores, credit, { ownershipId: owner.id, rule, eventSeq: seq, at, day });
  }
  for (const award of stageAwards(args.points, effects)) {
    pay(stores, credit, { ...award, eventSeq: seq, repId, leadId, ownershipId: owner.id, at, day });
  }
  const counted = countedOfStage(repId, lead.stage, args.stage);
  count(stores, counted);
  return { ...book(stores, credit), counted, seq, at };
}

/** What a move changes in the ownership; won again moves its revenue alone, on the day of the win. */
export function stageChange(
  effects: StageEffects,
  now: { at: number; day: string; revenue: number | null },
): Partial<OwnershipRow> {
  const { at, day, revenue } = now;
  const change: Partial<OwnershipRow> = {};
  if (effects.opportunity === 1) Object.assign(change, { opportunityAt: at, opportunityDay: day });
  if (effects.opportunity === -1) Object.assign(change, { opportunityAt: null, opportunityDay: null });
  if (effects.won === 1) Object.assign(change, { wonAt: at, wonDay: day });
  if (effects.won === -1) Object.assign(change, { wonAt: null, wonDay: null });
  if (effects.won !== 0 || effects.after.won) change.revenue = revenue;
  return change;
}
