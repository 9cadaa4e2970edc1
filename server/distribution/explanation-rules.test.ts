import { expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { whyThen } from './explanation-rules.ts';

const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const policy = resolvePreset('tiered') as Policy;
const offer = { policy, pool: 'standard', temperature: 'warm', openedAtMs: NOW_MS, hasHeadStart: false } as const;
const place = { opensAtMs: NOW_MS + 900_000, tiers: [2], tier: 2, admitted: false, inPriorityWindow: false };

test('a lane that opens at its tier’s time does so for the tier; before it, early', () => {
  expect(whyThen(offer, place)).toEqual({ cause: 'tier', delaySeconds: 900, dueSeconds: 900, tiers: [2] });
  const early = { ...place, opensAtMs: NOW_MS + 60_000 };
  expect(whyThen(offer, early)).toMatchObject({ cause: 'early', delaySeconds: 60, dueSeconds: 900 });
});

test('who was let in, only watches, or holds the window is told that', () => {
  expect(whyThen(offer, { ...place, admitted: true }).cause).toBe('letIn');
  expect(whyThen(offer, { ...place, tiers: [0], tier: 3 }).cause).toBe('watches');
  expect(whyThen(offer, { ...place, inPriorityWindow: true }).cause).toBe('window');
});
