/**
 * Rules that hold on a local day or in a week of local days, in terms the arbiter knows: limits and
 * increments with the instants between which they hold. Pure.
 *
 * A rule is a function of the rep's day. An offer that outlives a midnight carries the rules of both days
 * with the instant between; what is the same on both (a week's counter, unless it is Monday) is one rule.
 *
 * Reps of several zones share an offer's limits and increments as long as their days agree while it is
 * open, which is nearly always. In the hours in which they do not (22:00 to 24:00 in Jakarta, when
 * Jayapura has tomorrow), each lane is split by day, and limits and increments name their `lanes`.
 */

import type { Increment } from '../claims/arbiter.ts';
import { type Day, localDay, nextMidnightMs } from '../kernel/calendar.ts';
import { claimsOnDay, dayNamed } from './counter-rules.ts';

/** An offer that is given its time again after a night's outage still counts and still has its cap. */
const MARGIN_MS = 24 * 3_600_000;

/** The day on which this offer counts a claim of a rep of `lane` at `atMs`; null: on none. */
export function dayOfClaim(increments: readonly Increment[], lane: number, atMs: number): string | null {
  const increment = dayIncrement(increments, lane, atMs);
  return increment === undefined ? null : dayNamed(increment.counter);
}

/** Whether a rep of this zone, claiming from this lane, is counted on the own local day throughout. */
export function countsOwnDays(
  increments: readonly Increment[],
  lane: number,
  zone: string,
  span: { fromMs: number; untilMs: number },
): boolean {
  if (!increments.some((increment) => dayNamed(increment.counter) !== null)) return true;
  let atMs = span.fromMs;
  while (atMs < span.untilMs) {
    const increment = dayIncrement(increments, lane, atMs);
    if (increment?.counter !== claimsOnDay(localDay(atMs, zone))) return false;
    atMs = Math.min(nextMidnightMs(atMs, zone), increment.untilMs ?? Number.POSITIVE_INFINITY);
  }
  return true;
}

/** Zones whose local days agree from `fromMs` until `untilMs`, together; usually one group of all. */
export function zonesByDays(zones: Iterable<string>, fromMs: number, untilMs: number): string[][] {
  const groups = new Map<string, string[]>();
  for (const zone of new Set(zones)) {
    const key = daySpans(zone, fromMs, untilMs)
      .map((span) => `${span.day} from ${span.fromMs}`)
      .join();
    groups.set(key, [...(groups.get(key) ?? []), zone]);
  }
  return [...groups.values()];
}

/** A local day of an offer, and between which instants its rules hold. */
export interface DayWindow {
  day: Day;
  fromMs?: number;
  untilMs: number;
}

/**
 * The days of an offer for reps of zones whose days agree while it is open. The last day reaches to its
 * real end, and for a single zone a day beyond, should the offer close later.
 */
export function dayWindows(zones: readonly string[], fromMs: number, closesAtMs: number): DayWindow[] {
  const [zone = 'UTC', ...others] = zones;
  const reachMs = closesAtMs + (others.length === 0 ? MARGIN_MS : 0);
  return daySpans(zone, fromMs, reachMs).map((span, index) => ({
    day: span.day,
    // The first has no beginning: a clock that is a little behind must not find a claim uncounted.
    ...(index === 0 ? {} : { fromMs: span.fromMs }),
    untilMs: Math.min(...zones.map((other) => nextMidnightMs(span.fromMs, other))),
  }));
}

/** The rules of each day in its window; one that does not change at midnight is one rule. */
export function inWindows<Rule extends object>(
  windows: readonly DayWindow[],
  rulesOn: (day: Day) => Rule[],
  lanes: number[] | undefined,
): (Rule & { fromMs?: number; untilMs: number; lanes?: number[] })[] {
  const held: { text: string; rule: Rule & { fromMs?: number; untilMs: number; lanes?: number[] } }[] = [];
  for (const { day, ...window } of windows) {
    for (const rule of rulesOn(day)) {
      const text = JSON.stringify(rule);
      const before = held.find((other) => other.text === text && other.rule.untilMs === window.fromMs);
      if (before !== undefined) before.rule.untilMs = window.untilMs;
      else held.push({ text, rule: { ...rule, ...window, ...(lanes === undefined ? {} : { lanes }) } });
    }
  }
  return held.map(({ rule }) => rule);
}

function dayIncrement(increments: readonly Increment[], lane: number, atMs: number): Increment | undefined {
  return increments.find(
    (increment) =>
      dayNamed(increment.counter) !== null &&
      (increment.lanes?.includes(lane) ?? true) &&
      (increment.fromMs ?? atMs) <= atMs &&
      atMs < (increment.untilMs ?? Number.POSITIVE_INFINITY),
  );
}

/** The zone's days that touch `[fromMs, untilMs)`; the first is cut at `fromMs`. */
export function daySpans(zone: string, fromMs: number, untilMs: number): { day: string; fromMs: number }[] {
  const spans: { day: string; fromMs: number }[] = [];
  let atMs = fromMs;
  do {
    spans.push({ day: localDay(atMs, zone), fromMs: atMs });
    atMs = nextMidnightMs(atMs, zone);
  } while (atMs < untilMs);
  return spans;
}
