/** ROUTE-20, at its boundaries. */
import { describe, expect, test } from 'vitest';
import type { PolicyVersion } from './policy.ts';
import { type Policy, resolvePreset } from './policy-rules.ts';
import { reviewDueSince, UNUSED_DAYS, unusedRules } from './review-rules.ts';

const DAY_MS = 86_400_000;
const T0 = Date.parse('2026-08-03T03:00:00Z');
const ZONE = 'Asia/Jakarta';

function version(number: number, atMs: number, ...rules: string[]): PolicyVersion {
  const open = resolvePreset('open') as Policy;
  const made = rules.map((name) => ({
    name,
    target: { everybody: true as const },
    method: 'race' as const,
    fallback: [],
  }));
  const policy = { ...open, routing: { ...open.routing, rules: made } };
  return { version: number, effectiveAtMs: atMs, createdAtMs: atMs, actor: 'admin', reason: null, policy };
}

describe('ROUTE-20: a rule is unused', () => {
  const versions = [version(0, 0), version(1, T0, 'a', 'b')];
  const end = T0 + UNUSED_DAYS * DAY_MS;

  test('90 days after the last lead that came by it, and not a moment before', () => {
    const uses = new Map([['a', T0 + DAY_MS]]);
    expect(unusedRules(versions, uses, end - 1)).toEqual([]);
    expect(unusedRules(versions, uses, end)).toEqual([{ rule: 'b', sinceMs: T0 }]);
    expect(unusedRules(versions, uses, end + DAY_MS - 1)).toHaveLength(1);
    expect(unusedRules(versions, uses, end + DAY_MS).map(({ rule }) => rule)).toEqual(['a', 'b']);
  });

  test('only as long as it stood: one that was taken out and put in again begins anew', () => {
    const again = [...versions, version(2, T0 + DAY_MS, 'a'), version(3, T0 + 2 * DAY_MS, 'a', 'b')];
    expect(unusedRules(again, new Map(), end).map(({ rule }) => rule)).toEqual(['a']);
    expect(unusedRules(again, new Map(), end + 2 * DAY_MS).map(({ rule }) => rule)).toEqual(['a', 'b']);
  });

  test('of the newest rules alone, and one that waits for its time is not old', () => {
    const later = [...versions, version(2, end + DAY_MS, 'c')];
    expect(unusedRules(later, new Map(), end)).toEqual([]);
  });
});

describe('ROUTE-20: rules are looked through once a quarter', () => {
  const versions = [version(0, 0), version(1, T0, 'a')];
  const quarterMs = Date.parse('2026-10-01T00:00:00+07:00');
  const due = (nowMs: number, lastReviewMs: number | null = null) =>
    reviewDueSince(versions, { lastReviewMs, zone: ZONE, nowMs });

  test('from the first day of the next one in the zone of the company, until somebody did', () => {
    expect(due(quarterMs - 1)).toBeNull();
    expect(due(quarterMs)).toBe(quarterMs);
    expect(due(quarterMs, quarterMs - 1)).toBe(quarterMs);
    expect(due(quarterMs + DAY_MS, quarterMs)).toBeNull();
  });

  test('a company that never set any has none to look through', () => {
    expect(reviewDueSince([version(0, 0)], { lastReviewMs: null, zone: ZONE, nowMs: quarterMs })).toBeNull();
  });
});
