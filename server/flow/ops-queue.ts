/**
 * The ops queue (ROUTE-15): the leads that nobody can be offered now, because no rule is for them or nobody that a rule
 * names is there. Each waits for a timer as before; what is listed is told from the rules at each reading, so that a
 * rule that was mended has mended the list.
 */
import { delaySecondsOf } from '../distribution/delays-rules.ts';
import { type OfferRep, reasonAgainst } from '../distribution/distribution-rules.ts';
import { roomAgainst } from '../distribution/fairness-rules.ts';
import type { LeftOutReason } from '../distribution/left-out.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { RepRow } from '../people/people-store.ts';
import type { Policy } from '../policy/policy-rules.ts';
import type { Step } from '../policy/routing-policy.ts';
import type { LeadFacts } from '../routing/condition-rules.ts';
import { isPush, routeOf } from '../routing/routing-rules.ts';
import { poolOf } from './onboarding.ts';
import { barredBy, gaveBackBy, leadFactsOf, offerRepOf, ownFactsOf } from './routing.ts';
import { unworkedOffers } from './team-pools.ts';
import type { World } from './world.ts';

/** The alarm: once for a lead that comes to stand there, not at every look at it. */
export function opsAlarm(world: World, leadId: string, reason: 'noRule' | 'nobodyAvailable' | 'unworked'): void {
  world.metrics.opsQueued(reason);
  world.log.warn('a lead stands in the ops queue', { leadId, reason });
}

/** Why a step of a rule does not reach a rep now; null: it would. A race is asked by tier and phase too, a push by room. */
export function reasonsNow(
  world: World,
  policy: Policy,
  step: Step,
  { lead, facts, nowMs }: { lead: LeadRow; facts: LeadFacts; nowMs: number },
): (rep: RepRow) => LeftOutReason | null {
  const barred = barredBy(world, policy, step, facts, nowMs);
  const gaveBack = new Set(gaveBackBy(world, lead.id));
  const ownerId = step.method === 'accountOwner' ? world.routing.ownerOf(lead.companyName) : undefined;
  const paused = world.pauses.teamsAt(nowMs);
  const reps = new Map(world.directory.reps().map((row) => [row.id, offerRepOf(policy, row, nowMs)]));
  const racing = [...reps.values()].filter(({ id }) => barred?.has(id) !== true);
  const offer = { pool: poolOf(world, { leadId: lead.id, pool: lead.pool }, racing), temperature: lead.temperature };

  const againstPush = (rep: OfferRep): LeftOutReason | null => {
    if (rep.status !== 'ready') return 'notReady';
    return gaveBack.has(rep.id) ? 'gaveItBack' : roomAgainst(policy, rep, nowMs, world.counters.of);
  };
  return (row) => {
    const rep = reps.get(row.id);
    if (rep?.active !== true) return 'inactive';
    if (step.method === 'accountOwner' && row.id !== ownerId) return 'namedOther';
    const bound = barred?.get(row.id);
    if (bound !== undefined) return bound;
    if (step.method === 'pool') return rep.status === 'ready' ? null : 'notReady';
    // HEALTH-20: to who races no longer, leads come by turns.
    if (isPush(step.method) || (row.team !== null && paused.has(row.team))) return againstPush(rep);
    const delay = delaySecondsOf(policy, { ...offer, pool: lead.pool }, rep);
    const against = reasonAgainst(rep, delay, offer.pool);
    // Who may not race for it, or not yet, is given it by turns where nobody else can (COMP-10).
    const isNewcomer = against === 'onboarding' || against === 'otherPool';
    return isNewcomer && delay !== null ? againstPush(rep) : isNewcomer ? 'tierNever' : against;
  };
}

/** The oldest `limit` of the queue, each with the rule it fell under and how many reps each reason leaves out. */
export function opsQueue(world: World, limit: number) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const waiting = world.leads.waitingIds(limit).flatMap((leadId) => {
    const lead = world.leads.row(leadId);
    if (lead === undefined) return [];
    const facts = leadFactsOf(world, ownFactsOf(lead, world.leads.interest(lead.id)), lead.companyName);
    const route = routeOf(policy.routing, facts);
    const leftOut = (route?.steps ?? []).map((step) => {
      const reasons: Record<string, number> = {};
      const reasonOf = reasonsNow(world, policy, step, { lead, facts, nowMs });
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
