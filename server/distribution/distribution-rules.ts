/**
 * Turns a lead, the policy, the team and the hour into an offer: lanes, closing time, limits, and for
 * each rep who is left out the reason (COMP-01, 13, 16..21, 28). Pure: no I/O, no clock.
 *
 * OPEN: one lane, now, everybody. TIERED: a lane for each delay of the policy's table; reps whose tiers
 * have equal delays share one; a tier whose delay is null is not in the offer.
 *
 * When the offer closes (COMP-10): once the last lane has had the clear time, or at the hard limit from
 * release if that comes first, but never before the last lane has had `LAST_LANE_MS_MIN` (or the whole
 * clear time, where that is shorter): a lane the policy promises is never a lane in name only.
 *
 * An empty tier holds nobody back (COMP-28): while nobody in an open lane could claim (no member, or all
 * stopped by a limit) the next lane opens at once. Only that lane moves: later ones keep their distance
 * from release, so nobody is ever later than the table says, and tier 3 not earlier than it needs be.
 * When all reps of all lanes are stopped the offer still opens, to all of them at once: each hears the
 * rule by name, midnight may lift it, and after the clear time the lead is assigned.
 */
import type { Increment, Limit } from '../claims/arbiter.ts';
import { OFFER_MEMBERS_MAX } from '../claims/limits.ts';
import { localDay } from '../kernel/calendar.ts';
import { type OfferPool, type Policy, policyOf, type Temperature } from '../policy/policy-rules.ts';
import type { BaseLoad } from './allocation-rules.ts';
import { BLIND_TEMPERATURE } from './blind-rules.ts';
import { countsOwnDays } from './claim-days.ts';
import { delayOfRep, delaySecondsOf } from './delays-rules.ts';
import {
  type CounterOf,
  excessOf,
  type Past,
  type RuledRep,
  rulesForAll,
  type WeeklyRules,
  weeklyRules,
} from './fairness-rules.ts';
import { type DelayGroup, hasRulesOf, isReady, lanesAndCounting } from './offer-lanes.ts';
import { type OnboardingPhase, phaseAgainst, SHADOW_TIER, withShadows } from './onboarding-rules.ts';

/** What a lane gets at the least before the offer may close. */
export const LAST_LANE_MS_MIN = 60_000;

export interface OfferRep extends RuledRep {
  /** 1 is the best. */
  tier: number;
  /** The zone of the rep's local day: `zoneOf(policy, rep)`. */
  timeZone: string;
  active: boolean;
  status: 'ready' | 'break';
  /** The rep's priority window runs at the release (FAIR-09); absent: it does not. */
  inPriorityWindow?: boolean;
  /** Where a newcomer stands at the release (FAIR-12); absent: it is none. */
  phase?: OnboardingPhase;
  /** What a newcomer, or who was granted it (FAIR-19), is to have without a race; absent: nothing. */
  baseLoad?: BaseLoad;
}

/** Those of routing (ROUTE-26) are its own: `barred` brings them. */
export type IneligibleReason =
  | 'inactive'
  | 'notReady'
  | 'tierNever'
  | 'notInTarget'
  | 'outOfTerritory'
  | 'otherVertical'
  | 'otherProduct'
  | 'timeOff'
  | 'offHours'
  /** A newcomer who only watches (FAIR-13), and whoever belongs to the cohort's pool or to the others (FAIR-14). */
  | 'onboarding'
  | 'otherPool'
  /** The offer has as many reps as an offer may have: only on a file that was given more active reps than it may have. */
  | 'beyondBound'
  /** The team's competition is paused, and who races when the lead is a paused team's share (HEALTH-20). */
  | 'teamPaused'
  | 'pausedShare';
export interface Ineligible {
  repId: string;
  reason: IneligibleReason;
}

export interface PlannedLane {
  tiers: number[];
  opensAtMs: number;
  repIds: string[];
}

export interface OfferPlan {
  nobody: false;
  /** In the order in which they open; equal times only where days or weekly rules differ (offer-lanes.ts). */
  lanes: PlannedLane[];
  limits: Limit[];
  increments: Increment[];
  attemptRate: { perSecond: number; perMinute: number } | null;
  closesAtMs: number;
  /** The clear time: given again when the server was down as it ran out. */
  clearMs: number;
  ineligible: Ineligible[];
}
export type Plan = OfferPlan | { nobody: true; ineligible: Ineligible[] };

export interface PlanInput {
  /** The true one: what a win counts. */
  temperature: Temperature;
  /** FAIR-04: planned as every blind lead is; absent: by its temperature. */
  blind?: boolean;
  pool: OfferPool;
  /** The company's, or that of the team whose lead it is; reps go by their own teams' where it names any. */
  policy: Policy;
  reps: readonly OfferRep[];
  /** Whom routing leaves out of this offer, and why; absent: nobody. */
  barred?: ReadonlyMap<string, IneligibleReason>;
  nowMs: number;
  counterOf: CounterOf;
  past?: Past | undefined;
}

export function planOffer(given: PlanInput): Plan {
  const { policy, nowMs, blind = false } = given;
  const temperature = blind ? BLIND_TEMPERATURE : given.temperature;
  const input = { ...given, temperature };
  const { ineligible, delays } = sortReps(input);
  const weekly = weeklyRules({ ...given, temperature: blind ? null : temperature });
  // A tier without a ready rep gets no lane: neither the next one nor the closing time waits for it.
  const released = [...delays]
    .map(([delay, reps]) => ({ opensAtMs: nowMs + delay * 1000, reps }))
    .filter(({ reps }) => reps.some(isReady))
    .sort((a, b) => a.opensAtMs - b.opensAtMs);
  if (released.length === 0) return { nobody: true, ineligible };
  if (policy.competition.openEarlyIfLaneEmpty) openFirstUseful(released, input, weekly);
  const groups = mergeEqual(released);

  const clearMs = policy.competition.clearSeconds[temperature] * 1000;
  const hardMs = policy.competition.hardLimitSeconds[temperature] * 1000;
  const lastOpensMs = groups.at(-1)?.opensAtMs ?? nowMs;
  const closesAtMs = Math.max(
    Math.min(lastOpensMs + clearMs, nowMs + hardMs),
    lastOpensMs + Math.min(LAST_LANE_MS_MIN, clearMs),
  );
  const laid = lanesAndCounting(groups, { ...given, weekly, closesAtMs });
  const notBarred = input.reps.filter(({ id }) => input.barred?.has(id) !== true);
  const { lanes, ...counting } = withShadows(laid, notBarred, groups[0]?.opensAtMs ?? nowMs);
  return {
    nobody: false,
    ...counting,
    lanes: withinBound(lanes, ineligible),
    attemptRate: policy.competition.attemptRate,
    closesAtMs,
    clearMs,
    ineligible,
  };
}

/** No more members than an offer may have: those of the first lanes, and of one lane those who were added first. */
function withinBound(lanes: PlannedLane[], ineligible: Ineligible[]): PlannedLane[] {
  let room = OFFER_MEMBERS_MAX;
  return lanes.map((lane) => {
    const repIds = lane.repIds.slice(0, room);
    for (const repId of lane.repIds.slice(room)) ineligible.push({ repId, reason: 'beyondBound' });
    room -= repIds.length;
    return { ...lane, repIds };
  });
}

/** Whether the limits in force now would let this rep of this lane claim. */
export function withinLimits(
  repId: string,
  lane: number,
  limits: readonly Limit[],
  nowMs: number,
  counterOf: CounterOf,
): boolean {
  return limits.every((limit) => {
    if (limit.lanes !== undefined && !limit.lanes.includes(lane)) return true;
    if (nowMs < (limit.fromMs ?? nowMs) || nowMs >= (limit.untilMs ?? Infinity)) return true;
    const sum = limit.terms.reduce((total, term) => total + term.coefficient * counterOf(repId, term.counter), 0);
    return sum <= limit.max;
  });
}

export interface LanesAndLimits {
  lanes: readonly { opensAtMs: number; repIds: readonly string[] }[];
  limits: readonly Limit[];
}
export interface Now {
  nowMs: number;
  counterOf: CounterOf;
  /** Active, and not on a break. */
  isReady(repId: string): boolean;
}

/** COMP-28: whether anybody in this lane could claim, were it open. */
export function laneCanClaim(offer: LanesAndLimits, lane: number, now: Now): boolean {
  const reps = offer.lanes[lane]?.repIds ?? [];
  return reps.some((repId) => now.isReady(repId) && withinLimits(repId, lane, offer.limits, now.nowMs, now.counterOf));
}

/**
 * COMP-28 while the offer runs: the lanes to open now because nobody in an open one could claim any
 * more (capped, on a break, gone). Empty: somebody can, or all lanes are open.
 */
export function lanesToOpenEarly(offer: LanesAndLimits, now: Now): number[] {
  const indexes = offer.lanes.map((_, index) => index);
  const opensAt = (index: number) => offer.lanes[index]?.opensAtMs ?? Infinity;
  const open = indexes.filter((index) => opensAt(index) <= now.nowMs);
  if (open.some((index) => laneCanClaim(offer, index, now))) return [];
  const opening: number[] = [];
  const waiting = indexes.filter((index) => opensAt(index) > now.nowMs);
  for (const atMs of [...new Set(waiting.map(opensAt))].sort((a, b) => a - b)) {
    const next = waiting.filter((index) => opensAt(index) === atMs);
    opening.push(...next);
    if (next.some((index) => laneCanClaim(offer, index, now))) break;
  }
  return opening;
}

/**
 * Where a newcomer, or a rep who came back from a break, gets into an open offer: the lane of the own
 * tier where `tiers` tells it, else at the tier's delay from release, never earlier. Null: never in
 * this offer (tier, not ready, it closes first, it counts other local days than the rep's, or none of its lanes
 * has the rules that hold for the rep now: a way round a ratio otherwise, or a debt that is another's).
 */
export function laneForRep(
  offer: {
    /** The policy the offer was opened with. */
    policy: Policy;
    pool: OfferPool;
    temperature: Temperature;
    openedAtMs: number;
    closesAtMs: number;
    lanes: readonly { opensAtMs: number; tiers?: readonly number[] }[];
    increments: readonly Increment[];
    limits: readonly Limit[];
    /** A priority window lets its holder in before the others. */
    hasHolder: boolean;
    /** Those of the offer's policy, as they are now. */
    weekly: WeeklyRules;
  },
  rep: OfferRep,
  nowMs: number,
): { lane: number; opensAtMs: number } | null {
  const delay = delayOfRep(offer.policy, offer, rep, offer.hasHolder);
  if (delay === null || !rep.active || !isReady(rep)) return null;
  const dueMs = offer.openedAtMs + delay * 1000;
  const lanes = offer.lanes.map(({ opensAtMs, tiers }, lane) => ({ lane, opensAtMs, tiers }));
  const watching = lanes.find(({ tiers }) => tiers?.includes(SHADOW_TIER));
  if (rep.phase === 'shadow') return watching ? { lane: watching.lane, opensAtMs: watching.opensAtMs } : null;
  if (phaseAgainst(rep, offer.pool) !== null) return null;
  const usable = lanes
    .filter((lane) => lane !== watching)
    .filter(({ lane, opensAtMs }) => {
      const span = { fromMs: Math.max(nowMs, Math.min(dueMs, opensAtMs)), untilMs: offer.closesAtMs };
      return countsOwnDays(offer.increments, lane, rep.timeZone, span) && hasRulesOf(offer, lane, rep, span);
    });
  const ofTier = rep.inPriorityWindow ? undefined : usable.find(({ tiers }) => tiers?.includes(rep.tier));
  const byTime = usable.filter(({ opensAtMs }) => opensAtMs <= dueMs).at(-1) ?? usable[0];
  const lane = ofTier ?? byTime;
  const opensAtMs = ofTier?.opensAtMs ?? dueMs;
  if (lane === undefined || opensAtMs >= offer.closesAtMs) return null;
  return { lane: lane.lane, opensAtMs };
}

/** Active reps by the delay of their tier, seconds, and the reasons of everybody who is no member. */
function sortReps(input: PlanInput): { ineligible: Ineligible[]; delays: Map<number, OfferRep[]> } {
  const ineligible: Ineligible[] = [];
  const delays = new Map<number, OfferRep[]>();
  const { policy } = input;
  const barredOf = (rep: OfferRep) => (rep.active ? input.barred?.get(rep.id) : undefined);
  const reasonOf = (rep: OfferRep) =>
    barredOf(rep) ?? reasonAgainst(rep, delaySecondsOf(policy, input, rep), input.pool);
  const hasHolder = input.reps.some((rep) => rep.inPriorityWindow === true && reasonOf(rep) === null);
  for (const rep of input.reps) {
    const delay = delayOfRep(policy, input, rep, hasHolder);
    const barred = barredOf(rep);
    const reason = reasonOf(rep);
    if (reason !== null) ineligible.push({ repId: rep.id, reason });
    if (delay === null || !rep.active || barred !== undefined || phaseAgainst(rep, input.pool) !== null) continue;
    const group = delays.get(delay);
    if (group === undefined) delays.set(delay, [rep]);
    else group.push(rep);
  }
  return { ineligible, delays };
}

/** Why no lane of an offer is this rep's; null: one is. @param delay of its tier */
export function reasonAgainst(rep: OfferRep, delay: number | null, pool: OfferPool): IneligibleReason | null {
  if (!rep.active) return 'inactive';
  const phase = phaseAgainst(rep, pool);
  if (phase !== null) return phase;
  if (delay === null) return 'tierNever';
  return isReady(rep) ? null : 'notReady';
}

/** Moves lanes to now until one is among them in which somebody can claim. */
function openFirstUseful(groups: DelayGroup[], input: PlanInput, weekly: WeeklyRules): void {
  for (const group of groups) {
    group.opensAtMs = input.nowMs;
    if (group.reps.some((rep) => isReady(rep) && mayClaimNow(rep, input, weekly))) return;
  }
}

function mayClaimNow(rep: OfferRep, { policy, nowMs, counterOf }: PlanInput, weekly: WeeklyRules): boolean {
  const day = localDay(nowMs, rep.timeZone);
  const rules = [...rulesForAll(policyOf(policy, rep.team), day), ...weekly.on(rep, day)];
  return rules.every((rule) => excessOf(rule, rep.id, counterOf) <= 0);
}

function mergeEqual(groups: DelayGroup[]): DelayGroup[] {
  const merged = new Map<number, DelayGroup>();
  for (const group of groups) {
    const same = merged.get(group.opensAtMs);
    if (same === undefined) merged.set(group.opensAtMs, { ...group, reps: [...group.reps] });
    else same.reps = same.reps.concat(group.reps);
  }
  return [...merged.values()];
}
