/**
 * New reps (FAIR-12 to FAIR-18): which leads are their cohort's, what they and those who were granted it (FAIR-19) are
 * owed, and what managers decide.
 */
import type { Limit } from '../claims/arbiter.ts';
import { ALLOCATION_DAYS_MAX, allocationOf, withAllocation } from '../distribution/allocation-rules.ts';
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
import { DEFAULT_ONBOARDING } from '../policy/onboarding-policy.ts';
import { type OfferPool, type Policy, type Pool, policyOf, zoneOf } from '../policy/policy-rules.ts';
import { type TaskDone, tasksView, withTick } from './onboarding-tasks.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;

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

/** FAIR-12, FAIR-19: whether a rep was given fewer leads than its base load in the own local week. */
export function baseLoadOwed(world: World, { id, timeZone, baseLoad }: OfferRep, nowMs: number): boolean {
  return baseLoad !== undefined && givenThisWeek(world, { id, timeZone }, nowMs) < baseLoad.leadsPerWeek;
}

function givenThisWeek(world: World, { id, timeZone }: { id: string; timeZone: string }, nowMs: number): number {
  const { fromMs } = dayBounds(periodDays('week', localDay(nowMs, timeZone)).from, timeZone);
  return world.owners.gotSince(id, fromMs).assigned;
}

/**
 * FAIR-12, FAIR-14, FAIR-19: the protected rep who is given this standard lead at its release, in place of the race: whom most
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
  if (pool === 'premium') return null;
  const [first] = reps
    .filter((rep) => rep.active && isReady(rep) && !gaveBack.has(rep.id) && barred?.has(rep.id) !== true)
    .flatMap(({ baseLoad, ...rep }) => {
      if (baseLoad === undefined) return [];
      const week = protectedWeek(world, { ...rep, sinceMs: baseLoad.sinceMs }, nowMs);
      return [{ rep, week, due: leadsDue(baseLoad.leadsPerWeek, pool, week) }];
    })
    .filter((one) => one.due > 0 && roomAgainst(policy, one.rep, nowMs, world.counters.of) === null)
    .sort((a, b) => b.due - a.due || (a.rep.id < b.rep.id ? -1 : 1));
  if (first === undefined) return null;
  const { rep, week, due } = first;
  return { repId: rep.id, limits: [baseLoadRule(week.assigned + due, week.monday)] };
}

function protectedWeek(
  world: World,
  {
    id,
    phase = 'guaranteed',
    timeZone,
    sinceMs,
  }: { id: string; phase?: OnboardingPhase; timeZone: string; sinceMs: number },
  nowMs: number,
): ProtectedWeek {
  const today = localDay(nowMs, timeZone);
  const { from: monday } = periodDays('week', today);
  const addedOn = localDay(sinceMs, timeZone);
  return { phase, monday, today, addedOn, ...world.owners.gotSince(id, dayBounds(monday, timeZone).fromMs) };
}

export interface OnboardingChange {
  /** A manager confirms that the rep is ready to race, or takes it back (FAIR-17). */
  readyToRace?: boolean | undefined;
  /** Holds the rep in its phase for so many days from today (FAIR-18). It is only ever made longer. */
  extendOnboarding?: { days: number; reason: string } | undefined;
  /** Ticks a task off, or takes that back (FAIR-13, FAIR-14). */
  onboardingTask?: TaskDone | undefined;
  /** Grants a base load until an instant (FAIR-19) in place of one that runs; null: that one ends now. */
  protectedAllocation?: { until: string; leadsPerWeek?: number | undefined; reason: string } | null | undefined;
}

type Decided = Partial<Pick<RepRow, 'readyOn' | 'onboardingExtensions' | 'onboardingTicks' | 'protectedAllocations'>>;

/** The columns of a rep that a manager's decision changes. */
export function onboardingChange(
  world: World,
  rep: RepRow,
  { readyToRace, extendOnboarding, onboardingTask, protectedAllocation }: OnboardingChange,
  by: { actor: string; nowMs: number },
): Decided | { refused: 'untilOutOfRange' | 'unknownTask' } {
  const { policy } = world.policy.at(by.nowMs);
  const today = localDay(by.nowMs, zoneOf(policy, rep));
  const change: Decided = {};
  const at = new Date(by.nowMs).toISOString();
  if (protectedAllocation != null) {
    const untilMs = Date.parse(protectedAllocation.until);
    if (untilMs <= by.nowMs || untilMs > by.nowMs + ALLOCATION_DAYS_MAX * DAY_MS) return { refused: 'untilOutOfRange' };
    // Where the manager names no number: a newcomer's.
    const usual = policyOf(policy, rep.team).onboarding ?? DEFAULT_ONBOARDING;
    const { leadsPerWeek = usual.baseLoadPerWeek, reason } = protectedAllocation;
    const next = { at, until: new Date(untilMs).toISOString(), leadsPerWeek, reason, by: by.actor };
    change.protectedAllocations = withAllocation(rep.protectedAllocations, next, by);
  } else if (protectedAllocation === null) {
    change.protectedAllocations = withAllocation(rep.protectedAllocations, null, by);
  }
  if (onboardingTask !== undefined) {
    const ticks = withTick(policy, rep, onboardingTask, { actor: by.actor, at });
    if (ticks === null) return { refused: 'unknownTask' };
    change.onboardingTicks = ticks;
  }
  if (readyToRace !== undefined) change.readyOn = readyToRace ? (rep.readyOn ?? today) : null;
  if (extendOnboarding !== undefined) {
    const held = JSON.parse(rep.onboardingExtensions) as Extension[];
    change.onboardingExtensions = JSON.stringify([...held, { from: today, ...extendOnboarding, by: by.actor, at }]);
  }
  return change;
}

/** For the rep and its managers; null: no newcomer. */
export function onboardingView(world: World, rep: RepRow) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const state = onboardingOf(policy, rep, nowMs);
  if (state === null) return null;
  const extensions = JSON.parse(rep.onboardingExtensions) as Extension[];
  return { ...state, readyOn: rep.readyOn, extensions, ...tasksView(policy, rep) };
}

/** FAIR-19: what runs, with what was given of it this week; null: nothing was granted. For the rep and its managers. */
export function allocationView(world: World, rep: RepRow) {
  const nowMs = world.clock.nowMs();
  const granted = allocationOf(rep.protectedAllocations, nowMs);
  if (granted === null) return null;
  const { at: grantedAt, ...more } = granted;
  const timeZone = zoneOf(world.policy.at(nowMs).policy, rep);
  return { grantedAt, ...more, givenThisWeek: givenThisWeek(world, { id: rep.id, timeZone }, nowMs) };
}
