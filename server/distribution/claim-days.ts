/**
 * How a claim is counted on the winner's local day (FAIR-11), in terms the arbiter knows: limits and
 * increments with the instants between which they hold. Pure.
 *
 * The counter is named by the day alone, `claims:day:2026-11-22`, and is always the rep's own local day,
 * so it can be recounted from `ownerships.day`. Every offer counts, capped or not: a cap that is
 * switched on at noon knows the morning.
 *
 * Reps of several zones share an offer's limits and increments as long as their days agree while it is
 * open, which is nearly always. In the hours in which they do not (22:00 to 24:00 in Jakarta, when
 * Jayapura has tomorrow), each lane is split by day, and limits and increments name their `lanes`.
 */

import type { Increment, Limit } from '../claims/arbiter.ts';
import { localDay, nextMidnightMs } from '../kernel/calendar.ts';

const DAY_PREFIX = 'claims:day:';

/** An offer that is given its time again after a night's outage still counts and still has its cap. */
const MARGIN_MS = 24 * 3_600_000;

/** The name of the counter of a rep's competitive claims of one local day. */
export function claimsOnDay(day: string): string {
  return DAY_PREFIX + day;
}

/** The day on which this offer counts a claim of a rep of `lane` at `atMs`; null: on none. */
export function dayOfClaim(increments: readonly Increment[], lane: number, atMs: number): string | null {
  return dayIncrement(increments, lane, atMs)?.counter.slice(DAY_PREFIX.length) ?? null;
}

/** Whether a rep of this zone, claiming from this lane, is counted on the own local day throughout. */
export function countsOwnDays(
  increments: readonly Increment[],
  lane: number,
  zone: string,
  span: { fromMs: number; untilMs: number },
): boolean {
  if (!increments.some((increment) => increment.counter.startsWith(DAY_PREFIX))) return true;
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

/**
 * The cap and the counting for reps of zones whose days agree while the offer is open. The last day's
 * window reaches to its real end, and for a single zone a day beyond, should the offer close later.
 */
export function countingOf(input: {
  zones: string[];
  fromMs: number;
  closesAtMs: number;
  dailyCap: number | null;
  lanes?: number[] | undefined;
}): { limits: Limit[]; increments: Increment[] } {
  const [zone = 'UTC', ...others] = input.zones;
  const lanes = input.lanes === undefined ? {} : { lanes: input.lanes };
  const limits: Limit[] = [];
  const increments: Increment[] = [];
  const reachMs = input.closesAtMs + (others.length === 0 ? MARGIN_MS : 0);
  for (const [index, span] of daySpans(zone, input.fromMs, reachMs).entries()) {
    const ends = input.zones.map((other) => nextMidnightMs(span.fromMs, other));
    // The first has no beginning: a clock that is a little behind must not find a claim uncounted.
    const begins = index === 0 ? {} : { fromMs: span.fromMs };
    const held = { ...begins, untilMs: Math.min(...ends), ...lanes };
    const counter = claimsOnDay(span.day);
    increments.push({ counter, by: 1, ...held });
    if (input.dailyCap !== null) {
      const terms = [{ counter, coefficient: 1 }];
      limits.push({ rule: 'dailyCap', terms, max: input.dailyCap - 1, ...held });
    }
  }
  return { limits, increments };
}

function dayIncrement(increments: readonly Increment[], lane: number, atMs: number): Increment | undefined {
  return increments.find(
    (increment) =>
      increment.counter.startsWith(DAY_PREFIX) &&
      (increment.lanes?.includes(lane) ?? true) &&
      (increment.fromMs ?? atMs) <= atMs &&
      atMs < (increment.untilMs ?? Number.POSITIVE_INFINITY),
  );
}

/** The zone's days that touch `[fromMs, untilMs)`; the first is cut at `fromMs`. */
function daySpans(zone: string, fromMs: number, untilMs: number): { day: string; fromMs: number }[] {
  const spans: { day: string; fromMs: number }[] = [];
  let atMs = fromMs;
  do {
    spans.push({ day: localDay(atMs, zone), fromMs: atMs });
    atMs = nextMidnightMs(atMs, zone);
  } while (atMs < untilMs);
  return spans;
}
