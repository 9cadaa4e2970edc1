/** A lead gets an owner without a race: by a manager's word, or by rotation when nobody claimed it. */
import { repRoom } from '../alerts/announcer.ts';
import { localDay } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import { announceCredit } from './crediting.ts';
import { putRaceUpAnew } from './start.ts';
import type { AssignResult } from './transactions/owning.ts';
import type { World } from './world.ts';

/** After an assignment is on disk: memory first, in the same turn, then everybody concerned. */
export function announceAssignment(
  world: World,
  assigned: { leadId: string; repId: string; via: 'manager' | 'rotation'; nowMs: number },
  result: AssignResult,
): void {
  if ('refused' in result) return;
  const { leadId, repId, via, nowMs } = assigned;
  const offer = world.offers.ofLead(leadId);
  if (offer !== undefined && result.closedSeq !== null) {
    world.offers.remove(offer.offerId, result.closedSeq, nowMs);
    world.alerts.withdrawn(offer, result.closedSeq, via === 'rotation' ? 'expired' : 'assigned');
  }
  const rep = world.directory.rep(repId);
  if (via === 'rotation' && rep !== undefined) world.directory.putRep({ ...rep, lastAssignedAt: nowMs });
  announceCredit(world, result);
  world.announcer.emit('lead:assigned', [repRoom(repId)], {
    id: result.seq,
    leadId,
    via,
    at: new Date(nowMs).toISOString(),
  });
  world.wall.changed();
}

export type AssignAnswer =
  | { ok: true; ownershipId: string; atMs: number; replayed: boolean }
  | { ok: false; code: 'unknownLead' | 'unknownRep' | 'finished' | 'sameOwner' | 'changed' | 'busy' };

/** The most often that a manager's word is tried again while a win is on its way. */
const ASSIGN_TRIES_MAX = 3;

/** A manager's word: takes the lead out of its race, or from its owner, and gives it to a rep. */
export async function assignByManager(
  world: World,
  order: { leadId: string; repId: string; reason: string; actor: string },
  idempotency?: Idempotency,
): Promise<AssignAnswer> {
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
  order: { leadId: string; repId: string; reason: string; actor: string },
  idempotency?: Idempotency,
): Promise<AssignAnswer | null> {
  const { leadId, repId } = order;
  const lead = world.leads.row(leadId);
  const rep = world.directory.rep(repId);
  if (lead === undefined) return { ok: false, code: 'unknownLead' };
  if (rep === undefined || !rep.active) return { ok: false, code: 'unknownRep' };
  const nowMs = await world.arbiter.now();
  const { policy } = world.policy.at(nowMs);
  const dayOf = (someone: { timeZone: string | null; team: string | null }) => localDay(nowMs, zoneOf(policy, someone));
  // A repeated call is only answered again: the race that has begun since must not be closed for it.
  const offer = world.events.answered(idempotency) ? undefined : world.offers.ofLead(leadId);
  if (offer !== undefined) {
    const closed = await world.arbiter.close(offer.offerId, 'assigned');
    if (closed.kind === 'pending' || closed.kind === 'claimed') {
      // The winner's commit comes first; the lead is then taken from its owner.
      await world.ledger.flush();
      return null;
    }
  }
  const owner = world.owners.live(leadId);
  const ownerRep = owner === undefined ? undefined : world.directory.rep(owner.repId);
  const ownershipId = newId('own', nowMs, world.random);
  const written = world.ledger.write(
    'assignLead',
    {
      ...order,
      ownershipId,
      via: 'manager',
      at: nowMs,
      day: dayOf(rep),
      from: ownerRep === undefined ? null : { repId: ownerRep.id, day: dayOf(ownerRep) },
      firstContactMs: policy.sla.firstContactSeconds[lead.temperature] * 1000,
      closes: offer === undefined ? null : { offerId: offer.offerId, reason: 'assigned', deadlineId: null },
    },
    idempotency,
  );
  const { result, replayed } = await written.catch(async (error: unknown) => {
    // The arbiter has ended the offer, and the file has not: whoever may claim it must be able to again.
    if (offer !== undefined) await putRaceUpAnew(world);
    throw error;
  });
  if ('refused' in result) {
    const { refused } = result;
    if (refused === 'finished' || refused === 'sameOwner' || refused === 'unknownLead')
      return { ok: false, code: refused };
    return null;
  }
  if (!replayed) announceAssignment(world, { leadId, repId, via: 'manager', nowMs }, result);
  return { ok: true, ownershipId: result.ownershipId, atMs: result.at, replayed };
}
