/** New reps (FAIR-12 to FAIR-18): which leads are their cohort's, what they are owed, and what managers decide. */
import { cohortShare, type Extension, onboardingOf } from '../distribution/onboarding-rules.ts';
import { dayBounds, localDay, periodDays } from '../kernel/calendar.ts';
import type { RepRow } from '../people/people-store.ts';
import { type OfferPool, type Policy, type Pool, zoneOf } from '../policy/policy-rules.ts';
import type { World } from './world.ts';

/**
 * The pool in which a lead is put up: of the standard ones the cohort has the share that its members are of the
 * racing reps, drawn by lot. The spec leaves the share open; by heads nobody gains or loses by a colleague's phase.
 */
export function poolOf(
  world: World,
  pool: Pool,
  reps: readonly { active: boolean; status: string; phase?: 'shadow' | 'cohort' | 'guaranteed' }[],
): OfferPool {
  const share = pool === 'standard' ? cohortShare(reps) : 0;
  return share > 0 && (share === 1 || world.random.unit() < share) ? 'cohort' : pool;
}

/** FAIR-12: whether a rep is protected and was given fewer leads than the base load in the own local week. */
export function baseLoadOwed(world: World, policy: Policy, rep: RepRow, nowMs: number): boolean {
  if (policy.onboarding === null || onboardingOf(policy, rep, nowMs) === null) return false;
  const zone = zoneOf(policy, rep);
  const { fromMs } = dayBounds(periodDays('week', localDay(nowMs, zone)).from, zone);
  return world.owners.assignedSince(rep.id, fromMs) < policy.onboarding.baseLoadPerWeek;
}

export interface OnboardingChange {
  /** A manager confirms that the rep is ready to race, or takes it back (FAIR-17). */
  readyToRace?: boolean | undefined;
  /** Holds the rep in its phase for so many days from today (FAIR-18). It is only ever made longer. */
  extendOnboarding?: { days: number; reason: string } | undefined;
}

/** The columns of a rep that a manager's decision changes. */
export function onboardingChange(
  world: World,
  rep: RepRow,
  { readyToRace, extendOnboarding }: OnboardingChange,
  by: { actor: string; nowMs: number },
): Partial<Pick<RepRow, 'readyOn' | 'onboardingExtensions'>> {
  const today = localDay(by.nowMs, zoneOf(world.policy.at(by.nowMs).policy, rep));
  const change: Partial<Pick<RepRow, 'readyOn' | 'onboardingExtensions'>> = {};
  if (readyToRace !== undefined) change.readyOn = readyToRace ? (rep.readyOn ?? today) : null;
  if (extendOnboarding !== undefined) {
    const held = JSON.parse(rep.onboardingExtensions) as Extension[];
    const at = new Date(by.nowMs).toISOString();
    change.onboardingExtensions = JSON.stringify([...held, { from: today, ...extendOnboarding, by: by.actor, at }]);
  }
  return change;
}

/** For the rep and its managers; null: no newcomer. */
export function onboardingView(world: World, rep: RepRow) {
  const nowMs = world.clock.nowMs();
  const state = onboardingOf(world.policy.at(nowMs).policy, rep, nowMs);
  if (state === null) return null;
  return { ...state, readyOn: rep.readyOn, extensions: JSON.parse(rep.onboardingExtensions) as Extension[] };
}
