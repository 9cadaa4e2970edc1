/**
 * Limits and increments at an instant: pure, so that the ledger checks a win again with the same
 * arithmetic as the arbiter that granted it (SPEC.md, AR20 and AR21).
 */
import type { CounterName, Increment, Limit } from './arbiter.ts';

/**
 * Reps of one offer, in all lanes together, and so the active reps of a company: one script call has to hold them all,
 * and it blocks every other claim of the cell meanwhile.
 */
export const OFFER_MEMBERS_MAX = 5_000;

/**
 * The instant `fromMs` is inside, `untilMs` is outside; an absent bound bounds nothing. A rule that
 * names lanes holds for their reps alone.
 */
export function inForce(
  rule: { fromMs?: number; untilMs?: number; lanes?: number[] },
  nowMs: number,
  lane: number,
): boolean {
  return (
    (rule.lanes === undefined || rule.lanes.includes(lane)) &&
    (rule.fromMs === undefined || rule.fromMs <= nowMs) &&
    (rule.untilMs === undefined || nowMs < rule.untilMs)
  );
}

/** The first limit in force that the counters break, in the order given. */
export function firstBroken(
  limits: readonly Limit[],
  readCounter: (counter: CounterName) => number,
  nowMs: number,
  lane: number,
): Limit | undefined {
  for (const limit of limits) {
    if (!inForce(limit, nowMs, lane)) continue;
    let sum = 0;
    for (const term of limit.terms) sum += term.coefficient * readCounter(term.counter);
    if (sum > limit.max) return limit;
  }
  return undefined;
}

/** What a win from this lane at this instant adds. */
export function gainsAt(increments: readonly Increment[], nowMs: number, lane: number): Increment[] {
  return increments.filter((increment) => inForce(increment, nowMs, lane));
}
