/**
 * clock → lane opens, offer expires, a lead is routed again, a token ends → back into the flow. What
 * ends or changes an offer asks the arbiter first, then writes its facts and takes the timer off in one
 * transaction, then announces: so a crash between any two of them repeats the step and not its effect.
 */

import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { nextFallbackRep } from '../distribution/distribution-rules.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import { localDay } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import { announceAssignment } from './assigning.ts';
import { openLane } from './lanes.ts';
import { follow, offerRepOf, planNext, routableOf, waitingTimer } from './offering.ts';
import { remindHolders } from './priority-windows.ts';
import type { World } from './world.ts';

export interface Deadlines {
  /** Does what a timer is for. Safe to call twice for the same row. */
  fire(row: DeadlineRow): Promise<void>;
}

export function createDeadlines(
  world: World,
  elsewhere: Record<'retention' | 'tokenExpires' | 'tiersDue', (row: DeadlineRow) => Promise<void>>,
): Deadlines {
  const dropTimer = async (row: DeadlineRow) => {
    const nowMs = await world.arbiter.now();
    await world.ledger.write('fireTimer', { deadlineId: row.id, at: nowMs, kind: row.kind, nextDeadline: null });
  };

  async function laneOpens(row: DeadlineRow): Promise<void> {
    const offer = world.offers.get(row.offerId ?? '');
    const lane = offer?.lanes[row.lane ?? -1];
    if (offer === undefined || lane === undefined || lane.sentAtMs !== null) return dropTimer(row);
    const nowMs = await world.arbiter.now();
    if (nowMs < lane.opensAtMs) return;
    await openLane(world, offer, lane.lane, { opensAtMs: lane.opensAtMs, nowMs, deadlineId: row.id });
  }

  async function offerExpires(row: DeadlineRow): Promise<void> {
    const offer = world.offers.get(row.offerId ?? '');
    if (offer === undefined) return dropTimer(row);
    const nowMs = await world.arbiter.now();
    if (nowMs < offer.closesAtMs) return;
    const answer = await world.arbiter.close(offer.offerId, 'expired');
    // A win on its way settles by itself and takes the timer along; if it is refused, the timer is still here.
    if (answer.kind === 'pending' || answer.kind === 'claimed') return;
    await passOn(world, offer, { nowMs, deadlineId: row.id });
  }

  async function routeAgain(row: DeadlineRow): Promise<void> {
    const lead = world.leads.row(row.leadId ?? '');
    if (lead === undefined || lead.status !== 'waiting') return dropTimer(row);
    const nowMs = await world.arbiter.now();
    const planned = planNext(world, routableOf(lead), nowMs);
    const { result } = await world.ledger.write('routeAgain', {
      leadId: lead.id,
      deadlineId: row.id,
      at: nowMs,
      next: planned.next,
    });
    if (result.done) await follow(world, planned, result.openedSeq);
  }

  function effectOf(row: DeadlineRow): Promise<void> {
    switch (row.kind) {
      case 'laneOpens':
        return laneOpens(row);
      case 'offerExpires':
        return offerExpires(row);
      case 'routeAgain':
        return routeAgain(row);
      case 'tokenExpires':
      case 'retention':
      case 'tiersDue':
        return elsewhere[row.kind](row);
      case 'policyStarts':
        return dropTimer(row).then(world.policyChanged);
      case 'priorityReminder':
        return remindHolders(world, row);
    }
  }

  return {
    async fire(row) {
      await world.perLead.run(row.leadId ?? row.id, () => effectOf(row));
      world.metrics.deadlinesFired(row.kind);
    },
  };
}

/**
 * COMP-10, COMP-23: an offer nobody took goes by rotation to the next available rep; when there is
 * none, the lead waits for a timer and is offered again. The arbiter has closed it already.
 */
async function passOn(world: World, offer: OpenOffer, cause: { nowMs: number; deadlineId: string }): Promise<void> {
  const { nowMs, deadlineId } = cause;
  const { offerId, leadId } = offer;
  const { policy } = world.policy.version(offer.policyVersion) ?? world.policy.at(nowMs);
  const repId = nextFallbackRep({
    policy,
    pool: offer.pool,
    temperature: offer.facts.temperature,
    reps: world.directory
      .reps()
      .map((rep) => ({ ...offerRepOf(policy, rep, nowMs), lastAssignedAtMs: rep.lastAssignedAt })),
  });
  if (repId === null) {
    const waiting = waitingTimer(world, leadId, nowMs);
    const { result } = await world.ledger.write('expireToWaiting', {
      offerId,
      leadId,
      deadlineId,
      at: nowMs,
      next: { waiting },
    });
    if (result.seq === null) return;
    world.offers.remove(offerId, result.seq, nowMs);
    world.timersChanged(waiting.dueAt);
    world.alerts.withdrawn(offer, result.seq, 'expired');
    return world.wall.changed();
  }
  const rep = world.directory.rep(repId);
  const { result } = await world.ledger.write('assignLead', {
    leadId,
    repId,
    via: 'rotation',
    actor: 'system',
    reason: null,
    at: nowMs,
    from: null,
    ownershipId: newId('own', nowMs, world.random),
    day: localDay(nowMs, zoneOf(policy, rep ?? {})),
    firstContactMs: policy.sla.firstContactSeconds[offer.facts.temperature] * 1000,
    closes: { offerId, reason: 'expired', deadlineId },
  });
  announceAssignment(world, { leadId, repId, via: 'rotation', nowMs }, result);
}
