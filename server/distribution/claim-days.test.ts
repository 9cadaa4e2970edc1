import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localDay, periodDays } from '../kernel/calendar.ts';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { countsOwnDays, dayOfClaim, dayWindows, inWindows, zonesByDays } from './claim-days.ts';
import { claimsInWeek, claimsOnDay, OPEN_LEADS } from './counter-rules.ts';
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

test('a single zone has a day beyond closing, several as long as they agree', () => {
  const noonMs = Date.parse('2026-11-23T05:00:00Z');
  const midnightMs = Date.parse('2026-11-23T17:00:00Z');
  expect(dayWindows(['Asia/Jakarta'], noonMs, noonMs + 1000)).toEqual([
    { day: '2026-11-23', untilMs: midnightMs },
    { day: '2026-11-24', fromMs: midnightMs, untilMs: midnightMs + 86_400_000 },
  ]);
  expect(dayWindows(['Asia/Jakarta', 'Asia/Jayapura'], noonMs, noonMs + 1000)).toEqual([
    { day: '2026-11-23', untilMs: Date.parse('2026-11-23T15:00:00Z') },
  ]);
});

test('what does not change at midnight is one rule; on a Monday it is another', () => {
  // Saturday noon in Jakarta; open until Monday noon.
  const noonMs = Date.parse('2026-11-28T05:00:00Z');
  const windows = dayWindows(['Asia/Jakarta', 'Asia/Pontianak'], noonMs, noonMs + 2 * 86_400_000);
  const rules = inWindows(windows, (day) => [{ day }, { always: 1 }], [3]);
  expect(windows).toHaveLength(3);
  expect(rules.map((rule) => ('day' in rule ? rule.day : 'always'))).toEqual([
    '2026-11-28',
    'always',
    '2026-11-29',
    '2026-11-30',
  ]);
  expect(rules[1]).toEqual({ always: 1, untilMs: windows[2]?.untilMs, lanes: [3] });
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
            const day = localDay(atMs, timeZone);
            const week = periodDays('week', day).from;
            expect(inForce.map((increment) => increment.counter).sort()).toEqual([
              claimsOnDay(day),
              claimsInWeek('cold', week),
              OPEN_LEADS,
            ]);
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
