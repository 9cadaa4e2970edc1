/** Rules grow old unnoticed (ROUTE-20): which of them bring nobody a lead, and when all are due to be looked through. Pure. */
import { dayBounds, localDay, periodDays } from '../kernel/calendar.ts';
import type { PolicyVersion } from './policy.ts';

export const UNUSED_DAYS = 90;
const DAY_MS = 86_400_000;

type Version = Pick<PolicyVersion, 'version' | 'effectiveAtMs' | 'createdAtMs' | 'policy'>;

export interface UnusedRule {
  rule: string;
  /** When a lead last came by it, else since when it stands. */
  sinceMs: number;
}

/** Rules of the newest version by which no lead has come for `UNUSED_DAYS` days, though they stood. @param versions oldest first */
export function unusedRules(
  versions: readonly Version[],
  uses: ReadonlyMap<string, number>,
  nowMs: number,
): UnusedRule[] {
  const rules = versions.at(-1)?.policy.routing.rules ?? [];
  return rules
    .map(({ name }) => ({ rule: name, sinceMs: Math.max(standsSince(versions, name), uses.get(name) ?? 0) }))
    .filter(({ sinceMs }) => nowMs - sinceMs >= UNUSED_DAYS * DAY_MS);
}

/** Whatever else was changed about it: it is in every version from then on. */
function standsSince(versions: readonly Version[], rule: string): number {
  const has = ({ policy }: Version) => policy.routing.rules.some(({ name }) => name === rule);
  const without = versions.findLastIndex((version) => !has(version));
  return versions[without + 1]?.effectiveAtMs ?? 0;
}

/**
 * Since when the rules are due: the quarter's first day, until somebody has looked them through in it. Null: they are
 * not, since that was done, or the first rules were set in this quarter. @param zone the calendar's
 */
export function reviewDueSince(
  versions: readonly Version[],
  { lastReviewMs, zone, nowMs }: { lastReviewMs: number | null; zone: string; nowMs: number },
): number | null {
  const quarterMs = dayBounds(periodDays('quarter', localDay(nowMs, zone)).from, zone).fromMs;
  const first = versions.find(({ version }) => version > 0);
  if (first === undefined || first.createdAtMs >= quarterMs) return null;
  return (lastReviewMs ?? 0) >= quarterMs ? null : quarterMs;
}
