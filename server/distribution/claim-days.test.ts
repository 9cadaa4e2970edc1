import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localDay } from '../kernel/calendar.ts';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { claimsOnDay, countingOf, countsOwnDays, dayOfClaim, zonesByDays } from './claim-days.ts';
import { planOffer } from './distribution-rules.ts';

const EVENING_MS = Date.parse('2026-11-23T16:00:00Z');

test('zones whose days agree go together', () => {
  const zones = ['Asia/Jakarta', 'Asia/Jayapura', 'Asia/Jakarta', 'asia/jakarta'];
  const noonMs = Date.parse('2026-11-23T05:00:00Z');
  expect(zonesByDays(zones, noonMs, noonMs + 1)).toHaveLength(1);
  expect(zonesByDays(zones, EVENING_MS, EVENING_MS + 1)).toEqual([['Asia/Jakarta', 'asia/jakarta'], ['Asia/Jayapura']]);
  // They agree now, and no longer when Jayapura's midnight comes.
  const midnightMs = Date.parse('2026-11-23T15:00:00Z');
  expect(zonesByDays(zones, noonMs, midnightMs)).toHaveLength(1);
  expect(zonesByDays(zones, noonMs, midnightMs + 1)).toHaveLength(2);
});

test('a single zone is counted for a day beyond closing, several as long as they agree', () => {
  const noonMs = Date.parse('2026-11-23T05:00:00Z');
  const span = { fromMs: noonMs, closesAtMs: noonMs + 1000, dailyCap: 10 };
  const one = countingOf({ zones: ['Asia/Jakarta'], ...span });
  expect(one.increments.map((increment) => increment.counter)).toEqual([
    claimsOnDay('2026-11-23'),
    claimsOnDay('2026-11-24'),
  ]);
  const two = countingOf({ zones: ['Asia/Jakarta', 'Asia/Jayapura'], ...span });
  expect(two.increments).toEqual([
    { counter: claimsOnDay('2026-11-23'), by: 1, untilMs: Date.parse('2026-11-23T15:00:00Z') },
  ]);
  expect(two.limits[0]).toMatchObject({ max: 9, untilMs: Date.parse('2026-11-23T15:00:00Z') });
});

test('countsOwnDays: an offer that counts nothing excludes nobody', () => {
  expect(countsOwnDays([], 0, 'Asia/Jakarta', { fromMs: 0, untilMs: 1 })).toBe(true);
});

test('property: at every instant of an offer each member is counted once, on the own local day', () => {
  const policy = resolvePreset('tiered') as Policy;
  const zone = fc.constantFrom('Asia/Jakarta', 'Asia/Jayapura', 'America/New_York', 'Asia/Kolkata');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(zone, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 8 }),
      fc.nat(4 * 86_400_000),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (members, offsetMs, share) => {
        const nowMs = Date.parse('2026-10-30T00:00:00Z') + offsetMs;
        const reps = members.map(([timeZone, tier], index) => ({
          id: `r${index}`,
          tier,
          timeZone,
          active: true,
          status: 'ready' as const,
        }));
        const plan = planOffer({
          temperature: 'cold',
          pool: 'standard',
          policy,
          reps,
          nowMs,
          counterOf: () => 0,
        });
        if (plan.nobody) throw new Error('an offer to nobody');
        const atMs = nowMs + Math.floor((plan.closesAtMs - nowMs) * share);
        for (const [lane, { repIds }] of plan.lanes.entries()) {
          for (const repId of repIds) {
            const { timeZone } = reps.find((rep) => rep.id === repId)!;
            const inForce = plan.increments.filter(
              (increment) =>
                (increment.lanes?.includes(lane) ?? true) &&
                (increment.fromMs ?? 0) <= atMs &&
                atMs < (increment.untilMs ?? Number.POSITIVE_INFINITY),
            );
            expect(inForce.map((increment) => increment.counter)).toEqual([claimsOnDay(localDay(atMs, timeZone))]);
            expect(dayOfClaim(plan.increments, lane, atMs)).toBe(localDay(atMs, timeZone));
            const span = { fromMs: nowMs, untilMs: plan.closesAtMs };
            expect(countsOwnDays(plan.increments, lane, timeZone, span)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
