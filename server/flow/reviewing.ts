/** What has grown old of the rules (ROUTE-20): shown beside what is probably not meant in them. */
import { reviewDueSince, UNUSED_DAYS, unusedRules } from '../policy/review-rules.ts';
import type { World } from './world.ts';

interface StaleWarning {
  rule: string | null;
  warning: 'unused' | 'reviewDue';
  message: string;
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Since when the rules are to be looked through; null: they are not. */
function dueSince(world: World, nowMs: number): number | null {
  const zone = world.policy.at(nowMs).policy.calendar.timeZone;
  return reviewDueSince(world.policy.all(), { lastReviewMs: world.policy.reviewedAt(), zone, nowMs });
}

export function isReviewDue(world: World, nowMs: number): boolean {
  return dueSince(world, nowMs) !== null;
}

export function staleRules(world: World, nowMs: number): StaleWarning[] {
  const unused = unusedRules(world.policy.all(), world.routing.ruleUses(), nowMs);
  const since = dueSince(world, nowMs);
  return [
    ...unused.map(({ rule, sinceMs }) => ({
      rule,
      warning: 'unused' as const,
      message: `No lead has come by this rule since ${dayOf(sinceMs)}, ${UNUSED_DAYS} days or more: is it still meant?`,
    })),
    ...(since === null
      ? []
      : [
          {
            rule: null,
            warning: 'reviewDue' as const,
            message:
              'This quarter nobody has looked the rules through yet: the rules themselves, how their leads did, and what reps say of them.',
          },
        ]),
  ];
}

/** Once a day, for the operator's eyes, until it is done. */
export function remindOfReview(world: World, nowMs: number): void {
  if (isReviewDue(world, nowMs)) world.log.warn('the rules are due for their quarterly review');
}
