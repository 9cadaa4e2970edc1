/** From when a rep may claim, in seconds after release: the tier's delay, and what a priority window does to it. Pure. */
import type { OfferPool, Policy, Temperature } from '../policy/policy-rules.ts';

export interface Released {
  pool: OfferPool;
  temperature: Temperature;
}

/** Seconds after release at which a tier may claim (COMP-21); null: never. */
export function delaySecondsOf(policy: Policy, lead: Released, tier: number): number | null {
  // Of the cohort everybody starts alike.
  if (policy.mode === 'OPEN' || lead.pool === 'cohort') return 0;
  const table = policy.competition.delays[lead.pool];
  const list = table[lead.temperature] ?? table.default;
  return list[Math.min(tier, list.length) - 1] ?? null;
}

/**
 * The same for a rep of an offer in which a priority window gives a head start (FAIR-09, CON-37); 0: in this one it
 * does not. The holder has a lead of the standard pool at once, and one of the premium pool when its tier has: a window
 * opens no pool. Everybody else waits the head start longer.
 */
export function delayOfRep(
  policy: Policy,
  lead: Released,
  rep: { tier: number; inPriorityWindow?: boolean },
  headStartSeconds: number,
): number | null {
  const ofTier = delaySecondsOf(policy, lead, rep.tier);
  if (ofTier === null) return null;
  if (rep.inPriorityWindow === true) return lead.pool === 'standard' ? 0 : ofTier;
  return ofTier + headStartSeconds;
}

/** The head start of an offer: of these reps, all of whom may claim it, one holds a window at its release. */
export function headStartSecondsOf(policy: Policy, members: Iterable<{ inPriorityWindow?: boolean }>): number {
  for (const rep of members) {
    if (rep.inPriorityWindow === true) return policy.priorityWindows?.headStartSeconds ?? 0;
  }
  return 0;
}
