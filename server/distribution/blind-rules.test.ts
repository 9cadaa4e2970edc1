/** FAIR-04, FAIR-05: of a blind offer nothing but what it counts depends on what the lead is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLIND_FACTS } from '../policy/blind-policy.ts';
import { type Policy, resolvePreset, type Temperature } from '../policy/policy-rules.ts';
import { isBlind, plannedTemperature, shownFacts } from './blind-rules.ts';
import { claimsInWeek, returnedInWeek } from './counter-rules.ts';
import { type OfferRep, planOffer } from './distribution-rules.ts';

/** 10:00 in Jakarta on a Tuesday. */
const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const WEEK = '2026-11-23';
const TEMPERATURES: Temperature[] = ['hot', 'warm', 'cold'];
const POLICY = resolvePreset('fair-mix') as Policy;
const FACTS = { industry: 'retail', region: 'Bali', country: 'ID', source: 'web form', acceptedAtMs: NOW_MS };

const rep = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  tier: fc.integer({ min: 1, max: 3 }),
  timeZone: fc.constantFrom('Asia/Jakarta', 'Asia/Jayapura'),
  active: fc.constant(true),
  status: fc.constantFrom<OfferRep['status']>('ready', 'break'),
  weeklyAllowance: fc.constantFrom(null, 2, 10),
});
const counters = fc.dictionary(
  fc.constantFrom(...TEMPERATURES.map((one) => claimsInWeek(one, WEEK)), returnedInWeek('warm', WEEK)),
  fc.integer({ min: 0, max: 8 }),
);

function plan(temperature: Temperature, blind: boolean, reps: OfferRep[], counted: Record<string, number>) {
  return planOffer({
    ...{ temperature, blind, pool: 'standard', policy: POLICY, reps, nowMs: NOW_MS },
    counterOf: (_, counter) => counted[counter] ?? 0,
    past: { shownOf: () => 5, policyAt: () => POLICY, workedIn: () => ({ worked: 5, working: 5 }) },
  });
}

describe('the plan of a blind offer', () => {
  test('lanes, limits, closing time and who is left out are the same for every temperature', () => {
    fc.assert(
      fc.property(fc.uniqueArray(rep, { selector: ({ id }) => id }), counters, (reps, counted) => {
        const plans = TEMPERATURES.map((temperature) => plan(temperature, true, reps, counted));
        const told = plans.map((one) => ('increments' in one ? { ...one, increments: [] } : one));
        expect(told[1]).toEqual(told[0]);
        expect(told[2]).toEqual(told[0]);
        const rules = plans.flatMap((one) => ('limits' in one ? one.limits.map((limit) => limit.rule) : []));
        expect(rules).not.toContain('hotPerWarm');
        expect(rules).not.toContain('coldPerWeek');
      }),
    );
  });

  test('a win counts the truth', () => {
    const someone: OfferRep = { id: 'a', tier: 1, timeZone: 'Asia/Jakarta', active: true, status: 'ready' };
    for (const temperature of TEMPERATURES) {
      const made = plan(temperature, true, [someone], {});
      const counted = 'increments' in made ? made.increments.map(({ counter }) => counter) : [];
      expect(counted).toContain(claimsInWeek(temperature, WEEK));
      expect(counted.filter((counter) => /^(hot|warm|cold):/.test(counter))).toHaveLength(1);
    }
  });
});

describe('the draw and the preview', () => {
  test('each pool has its own share', () => {
    const policy = { shareOfStandard: 0.2, shareOfPremium: 0, show: [] };
    expect([0, 0.199, 0.2, 0.99].map((drawn) => isBlind(policy, 'standard', drawn))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isBlind(policy, 'premium', 0)).toBe(false);
    expect(isBlind({ ...policy, shareOfPremium: 1 }, 'premium', 0.999)).toBe(true);
  });

  test('what is not listed is null', () => {
    expect(shownFacts(FACTS, ['region'])).toEqual({
      ...{ industry: null, region: 'Bali', country: 'ID', source: null, acceptedAt: null },
    });
    expect(Object.values(shownFacts(FACTS, BLIND_FACTS))).not.toContain(null);
  });
});

test('FAIR-05: what is blind is planned as a warm lead, whatever it is; what is not, as what it is', () => {
  expect(TEMPERATURES.map((one) => plannedTemperature(one, ['region']))).toEqual(['warm', 'warm', 'warm']);
  expect(TEMPERATURES.map((one) => plannedTemperature(one, null))).toEqual(TEMPERATURES);
});
