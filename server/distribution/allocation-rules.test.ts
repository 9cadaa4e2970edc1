/** FAIR-19: what was granted holds from its instant to its end, and no longer. */
import { expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { allocationOf, baseLoadOf, withAllocation } from './allocation-rules.ts';

const AT = Date.parse('2026-11-23T03:00:00Z');
const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
const grant = (fromMs: number, untilMs: number, leadsPerWeek = 4) => ({
  at: iso(fromMs),
  until: iso(untilMs),
  leadsPerWeek,
  reason: 'a hard month',
  by: 'manager:m',
});
const by = (nowMs: number) => ({ actor: 'manager:n', nowMs });
const granted = withAllocation('[]', grant(AT, AT + 7 * DAY), by(AT));

test('the first instant is inside, the last outside', () => {
  const isOn = (ms: number) => allocationOf(granted, ms) !== null;
  expect([AT - 1, AT, AT + 7 * DAY - 1, AT + 7 * DAY].map(isOn)).toEqual([false, true, true, false]);
  expect(allocationOf('[]', AT)).toBeNull();
});

test('ended early it is over at once, and what was stays on record', () => {
  const ended = withAllocation(granted, null, by(AT + DAY));
  expect([AT, AT + DAY - 1, AT + DAY].map((ms) => allocationOf(ended, ms) !== null)).toEqual([true, true, false]);
  expect(JSON.parse(ended)).toMatchObject([{ endedAt: iso(AT + DAY), endedBy: 'manager:n' }]);
  // Nothing runs: nothing ends.
  expect(withAllocation(ended, null, by(AT + 2 * DAY))).toBe(ended);
});

test('a new one takes the place of the one that runs', () => {
  const again = withAllocation(granted, grant(AT + DAY, AT + 2 * DAY, 9), by(AT + DAY));
  const at = (ms: number) => allocationOf(again, ms)?.leadsPerWeek;
  expect([AT, AT + DAY - 1, AT + DAY, AT + 2 * DAY - 1, AT + 2 * DAY].map(at)).toEqual([4, 4, 9, 9, undefined]);
});

test('a newcomer has the greater of both; where onboarding is off, what was granted', () => {
  const tiered = resolvePreset('tiered') as Policy;
  const open = resolvePreset('open') as Policy;
  const rep = (leadsPerWeek: number) => ({
    createdAt: 7,
    protectedAllocations: withAllocation('[]', grant(AT, AT + DAY, leadsPerWeek), by(AT)),
  });
  expect(baseLoadOf(tiered, rep(4), 'cohort', AT)).toEqual({ leadsPerWeek: 10, sinceMs: 7 });
  expect(baseLoadOf(tiered, rep(12), 'cohort', AT)).toEqual({ leadsPerWeek: 12, sinceMs: AT });
  expect(baseLoadOf(open, rep(4), undefined, AT)).toEqual({ leadsPerWeek: 4, sinceMs: AT });
  expect(baseLoadOf(tiered, { createdAt: 7, protectedAllocations: '[]' }, undefined, AT)).toBeNull();
});
