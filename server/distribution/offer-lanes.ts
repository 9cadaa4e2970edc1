/**
 * Lanes with their limits and increments. One lane a delay, unless its reps' local days differ while the
 * offer is open, or their weekly rules do (one was shown a warm lead this week, another was not), or the caps of
 * their teams: then one lane for each kind of rep, and the limits name their `lanes`. Pure.
 */
import type { Increment, Limit } from '../claims/arbiter.ts';
import { remembered } from '../kernel/recent-map.ts';
import { type Policy, policyOf, type Temperature } from '../policy/policy-rules.ts';
import { type DayWindow, daySpans, dayWindows, inWindows, zonesByDays } from './claim-days.ts';
import { OPEN_LEADS } from './counter-rules.ts';
import type { OfferRep, PlannedLane } from './distribution-rules.ts';
import { countersMoved, type Rule, rulesForAll, type WeeklyRules } from './fairness-rules.ts';

export interface DelayGroup {
  opensAtMs: number;
  /** Those on a break too: they are no members, but may come back into the lane. */
  reps: OfferRep[];
}

/** Reps whose days agree. */
interface DayKind {
  windows: DayWindow[];
  lanes: number[];
  /** Those among them whose teams have the same caps, by these. */
  caps: Map<string, { policy: Policy; lanes: number[] }>;
  /** Those among them for whom the same caps and weekly rules hold, by these. */
  kinds: Map<string, { one: OfferRep; lanes: number[] }>;
}

export function lanesAndCounting(
  groups: readonly DelayGroup[],
  offer: { policy: Policy; temperature: Temperature; nowMs: number; closesAtMs: number; weekly: WeeklyRules },
): { lanes: PlannedLane[]; limits: Limit[]; increments: Increment[] } {
  const { policy, temperature, nowMs, closesAtMs, weekly } = offer;
  const zones = groups.flatMap((group) => group.reps.map((rep) => rep.timeZone));
  const dayKinds = zonesByDays(zones, nowMs, closesAtMs).map((ofDays) => ({
    zones: new Set(ofDays),
    windows: dayWindows(ofDays, nowMs, closesAtMs),
    lanes: [],
    caps: new Map(),
    kinds: new Map(),
  })) as (DayKind & { zones: Set<string> })[];
  const numbers = new Map<object, number>();
  /** The caps of a rep and its weekly rules on each day, as a word. */
  const kindOf = (rep: OfferRep, { windows }: DayKind) =>
    `${capsOf(policyOf(policy, rep.team))} ${windows.map(({ day }) => numberOf(numbers, weekly.on(rep, day))).join()}`;

  const lanes: PlannedLane[] = [];
  for (const { opensAtMs, reps } of groups) {
    for (const dayKind of dayKinds) {
      const byKind = new Map<string, OfferRep[]>();
      for (const rep of reps) {
        if (!dayKind.zones.has(rep.timeZone)) continue;
        const kind = kindOf(rep, dayKind);
        const alike = byKind.get(kind);
        if (alike === undefined) byKind.set(kind, [rep]);
        else alike.push(rep);
      }
      // With none but reps on a break a lane stays, for them to come back into.
      for (const [kind, alike] of byKind) {
        const one = alike[0] as OfferRep;
        const own = policyOf(policy, one.team);
        remembered(dayKind.kinds, kind, () => ({ one, lanes: [] })).lanes.push(lanes.length);
        remembered(dayKind.caps, capsOf(own), () => ({ policy: own, lanes: [] })).lanes.push(lanes.length);
        dayKind.lanes.push(lanes.length);
        // Not the lane of a tier is the one of those whose priority window runs.
        const ofTiers = alike.filter((rep) => rep.inPriorityWindow !== true);
        const tiers = [...new Set(ofTiers.map((rep) => rep.tier))].sort((a, b) => a - b);
        lanes.push({ tiers, opensAtMs, repIds: alike.filter(isReady).map((rep) => rep.id) });
      }
    }
  }

  const named = (some: number[]) => (some.length === lanes.length ? undefined : some);
  const limits: Limit[] = [];
  const increments: Increment[] = [];
  for (const { windows, lanes: ofDays, caps, kinds } of dayKinds) {
    for (const { policy: own, lanes: ofCaps } of caps.values()) {
      limits.push(...inWindows(windows, (day) => rulesForAll(own, day), named(ofCaps)));
    }
    for (const { one, lanes: ofKind } of kinds.values()) {
      limits.push(...inWindows(windows, (day) => weekly.on(one, day), named(ofKind)));
    }
    increments.push(...inWindows(windows, (day) => countersMoved(temperature, day), named(ofDays)));
  }
  increments.push({ counter: OPEN_LEADS, by: 1 });
  return { lanes, limits, increments };
}

/** Whether the limits of a lane are those that hold for this rep, on each of the rep's days in the span. */
export function hasRulesOf(
  offer: { policy: Policy; limits: readonly Limit[]; weekly: WeeklyRules },
  lane: number,
  rep: OfferRep,
  span: { fromMs: number; untilMs: number },
): boolean {
  const own = policyOf(offer.policy, rep.team);
  const ofLane = offer.limits.filter(({ lanes }) => lanes?.includes(lane) ?? true);
  return daySpans(rep.timeZone, span.fromMs, span.untilMs).every(({ day, fromMs }) => {
    const held = ofLane.filter((limit) => (limit.fromMs ?? fromMs) <= fromMs && fromMs < (limit.untilMs ?? Infinity));
    return inWords(held) === inWords([...rulesForAll(own, day), ...offer.weekly.on(rep, day)]);
  });
}

function inWords(rules: readonly Rule[]): string {
  const each = rules.map(({ rule, max, terms }) =>
    JSON.stringify([rule, max, terms.map((one) => [one.counter, one.coefficient])]),
  );
  return each.sort().join();
}

/** Not on a break. */
export function isReady(rep: OfferRep): boolean {
  return rep.status === 'ready';
}

function capsOf({ competition }: Policy): string {
  return `${competition.dailyCap} ${competition.maxOpenLeads}`;
}

function numberOf(numbers: Map<object, number>, key: object): number {
  const number = numbers.get(key) ?? numbers.size;
  numbers.set(key, number);
  return number;
}
