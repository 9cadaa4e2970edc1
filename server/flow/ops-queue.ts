/**
 * The ops queue (ROUTE-15): the leads that nobody can be offered now, because no rule is for them or nobody that a rule
 * names is there. Each waits for a timer as before; what is listed is told from the rules at each reading, so that a
 * rule that was mended has mended the list.
 */
import type { LeftOutReason } from '../distribution/left-out.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { RepRow } from '../people/people-store.ts';
import type { Policy } from '../policy/policy-rules.ts';
import type { Step } from '../policy/routing-policy.ts';
import type { LeadFacts } from '../routing/condition-rules.ts';
import { routeOf } from '../routing/routing-rules.ts';
import { barredBy, leadFactsOf, ownFactsOf } from './routing.ts';
import { unworkedOffers } from './team-pools.ts';
import type { World } from './world.ts';

/** The alarm: once for a lead that comes to stand there, not at every look at it. */
export function opsAlarm(world: World, leadId: string, reason: 'noRule' | 'nobodyAvailable' | 'unworked'): void {
  world.metrics.opsQueued(reason);
  world.log.warn('a lead stands in the ops queue', { leadId, reason });
}

/** Why a step does not reach a rep now; null: it would. */
export function reasonsNow(
  world: World,
  policy: Policy,
  step: Step,
  facts: LeadFacts,
  nowMs: number,
): (rep: RepRow) => LeftOutReason | null {
  const barred = barredBy(world, policy, step, facts, nowMs);
  return ({ id, active, status }) => {
    const away = active ? (status === 'ready' ? null : 'notReady') : 'inactive';
    return barred?.get(id) ?? away;
  };
}

/** The oldest `limit` of the queue, each with the rule it fell under and how many reps each reason leaves out. */
export function opsQueue(world: World, limit: number) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const waiting = world.leads.waitingIds(limit).flatMap((leadId) => {
    const lead = world.leads.row(leadId);
    if (lead === undefined) return [];
    const facts = leadFactsOf(world, ownFactsOf(lead), lead.companyName);
    const route = routeOf(policy.routing, facts);
    const leftOut = (route?.steps ?? []).map((step) => {
      const reasons: Record<string, number> = {};
      const reasonOf = reasonsNow(world, policy, step, facts, nowMs);
      for (const rep of world.directory.reps()) {
        const reason = reasonOf(rep);
        if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
      return { method: step.method, reasons };
    });
    return [
      {
        ...listed(lead),
        reason: route === null ? ('noRule' as const) : ('nobodyAvailable' as const),
        rule: route?.rule ?? null,
        leftOut,
      },
    ];
  });
  const unworked = unworkedOffers(world).flatMap((offer) => {
    const lead = world.leads.row(offer.leadId);
    if (lead === undefined) return [];
    return [{ ...listed(lead), reason: 'unworked' as const, rule: offer.rule, teamPool: offer.teamPool, leftOut: [] }];
  });
  const all = [...waiting, ...unworked].sort((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1));
  return all.slice(0, limit);
}

function listed({ id: leadId, companyName: company, source, score, temperature, acceptedAt }: LeadRow) {
  return { leadId, company, source, score, temperature, acceptedAt: new Date(acceptedAt).toISOString() };
}
