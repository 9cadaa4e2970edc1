/**
 * What a blind offer shows, and as what it is planned (FAIR-04, FAIR-05). Pure.
 *
 * Nothing of a blind offer may depend on what it hides: lanes, windows, closing time and limits are those of a warm
 * lead of the standard pool, whatever the lead is. No limit of a temperature holds (`hotPerWarm`, `coldPerWeek`), so
 * that no refusal tells it. The true temperature counts from the win on.
 */
import type { BlindFact, BlindPolicy, Pool, Temperature } from '../policy/policy-rules.ts';

/** As what every blind lead is planned. */
export const BLIND_TEMPERATURE: Temperature = 'warm';
export const BLIND_POOL: Pool = 'standard';

/** What of a lead a blind offer may show, where the policy lists it. */
export interface BlindFacts {
  industry: string | null;
  region: string | null;
  country: string | null;
  source: string;
  /** Its age, as the instant it was accepted at. */
  acceptedAtMs: number;
}

/** Whether a release is blind. `drawn` is a number in [0, 1) that nobody can foresee. */
export function isBlind(policy: NonNullable<BlindPolicy>, pool: Pool, drawn: number): boolean {
  return drawn < (pool === 'standard' ? policy.shareOfStandard : policy.shareOfPremium);
}

/** The temperature by which an offer is planned; of a blind one always the same. */
export function plannedTemperature(temperature: Temperature, blind: readonly BlindFact[] | null): Temperature {
  return blind === null ? temperature : BLIND_TEMPERATURE;
}

/** The listed facts; of one that is not listed, null. */
export function shownFacts(facts: BlindFacts, show: readonly BlindFact[]) {
  const has = (fact: BlindFact) => show.includes(fact);
  return {
    industry: has('industry') ? facts.industry : null,
    region: has('region') ? facts.region : null,
    country: has('region') ? facts.country : null,
    source: has('source') ? facts.source : null,
    acceptedAt: has('age') ? new Date(facts.acceptedAtMs).toISOString() : null,
  };
}
