/** From when a rep may claim, in seconds after release: the tier's delay, and what a priority window does to it. Pure. */
import { type OfferPool, type Policy, policyOf, type Temperature } from '../policy/policy-rules.ts';

export interface Released {
  pool: OfferPool;
  temperature: Temperature;
}

/** Seconds after release at which a rep may claim by its tier and its team's rules (COMP-21); null: never. */
export function delaySecondsOf(
  policy: Policy,
  lead: Released,
  { team, tier }: { team?: string | null; tier: number },
): number | null {
  const { mode, competition } = policyOf(policy, team);
  // Of the cohort everybody starts alike.
  if (mode === 'OPEN' || lead.pool === 'cohort') return 0;
  const table = competition.delays[lead.pool];
  const list = table[lead.temperature] ?? table.default;
  return list[Math.min(tier, list.length) - 1] ?? null;
}

/**
 * The same for a rep, by its team's rules, of an offer in which a priority window gives a head start or not (FAIR-09,
 * CON-37). The holder has a lead of the standard pool at once, and one of the premium pool when its tier has: a window
 * opens no pool. Everybody else waits the head start of the own team longer; a team without windows waits for nobody.
 * @param hasHolder of the reps who may claim it, one holds a window at its release
 */
export function delayOfRep(
  policy: Policy,
  lead: Released,
  rep: { team?: string | null; tier: number; inPriorityWindow?: boolean },
  hasHolder: boolean,
): number | null {
  const ofTier = delaySecondsOf(policy, lead, rep);
  if (ofTier === null) return null;
  if (rep.inPriorityWindow === true) return lead.pool === 'standard' ? 0 : ofTier;
  return ofTier + (hasHolder ? headStartSecondsOf(policyOf(policy, rep.team)) : 0);
}

/** How much later than a holder the reps of a team may claim, by the team's rules. */
export function headStartSecondsOf(own: Policy): number {
  return own.priorityWindows?.headStartSeconds ?? 0;
}
