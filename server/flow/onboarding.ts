/** New reps (FAIR-12 to FAIR-18): which leads are their cohort's, what they are owed, and what managers decide. */
import type { Limit } from '../claims/arbiter.ts';
import type { OfferRep } from '../distribution/distribution-rules.ts';
import { baseLoadRule, roomAgainst } from '../distribution/fairness-rules.ts';
import { isReady } from '../distribution/offer-lanes.ts';
import {
  cohortShare,
  type Extension,
  leadsDue,
  type OnboardingPhase,
  onboardingOf,
  type ProtectedWeek,
} from '../distribution/onboarding-rules.ts';
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
  { leadId, pool }: { leadId: string; pool: Pool },
  reps: readonly { active: boolean; status: string; phase?: 'shadow' | 'cohort' | 'guaranteed' }[],
): OfferPool {
  const share = pool === 'standard' ? cohortShare(reps) : 0;
  return share > 0 && (share === 1 || world.lot('cohort', leadId) < share) ? 'cohort' : pool;
}

/** FAIR-12: whether a rep is protected and was given fewer leads than the base load in the own local week. */
export function baseLoadOwed(world: World, policy: Policy, rep: RepRow, nowMs: number): boolean {
  if (policy.onboarding === null || onboardingOf(policy, rep, nowMs) === null) return false;
  const zone = zoneOf(policy, rep);
  const { fromMs } = dayBounds(periodDays('week', localDay(nowMs, zone)).from, zone);
  return world.owners.gotSince(rep.id, fromMs).assigned < policy.onboarding.baseLoadPerWeek;
}

/**
 * FAIR-12, FAIR-14: the protected rep who is given this standard lead at its release, in place of the race: whom most
 * is due, then the smaller id; who is not here, has no room or has given it back is passed over. Null: nobody.
 */
export function givenAtRelease(
  world: World,
  policy: Policy,
  release: {
    pool: OfferPool;
    reps: readonly OfferRep[];
    barred: ReadonlyMap<string, unknown> | undefined;
    gaveBack: ReadonlySet<string>;
  },
  nowMs: number,
): { repId: string; limits: Limit[] } | null {
  const { pool, reps, barred, gaveBack } = release;
  const { onboarding } = policy;
  if (onboarding === null || pool === 'premium') return null;
  const weekOf = ({ id, phase, timeZone }: OfferRep) =>
    phase === undefined ? null : protectedWeek(world, { id, phase, timeZone }, nowMs);
  const [first] = reps
    .filter((rep) => rep.active && isReady(rep) && !gaveBack.has(rep.id) && barred?.has(rep.id) !== true)
    .map((rep) => ({ rep, week: weekOf(rep) }))
    .map(({ rep, week }) => ({ rep, week, due: week === null ? 0 : leadsDue(onboarding.baseLoadPerWeek, pool, week) }))
    .filter((one) => one.due > 0 && roomAgainst(policy, one.rep, nowMs, world.counters.of) === null)
    .sort((a, b) => b.due - a.due || (a.rep.id < b.rep.id ? -1 : 1));
  if (first?.week == null) return null;
  const { rep, week, due } = first;
  return { repId: rep.id, limits: [baseLoadRule(week.assigned + due, week.monday)] };
}

function protectedWeek(
  world: World,
  { id, phase, timeZone }: { id: string; phase: OnboardingPhase; timeZone: string },
  nowMs: number,
): ProtectedWeek {
  const today = localDay(nowMs, timeZone);
  const { from: monday } = periodDays('week', today);
  const addedOn = localDay(world.directory.rep(id)?.createdAt ?? 0, timeZone);
  return { phase, monday, today, addedOn, ...world.owners.gotSince(id, dayBounds(monday, timeZone).fromMs) };
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
