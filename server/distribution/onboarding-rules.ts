/**
 * The phases of a new rep (FAIR-12 to FAIR-18, COMP-40.11), from the day of hiring and the rep's own local date: pure,
 * told anew at each release, stored nowhere. A rep without a day of hiring is no newcomer.
 *
 *   shadow      sees alerts and results; every claim is refused by the rule `onboarding`
 *   cohort      is in offers of the cohort's pool alone, among others of the cohort
 *   guaranteed  races with everybody
 *
 * In each of them the base load is given without a race.
 *
 * A shadow is a member of a lane like everybody, so alerts, `lead:taken`, snapshots and the race's record are theirs
 * without a line of code; what it lacks is a limit that no counter can meet. The arbiter and the settlement refuse by
 * it as by any other limit. (A lane that never opens would tell of no alert; a room of its own would be a second way
 * to speak.)
 */
import type { Increment, Limit } from '../claims/arbiter.ts';
import { type Day, localDay } from '../kernel/calendar.ts';
import { type OfferPool, type Policy, policyOf, zoneOf } from '../policy/policy-rules.ts';

const DAY_MS = 86_400_000;

export type OnboardingPhase = 'shadow' | 'cohort' | 'guaranteed';

/** A manager's word that holds the rep where it is for so many days, from the day on which it was given (FAIR-18). */
export interface Extension {
  from: Day;
  days: number;
}

export interface OnboardingRep {
  hiredOn: string | null;
  timeZone: string | null;
  team: string | null;
  createdAt: number;
  /** The day on which a manager said that the rep is ready to race (FAIR-17); null: nobody did. */
  readyOn: string | null;
  /** JSON array of `Extension`, with more about each for people. */
  onboardingExtensions: string;
}

export interface Onboarding {
  phase: OnboardingPhase;
  /** The first is 1; extensions do not count. */
  week: number;
  /** True: it would be further on, were it confirmed to be ready. */
  waitsForReadiness: boolean;
}

/** Where a rep stands at an instant, by its team's rules; null: it is no newcomer, or not any more. */
export function onboardingOf(policy: Policy, rep: OnboardingRep, nowMs: number): Onboarding | null {
  const rules = policyOf(policy, rep.team).onboarding;
  if (rules === null || rep.hiredOn === null) return null;
  const zone = zoneOf(policy, rep);
  const hired = numberOf(rep.hiredOn);
  const today = numberOf(localDay(nowMs, zone));
  const days = Math.max(0, today - hired - daysHeld(JSON.parse(rep.onboardingExtensions) as Extension[], today));
  const shadowDays = rules.shadowWeeks * 7;
  const cohortDays = shadowDays + rules.cohortWeeks * 7;
  if (days >= Math.max(cohortDays + rules.guaranteedWeeks * 7, rules.protectedDays)) return null;
  const byDate = days < shadowDays ? 'shadow' : days < cohortDays ? 'cohort' : 'guaranteed';
  // Whoever was entered later than that has learned elsewhere, by the word of the one who entered it.
  const enteredAsShadow = numberOf(localDay(rep.createdAt, zone)) - hired < shadowDays;
  const waitsForReadiness = rules.readinessNeeded && rep.readyOn === null && enteredAsShadow && byDate !== 'shadow';
  return { phase: waitsForReadiness ? 'shadow' : byDate, week: Math.floor(days / 7) + 1, waitsForReadiness };
}

/**
 * The share of standard releases that is the cohort's: what its ready members are of all who could have the lead. 0
 * where there is no cohort; 1 where there is nobody else.
 */
export function cohortShare(reps: Iterable<{ active: boolean; status: string; phase?: OnboardingPhase }>): number {
  let cohort = 0;
  let racing = 0;
  for (const { active, status, phase } of reps) {
    if (!active || status !== 'ready' || phase === 'shadow') continue;
    racing++;
    if (phase === 'cohort') cohort++;
  }
  return cohort === 0 ? 0 : cohort / racing;
}

/** A protected rep's own week: its Monday, today, the day on which the rep was added, and what it has got since the Monday. */
export interface ProtectedWeek {
  phase: OnboardingPhase;
  monday: Day;
  today: Day;
  addedOn: Day;
  assigned: number;
  claimed: number;
}

/** Friday, counted from Monday: when it begins, the base load is due in full. */
const FRIDAY = 4;

/**
 * How many leads of this pool a protected rep is to be given now without a race. FAIR-12: the base load grows due day
 * by day until Friday, so that a week in which every lead is claimed does not pass the rep by. FAIR-14: of the cohort's
 * own leads one is given for each that is claimed.
 */
export function leadsDue(perWeek: number, pool: OfferPool, week: ProtectedWeek): number {
  const { phase, monday, today, addedOn, assigned, claimed } = week;
  if (pool === 'premium' || (pool === 'cohort' && phase !== 'cohort')) return 0;
  const begun = Math.max(0, numberOf(addedOn) - numberOf(monday));
  const days = Math.max(0, Math.min(numberOf(today) - numberOf(monday), FRIDAY) - begun);
  const half = pool === 'cohort' ? claimed : 0;
  return Math.max(0, Math.floor((perWeek * days) / FRIDAY) - assigned, half - assigned);
}

/** In `tiers` of a lane: it is that of the shadows. */
export const SHADOW_TIER = 0;

/** FAIR-13, FAIR-14: a shadow claims nothing; of the cohort's pool and the others each has its own reps. Null: no word against it. */
export function phaseAgainst(
  { phase }: { phase?: OnboardingPhase },
  pool: OfferPool,
): 'onboarding' | 'otherPool' | null {
  if (phase === 'shadow') return 'onboarding';
  return (phase === 'cohort') === (pool === 'cohort') ? null : 'otherPool';
}

interface Laid {
  lanes: { tiers: number[]; opensAtMs: number; repIds: string[] }[];
  limits: Limit[];
  increments: Increment[];
}

/** Adds the lane of those who watch, as the last: it keeps nothing open, and its limit (the empty sum is 0) nothing meets. */
export function withShadows(
  laid: Laid,
  reps: readonly { id: string; active: boolean; status: string; phase?: OnboardingPhase }[],
  opensAtMs: number,
): Laid {
  const shadows = reps.filter(({ active, phase }) => active && phase === 'shadow');
  if (shadows.length === 0) return laid;
  const repIds = shadows.filter(({ status }) => status === 'ready').map(({ id }) => id);
  const limit: Limit = { rule: 'onboarding', terms: [], max: -1, lanes: [laid.lanes.length] };
  return {
    ...laid,
    lanes: [...laid.lanes, { tiers: [SHADOW_TIER], opensAtMs, repIds }],
    limits: [limit, ...laid.limits],
  };
}

/** The days before `today` on which the rep stood still; an extension given during another one begins behind it. */
function daysHeld(extensions: readonly Extension[], today: number): number {
  let held = 0;
  let endsBefore = 0;
  for (const { from, days } of extensions) {
    const begins = Math.max(numberOf(from), endsBefore);
    endsBefore = begins + days;
    held += Math.min(days, Math.max(0, today - begins));
  }
  return held;
}

function numberOf(day: Day): number {
  return Date.parse(day) / DAY_MS;
}
