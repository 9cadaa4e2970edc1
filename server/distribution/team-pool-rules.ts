/**
 * A lead of a team pool (DIST-08): listed for all members at once, whatever their tier, and worked by whoever gets to
 * it. It is an offer under a limit that nothing meets, so both referees refuse a claim by name: owner is who contacts the
 * lead, and whether that rep has room is looked at then. Pure.
 */
import type { Limit } from '../claims/arbiter.ts';
import type { Policy } from '../policy/policy-rules.ts';
import type { OfferPlan, OfferRep } from './distribution-rules.ts';
import { isReady } from './offer-lanes.ts';
import { phaseAgainst, SHADOW_TIER } from './onboarding-rules.ts';

/** The empty sum is 0, which is never below 0. */
const NEVER_CLAIMED: Limit = { rule: 'teamPool', terms: [], max: -1 };

/** The rules by which members are looked up: nobody comes before a colleague. */
export function poolPolicy(policy: Policy): Policy {
  return { ...policy, mode: 'OPEN', priorityWindows: null };
}

/** @param plan made by `poolPolicy`; `alarmMs`: so long until somebody is told that nobody has worked it */
export function asPoolOffer(plan: OfferPlan, nowMs: number, alarmMs: number): OfferPlan {
  // Whoever only watches is no member: a member may call.
  const lanes = plan.lanes.filter(({ tiers }) => !tiers.includes(SHADOW_TIER));
  const tiers = [...new Set(lanes.flatMap((lane) => lane.tiers))].sort((a, b) => a - b);
  const watching = plan.lanes.filter((lane) => !lanes.includes(lane)).flatMap(({ repIds }) => repIds);
  return {
    ...plan,
    lanes: [{ tiers, opensAtMs: nowMs, repIds: lanes.flatMap(({ repIds }) => repIds) }],
    limits: [NEVER_CLAIMED],
    increments: [],
    closesAtMs: nowMs + alarmMs,
    clearMs: alarmMs,
    ineligible: [
      ...plan.ineligible,
      ...watching
        .filter((id) => !plan.ineligible.some(({ repId }) => repId === id))
        .map((repId) => ({ repId, reason: 'onboarding' as const })),
    ],
  };
}

/** Where a member who comes later gets in: beside the others. Null: not in this one. */
export function placeInPool(
  offer: { pool: 'premium' | 'standard' | 'cohort'; openedAtMs: number },
  rep: OfferRep,
): { lane: number; opensAtMs: number } | null {
  if (!rep.active || !isReady(rep) || phaseAgainst(rep, offer.pool) !== null) return null;
  return { lane: 0, opensAtMs: offer.openedAtMs };
}
