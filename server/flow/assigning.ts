/** A lead gets an owner without a race: by a manager's word, or by rotation when nobody claimed it. */
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type { ProvisionalWin } from '../claims/arbiter.ts';
import { roomLimits } from '../distribution/fairness-rules.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import { localDay } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import type { EventsReader } from '../ledger/events-reader.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import { LedgerError } from '../ledger/ledger-error.ts';
import { type Policy, zoneOf } from '../policy/policy-rules.ts';
import { announceCredit } from './crediting.ts';
import { type Push, ruledRepOf } from './routing.ts';
import { noteGiven } from './showing.ts';
import type { AssignArgs, AssignResult } from './transactions/owning.ts';
import type { World } from './world.ts';

/** Many times what a process that ended may have had in hand: a start is not held up by the whole record. */
const EVENTS_READ_MAX = 20_000;

/** The last assignment of each rep among the newest facts: one of them may have been told to nobody. */
export function assignedBefore(events: EventsReader): [repId: string, seq: number][] {
  const rows = events.after(events.lastSeq() - EVENTS_READ_MAX, ['lead.assigned'], EVENTS_READ_MAX);
  return rows.map(({ repId, seq }) => [repId ?? '', seq]);
}

/** After an assignment is on disk: memory first, in the same turn, then everybody concerned. */
export async function announceAssignment(
  world: World,
  assigned: {
    leadId: string;
    repId: string;
    via: 'manager' | 'rotation';
    takesTurn: boolean;
    /** Whom a rule passed by: `packLeftOut`. */
    leftOut: string | null;
    closes: AssignArgs['closes'];
    nowMs: number;
  },
  result: AssignResult,
): Promise<void> {
  if ('refused' in result) return;
  const { leadId, repId, via, takesTurn, leftOut, closes, nowMs } = assigned;
  const counting = world.counting.committed(result.seq, result.counted);
  const offer = world.offers.ofLead(leadId);
  if (offer !== undefined && result.closedSeq !== null) {
    world.offers.remove(offer.offerId, result.closedSeq, nowMs);
    world.alerts.withdrawn(offer, result.closedSeq, closes?.reason ?? 'assigned');
  }
  const rep = world.directory.rep(repId);
  if (takesTurn && rep !== undefined)
    world.directory.putRep({ ...rep, lastAssignedAt: Math.max(nowMs, rep.lastAssignedAt) });
  if (leftOut !== null) noteGiven(world, leftOut, nowMs);
  announceCredit(world, result);
  world.alerts.assigned(repId, { id: result.seq, leadId, via, at: new Date(nowMs).toISOString() });
  world.wall.changed();
  await counting;
}

/**
 * A rule's word, or the rotation's when nobody claimed: the lead has this owner unless it has got another meanwhile, or
 * the rep has no room any more. An account's owner needs none.
 */
export async function assignByRule(
  world: World,
  order: Push & { leadId: string; closes: AssignArgs['closes']; policy: Policy; nowMs: number },
): Promise<AssignResult> {
  const { leadId, repId, method, rule, leftOut, paused, limits = [], closes, policy, nowMs } = order;
  const rep = world.directory.rep(repId);
  const temperature = world.leads.row(leadId)?.temperature ?? 'hot';
  const { result } = await world.ledger.write('assignLead', {
    leadId,
    repId,
    via: 'rotation',
    method,
    rule,
    leftOut,
    paused,
    actor: 'system',
    reason: null,
    at: nowMs,
    from: null,
    ownershipId: newId('own', nowMs, world.random),
    day: localDay(nowMs, zoneOf(policy, rep ?? {})),
    limits:
      rep === undefined || method === 'accountOwner'
        ? []
        : [...limits, ...roomLimits(policy, ruledRepOf(policy, rep), nowMs)],
    firstContactMs: policy.sla.firstContactSeconds[temperature] * 1000,
    closes,
  });
  await announceAssignment(
    world,
    { leadId, repId, via: 'rotation', takesTurn: method !== 'accountOwner', leftOut, closes, nowMs },
    result,
  );
  return result;
}

export type AssignAnswer =
  | { ok: true; ownershipId: string; atMs: number; replayed: boolean }
  | { ok: false; code: 'unknownLead' | 'unknownRep' | 'finished' | 'sameOwner' | 'notOwner' | 'changed' | 'busy' };

/** `onlyFrom`: void when the lead has another owner than this rep. */
interface Order {
  leadId: string;
  repId: string;
  reason: string;
  actor: string;
  onlyFrom?: string;
}

/** The most often that a manager's word, or a pool's owner, is tried again while a win is on its way. */
export const ASSIGN_TRIES_MAX = 3;

/** A manager's word: takes the lead out of its race, or from its owner, and gives it to a rep. */
export async function assignByManager(world: World, order: Order, idempotency?: Idempotency): Promise<AssignAnswer> {
  return world.perLead.run(order.leadId, async () => {
    for (let tries = 0; tries < ASSIGN_TRIES_MAX; tries++) {
      const answer = await tryToAssign(world, order, idempotency);
      if (answer !== null) return answer;
    }
    return { ok: false, code: 'busy' };
  });
}

async function tryToAssign(
  world: World,
  { onlyFrom, ...order }: Order,
  idempotency?: Idempotency,
): Promise<AssignAnswer | null> {
  const { leadId, repId } = order;
  const lead = world.leads.row(leadId);
  const rep = world.directory.rep(repId);
  if (lead === undefined) return { ok: false, code: 'unknownLead' };
  if (rep === undefined || !rep.active) return { ok: false, code: 'unknownRep' };
  const isAnswered = world.events.answered(idempotency);
  const nowMs = await world.arbiter.now();
  if (onlyFrom !== undefined && !isAnswered && world.owners.live(leadId)?.repId !== onlyFrom)
    return { ok: false, code: 'notOwner' };
  const { policy } = world.policy.at(nowMs);
  const ownershipId = newId('own', nowMs, world.random);
  const dayOf = (someone: { timeZone: string | null; team: string | null }) => localDay(nowMs, zoneOf(policy, someone));
  // A repeated call is only answered again: the race that has begun since must not be closed for it.
  const offer = isAnswered ? undefined : world.offers.ofLead(leadId);
  const closes = offer === undefined ? null : { offerId: offer.offerId, reason: 'assigned' as const, deadlineId: null };
  const written = await heldWhile(world, offer, { repId, ownershipId, nowMs }, () => {
    const owner = world.owners.live(leadId);
    const ownerRep = owner === undefined ? undefined : world.directory.rep(owner.repId);
    return world.ledger.write(
      'assignLead',
      {
        ...order,
        ownershipId,
        via: 'manager',
        method: null,
        rule: null,
        leftOut: null,
        at: nowMs,
        day: dayOf(rep),
        limits: [],
        from: ownerRep === undefined ? null : { repId: ownerRep.id, day: dayOf(ownerRep) },
        firstContactMs: policy.sla.firstContactSeconds[lead.temperature] * 1000,
        closes,
      },
      idempotency,
    );
  });
  if (written === null) return null;
  const { result, replayed } = written;
  if ('refused' in result) {
    const { refused } = result;
    if (refused === 'finished' || refused === 'sameOwner' || refused === 'unknownLead')
      return { ok: false, code: refused };
    return null;
  }
  const assigned = { leadId, repId, via: 'manager' as const, takesTurn: false, leftOut: null, closes, nowMs };
  if (!replayed) await announceAssignment(world, assigned, result);
  return { ok: true, ownershipId: result.ownershipId, atMs: result.at, replayed };
}

/**
 * Holds an open offer at the arbiter while a commit gives its lead to somebody, then tells how that ended. Null: nothing
 * was written, a claim is on its way; to be tried again. @param offer undefined: none is open
 */
export async function heldWhile<R extends object>(
  world: World,
  offer: OpenOffer | undefined,
  to: { repId: string; ownershipId: string; nowMs: number },
  commit: () => Promise<{ result: R; replayed: boolean }>,
): Promise<{ result: R; replayed: boolean } | null> {
  const hold = offer === undefined ? null : holdOf(offer, to);
  if (hold !== null && !(await isHeld(world, hold))) return null;
  const written = await commit().catch((error: unknown) => {
    // Of an unknown outcome nobody hears, the process ends.
    const isKnown = !(error instanceof LedgerError) || error.code !== 'unknownOutcome';
    if (hold !== null && isKnown) settleHold(world, hold, { outcome: 'reopened' });
    throw error;
  });
  const isDone = !('refused' in written.result) && !written.replayed;
  if (hold !== null) {
    settleHold(world, hold, isDone ? { outcome: 'closed', reason: 'assigned' } : { outcome: 'reopened' });
  }
  return written;
}

/** A hold that has not reached the arbiter by then must not take effect: whoever sent it has let go of it. */
const HOLD_WITHIN_MS = 1_000;

/** An assignment, to the arbiter: a claim by the house, for the rep it names. */
function holdOf(
  { offerId, leadId }: OpenOffer,
  { repId, ownershipId, nowMs }: { repId: string; ownershipId: string; nowMs: number },
): ProvisionalWin {
  return { offerId, leadId, repId, requestId: ownershipId, claimedAtMs: nowMs, order: ownershipId };
}

/** False: to be tried again. Of an offer that the arbiter has ended, or forgotten, the file decides. */
async function isHeld(world: World, hold: ProvisionalWin): Promise<boolean> {
  const held = await world.arbiter.hold(hold, hold.claimedAtMs + HOLD_WITHIN_MS).catch((error: unknown) => {
    // It may have had its effect.
    settleHold(world, hold, { outcome: 'reopened' });
    throw error;
  });
  // The winner's commit comes first; the lead is then taken from its owner.
  if (held.kind === 'pending' || held.kind === 'claimed') await world.ledger.flush();
  return held.kind !== 'pending' && held.kind !== 'claimed' && held.kind !== 'tooLate';
}

/** Tells those who wait, at once, and the arbiter, until it has heard: nothing waits for that. */
function settleHold(
  world: World,
  hold: ProvisionalWin,
  settlement: { outcome: 'closed'; reason: GoneReason } | { outcome: 'reopened' },
): void {
  const { offerId, order } = hold;
  world.arbiter.settle(hold, settlement).catch((error: unknown) => {
    world.log.error('the arbiter could not be told of an assignment', { offerId }, error);
  });
  world.settled({ offerId, order, ...settlement });
}
