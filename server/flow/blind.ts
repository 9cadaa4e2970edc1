/** Blind claims (FAIR-04): which releases are blind, and by what a blind lead is routed. */
import { isBlind } from '../distribution/blind-rules.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { BlindFact, Policy, Pool } from '../policy/policy-rules.ts';
import { asBlind, type LeadFacts } from '../routing/condition-rules.ts';
import { leadFactsOf, ownFactsOf } from './routing.ts';
import type { World } from './world.ts';

/**
 * What this release shows; null: all, it is not blind. A lead is drawn once: one that was hidden stays so when it is
 * put up again, and one that was seen could not be hidden any more.
 */
export function blindnessOf(
  world: World,
  { blind }: Policy,
  { leadId, pool, isNew }: { leadId: string; pool: Pool; isNew: boolean },
): BlindFact[] | null {
  if (blind === null) return null;
  const before = isNew ? undefined : world.offersOnFile.wasBlind(leadId);
  return (before ?? isBlind(blind, pool, world.lot('blind', leadId))) ? blind.show : null;
}

/** What the routing of an offer may look at: of a blind one what it shows, as of a warm lead. */
export function routedFacts(policy: Policy, facts: LeadFacts, blind: readonly BlindFact[] | null): LeadFacts {
  return blind === null ? facts : asBlind(facts, blind, policy.scoring.warmFrom);
}

/** The same of a lead whose offer is up, or has just ended. */
export function factsOfOffer(
  world: World,
  policy: Policy,
  offer: { blind: readonly BlindFact[] | null },
  lead: LeadRow,
): LeadFacts {
  return routedFacts(
    policy,
    leadFactsOf(world, ownFactsOf(lead, world.leads.interest(lead.id)), lead.companyName),
    offer.blind,
  );
}
