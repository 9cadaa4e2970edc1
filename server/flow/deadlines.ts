/**
 * clock → lane opens, offer expires, a lead is routed again, a token ends → back into the flow. What
 * ends or changes an offer asks the arbiter first, then writes its facts and takes the timer off in one
 * transaction, then announces: so a crash between any two of them repeats the step and not its effect.
 */

import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { plannedTemperature } from '../distribution/blind-rules.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { Policy } from '../policy/policy-rules.ts';
import { routeNamed, rulesOfRelease } from '../routing/routing-rules.ts';
import { factsOfOffer } from './blind.ts';
import { routeWaiting } from './following.ts';
import { openLane } from './lanes.ts';
import { planNext, routableOf, waitingTimer } from './offering.ts';
import { opsAlarm } from './ops-queue.ts';
import { remindHolders } from './priority-windows.ts';
import { replaceOffer } from './replacing.ts';
import { barredBy, gaveBackBy, leftOutRow } from './routing.ts';
import { isWorked } from './team-pools.ts';
import { nextUnclaimed } from './unclaimed.ts';
import type { World } from './world.ts';

export interface Deadlines {
  /** Does what a timer is for. Safe to call twice for the same row. */
  fire(row: DeadlineRow): Promise<void>;
}

export function createDeadlines(
  world: World,
  elsewhere: Record<
    'retention' | 'tokenExpires' | 'tiersDue' | 'monthCloses' | 'pauseSweeps' | 'pauseEnds',
    (row: DeadlineRow) => Promise<void>
  >,
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
    await routeWaiting(world, { lead, deadlineId: row.id, isListed: true });
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
      case 'monthCloses':
      case 'pauseSweeps':
      case 'pauseEnds':
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
 * COMP-10, COMP-23: an offer nobody took goes on: to what its rule falls back on, else by rotation to the next rep whom
 * the offer was open to; when there is none, the lead waits for a timer and is offered again. The arbiter has closed
 * the offer already.
 */
async function passOn(world: World, offer: OpenOffer, cause: { nowMs: number; deadlineId: string }): Promise<void> {
  const { nowMs, deadlineId } = cause;
  const { leadId } = offer;
  const lead = world.leads.row(leadId);
  if (lead === undefined) return;
  const { policy } = world.policy.version(offer.policyVersion) ?? world.policy.at(nowMs);
  // What follows is opened by the rules of now; what has ended was bounded by those it was opened with.
  const route = routeNamed(world.policy.at(nowMs).policy.routing, offer.rule);
  const resume = { route, fromStep: offer.ruleStep + 1 };
  const isPooled = offer.teamPool !== null;
  const idle = isPooled && !isWorked(world, leadId, offer.openedAtMs);
  if (idle) opsAlarm(world, leadId, 'unworked');
  const onwards = route !== null && resume.fromStep < route.steps.length && (idle || !isPooled);
  const stays = isPooled && route?.steps[offer.ruleStep]?.teamPool === offer.teamPool;
  // Of a team pool a lead that has nowhere else to go comes to stand there again, and is told of again.
  const next = onwards ? resume : stays ? { route, fromStep: offer.ruleStep } : isPooled ? {} : null;
  const planned = next === null ? null : planNext(world, routableOf(lead, world.leads.interest(lead.id)), nowMs, next);
  const placed = planned !== null && (planned.stuck === null || isPooled);
  const { repId, leftOut } = placed ? { repId: null, leftOut: [] } : unclaimedTo(world, { offer, lead, policy, nowMs });
  const end = { reason: 'expired' as const, deadlineId, nowMs };
  if (placed) return replaceOffer(world, offer, planned, end);
  const waiting = { leadId, next: { waiting: waitingTimer(world, leadId, nowMs) }, toOpen: null };
  if (repId === null) return replaceOffer(world, offer, { ...waiting, push: null, stuck: 'nobodyAvailable' }, end);
  world.rotation.take(repId);
  const method = 'unclaimed' as const;
  const push = { repId, method, rule: offer.rule, leftOut: leftOutRow(world, leftOut), policy, nowMs };
  return replaceOffer(world, offer, { ...waiting, push, stuck: null }, end);
}

/** COMP-23, of those whom the offer's step does not leave out now. */
function unclaimedTo(
  world: World,
  of: { offer: OpenOffer; lead: LeadRow; policy: Policy; nowMs: number },
): ReturnType<typeof nextUnclaimed> {
  const { offer, lead, policy, nowMs } = of;
  const step = routeNamed(policy.routing, offer.rule)?.steps[offer.ruleStep];
  const facts = factsOfOffer(world, policy, offer, lead);
  return nextUnclaimed(world, {
    policy: rulesOfRelease(policy, step),
    pool: offer.pool,
    temperature: plannedTemperature(offer.facts.temperature, offer.blind),
    barred: step === undefined ? undefined : barredBy(world, policy, step, facts, nowMs),
    gaveBack: gaveBackBy(world, lead.id),
    nowMs,
  });
}
