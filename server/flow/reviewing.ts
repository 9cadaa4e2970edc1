/** What has grown old of the rules (ROUTE-20): shown beside what is probably not meant in them. */
import { reviewDueSince, UNUSED_DAYS, unusedRules } from '../policy/review-rules.ts';
import type { PolicyWarning } from '../policy/warning-words.ts';
import type { World } from './world.ts';

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Since when the rules are to be looked through; null: they are not. */
function dueSince(world: World, nowMs: number): number | null {
  const zone = world.policy.at(nowMs).policy.calendar.timeZone;
  return reviewDueSince(world.policy.all(), { lastReviewMs: world.policy.reviewedAt(), zone, nowMs });
}

export function isReviewDue(world: World, nowMs: number): boolean {
  return dueSince(world, nowMs) !== null;
}

export function staleRules(world: World, nowMs: number): PolicyWarning[] {
  const unused = unusedRules(world.policy.all(), world.routing.ruleUses(), nowMs);
  const stale = unused.map(({ rule, sinceMs }) => {
    return { warning: 'unused' as const, rule, sinceDay: dayOf(sinceMs), days: UNUSED_DAYS };
  });
  return isReviewDue(world, nowMs) ? [...stale, { warning: 'reviewDue', rule: null }] : stale;
}

/** Once a day, for the operator's eyes, until it is done. */
export function remindOfReview(world: World, nowMs: number): void {
  if (isReviewDue(world, nowMs)) world.log.warn('the rules are due for their quarterly review');
}
