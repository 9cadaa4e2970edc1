import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OFFER_MEMBERS_MAX } from '../claims/limits.ts';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { claimsOnDay } from './counter-rules.ts';
import { delaySecondsOf } from './delays-rules.ts';
import {
  LAST_LANE_MS_MIN,
  laneCanClaim,
  lanesToOpenEarly,
  type OfferPlan,
  type OfferRep,
  planOffer,
  withinLimits,
} from './distribution-rules.ts';

/** 10:00 in Jakarta. */
const NOW_MS = Date.parse('2026-11-23T03:00:00Z');
const TODAY = claimsOnDay('2026-11-23');
const none = () => 0;

const preset = (name: string) => resolvePreset(name) as Policy;
const rep = (id: string, part: Partial<OfferRep> = {}): OfferRep => ({
  id,
  tier: 1,
  timeZone: 'Asia/Jakarta',
  active: true,
  status: 'ready',
  ...part,
});
const THREE_TIERS = [rep('a'), rep('b', { tier: 2 }), rep('c', { tier: 3 })];
const capped =
  (...repIds: string[]) =>
  (repId: string, counter: string) =>
    counter === TODAY && repIds.includes(repId) ? 10 : 0;

type Input = Parameters<typeof planOffer>[0];
function plan(part: Partial<Input> = {}): OfferPlan {
  const made = planOffer({
    temperature: 'warm',
    pool: 'standard',
    policy: preset('tiered'),
    reps: THREE_TIERS,
    nowMs: NOW_MS,
    counterOf: none,
    ...part,
  });
  if (made.nobody) throw new Error('an offer to nobody');
  return made;
}
/** Lanes as seconds after release and members. */
const lanesOf = (made: OfferPlan) => made.lanes.map((lane) => [(lane.opensAtMs - NOW_MS) / 1000, lane.repIds.join()]);

describe('OPEN', () => {
  test('COMP-13: one lane, now, everybody, whatever the tier', () => {
    const made = plan({ policy: preset('open') });
    expect(lanesOf(made)).toEqual([[0, 'a,b,c']]);
    expect(made).toMatchObject({ limits: [], attemptRate: null, ineligible: [] });
    expect(made.closesAtMs).toBe(NOW_MS + 1_800_000);
  });

  test('COMP-07: who is away is left out, with the reason', () => {
    const reps = [rep('a'), rep('b', { active: false }), rep('c', { status: 'break' })];
    const made = plan({ policy: preset('open'), reps });
    expect(lanesOf(made)).toEqual([[0, 'a']]);
    expect(made.ineligible).toEqual([
      { repId: 'b', reason: 'inactive' },
      { repId: 'c', reason: 'notReady' },
    ]);
  });

  test(`no more than ${OFFER_MEMBERS_MAX} members: the first lanes', and those who were added first; the others with the reason`, () => {
    const many = Array.from({ length: OFFER_MEMBERS_MAX }, (_, n) => rep(`r${n}`, { tier: n === 0 ? 1 : 2 }));
    const reps = [rep('resting', { status: 'break' }), ...many, rep('last', { tier: 2 }), rep('best')];
    const made = plan({ reps });
    expect(made.lanes.map(({ repIds }) => repIds.length)).toEqual([2, OFFER_MEMBERS_MAX - 2]);
    expect(made.lanes[0]?.repIds).toEqual(['r0', 'best']);
    expect(made.ineligible).toEqual([
      { repId: 'resting', reason: 'notReady' },
      { repId: `r${OFFER_MEMBERS_MAX - 1}`, reason: 'beyondBound' },
      { repId: 'last', reason: 'beyondBound' },
    ]);
  });

  test('nobody at all', () => {
    const reps = [rep('b', { active: false }), rep('c', { status: 'break' })];
    const input = { temperature: 'hot', pool: 'premium', nowMs: NOW_MS, counterOf: none } as const;
    expect(planOffer({ ...input, policy: preset('open'), reps })).toMatchObject({ nobody: true });
    const onlyTier3 = { ...input, policy: preset('tiered'), reps: [rep('c', { tier: 3 })] };
    expect(planOffer(onlyTier3)).toEqual({
      nobody: true,
      ineligible: [{ repId: 'c', reason: 'tierNever' }],
    });
  });
});

describe('TIERED', () => {
  test('COMP-21, COMP-40.2: premium 0, 900 s, tier 3 never', () => {
    const made = plan({ pool: 'premium', temperature: 'hot' });
    expect(lanesOf(made)).toEqual([
      [0, 'a'],
      [900, 'b'],
    ]);
    expect(made.ineligible).toEqual([{ repId: 'c', reason: 'tierNever' }]);
    expect(made.closesAtMs).toBe(NOW_MS + 1_200_000);
  });

  test('COMP-21, COMP-40.3: standard 0, 900 s, 3600 s', () => {
    const made = plan();
    expect(lanesOf(made)).toEqual([
      [0, 'a'],
      [900, 'b'],
      [3600, 'c'],
    ]);
    expect(made.lanes.map((lane) => lane.tiers)).toEqual([[1], [2], [3]]);
    expect(made.closesAtMs).toBe(NOW_MS + 5_400_000);
    expect(made.attemptRate).toEqual({ perSecond: 5, perMinute: 60 });
  });

  test('tiers of equal delay share a lane; deeper tiers get the last entry', () => {
    const policy = preset('tiered');
    policy.competition.delays.standard = { default: [0, 0, 60], hot: [0, 5] };
    expect(lanesOf(plan({ policy, reps: [...THREE_TIERS, rep('z', { tier: 9 })] }))).toEqual([
      [0, 'a,b'],
      [60, 'c,z'],
    ]);
    expect(delaySecondsOf(policy, { pool: 'standard', temperature: 'hot' }, { tier: 3 })).toBe(5);
    expect(delaySecondsOf(policy, { pool: 'standard', temperature: 'cold' }, { tier: 3 })).toBe(60);
  });

  test('COMP-10: the hard limit ends an offer, but the last lane has its minute', () => {
    const policy = preset('tiered');
    policy.competition.hardLimitSeconds.warm = 4000;
    expect(plan({ policy }).closesAtMs).toBe(NOW_MS + 4_000_000);
    policy.competition.hardLimitSeconds.warm = 1000;
    expect(plan({ policy }).closesAtMs).toBe(NOW_MS + 3_600_000 + LAST_LANE_MS_MIN);
    policy.competition.clearSeconds.warm = 20;
    expect(plan({ policy }).closesAtMs).toBe(NOW_MS + 3_620_000);
  });
});

describe('COMP-28: a lane in which nobody can claim holds nobody back', () => {
  test('no tier 1 at all, or on a break: tier 2 opens now, tier 3 keeps its hour', () => {
    const reps = [rep('a', { status: 'break' }), ...THREE_TIERS.slice(1)];
    expect(lanesOf(plan({ reps }))).toEqual([
      [0, 'b'],
      [3600, 'c'],
    ]);
  });

  test('all of tier 1 at the cap: tier 2 shares their lane', () => {
    expect(lanesOf(plan({ counterOf: capped('a') }))).toEqual([
      [0, 'a,b'],
      [3600, 'c'],
    ]);
    const oneFree = { reps: [rep('a2'), ...THREE_TIERS], counterOf: capped('a') };
    expect(lanesOf(plan(oneFree))[0]).toEqual([0, 'a2,a']);
  });

  test('everybody at the cap: all hear it by name, at once', () => {
    expect(lanesOf(plan({ counterOf: capped('a', 'b', 'c') }))).toEqual([[0, 'a,b,c']]);
  });

  test('switched off, delays stand', () => {
    const policy = preset('tiered');
    policy.competition.openEarlyIfLaneEmpty = false;
    expect(lanesOf(plan({ policy, reps: THREE_TIERS.slice(1) }))).toEqual([
      [900, 'b'],
      [3600, 'c'],
    ]);
  });

  test('while the offer runs', () => {
    const made = plan();
    const now = { nowMs: NOW_MS + 1000, counterOf: none, isReady: () => true };
    expect(lanesToOpenEarly(made, now)).toEqual([]);
    expect(lanesToOpenEarly(made, { ...now, counterOf: capped('a') })).toEqual([1]);
    expect(lanesToOpenEarly(made, { ...now, counterOf: capped('a', 'b') })).toEqual([1, 2]);
    expect(lanesToOpenEarly(made, { ...now, isReady: (id) => id !== 'a' })).toEqual([1]);
    const later = { ...now, nowMs: NOW_MS + 900_000 };
    expect(lanesToOpenEarly(made, { ...later, counterOf: capped('a') })).toEqual([]);
    expect(laneCanClaim(made, 7, now)).toBe(false);
  });
});

describe('FAIR-11: the daily cap', () => {
  test('COMP-40.6: the tenth claim of a local day is inside, the eleventh is not', () => {
    const made = plan();
    const [limit] = made.limits;
    expect(limit).toEqual({
      rule: 'dailyCap',
      terms: [{ counter: TODAY, coefficient: 1 }],
      max: 9,
      untilMs: Date.parse('2026-11-23T17:00:00Z'),
    });
    expect(made.increments[0]).toMatchObject({ counter: TODAY, by: 1 });
    expect(withinLimits('a', 0, made.limits, NOW_MS, () => 9)).toBe(true);
    expect(withinLimits('a', 0, made.limits, NOW_MS, () => 10)).toBe(false);
  });

  test('an offer that outlives midnight carries both days and the instant between', () => {
    const nowMs = Date.parse('2026-11-23T16:30:00Z');
    const midnight = Date.parse('2026-11-23T17:00:00Z');
    const made = plan({ nowMs });
    expect(made.closesAtMs).toBeGreaterThan(midnight);
    expect(withinLimits('a', 0, made.limits, midnight - 1, capped('a'))).toBe(false);
    expect(withinLimits('a', 0, made.limits, midnight, capped('a'))).toBe(true);
    const ofDays = made.increments.filter(({ counter }) => counter.startsWith('claims:'));
    expect(ofDays.map((increment) => [increment.counter, increment.fromMs])).toEqual([
      [TODAY, undefined],
      [claimsOnDay('2026-11-24'), midnight],
      [claimsOnDay('2026-11-25'), midnight + 86_400_000],
    ]);
  });

  test('claims are counted without a cap too: one switched on at noon knows the morning', () => {
    const made = plan({ policy: preset('open') });
    expect(made.increments[0]?.counter).toBe(TODAY);
  });
});

describe('reps of several zones', () => {
  const east = rep('e', { timeZone: 'Asia/Jayapura' });

  test('share a lane while their days agree', () => {
    const made = plan({ policy: preset('open'), reps: [rep('a'), east] });
    expect(lanesOf(made)).toEqual([[0, 'a,e']]);
    expect(made.increments.every((increment) => increment.lanes === undefined)).toBe(true);
  });

  test('are split by day when it is tomorrow in the east, each counted on the own day', () => {
    const nowMs = Date.parse('2026-11-23T16:00:00Z');
    const policy = preset('tiered');
    const made = plan({ policy, reps: [rep('a'), east, rep('b', { tier: 2 })], nowMs });
    expect(made.lanes.map((lane) => [lane.opensAtMs - nowMs, lane.repIds.join()])).toEqual([
      [0, 'a'],
      [0, 'e'],
      [900_000, 'b'],
    ]);
    expect(made.limits.filter((limit) => limit.terms[0]?.counter === TODAY)).toMatchObject([{ lanes: [0, 2] }]);
    const eastFull = (_: string, counter: string) => (counter === TODAY ? 10 : 0);
    expect(withinLimits('a', 0, made.limits, nowMs, eastFull)).toBe(false);
    expect(withinLimits('e', 1, made.limits, nowMs, eastFull)).toBe(true);
  });
});

test('property: nobody opens before the tier’s delay unless all before cannot claim; all ready reps are in once', () => {
  const anyRep = fc.record({
    tier: fc.integer({ min: 1, max: 4 }),
    timeZone: fc.constantFrom('Asia/Jakarta', 'Asia/Jayapura', 'America/New_York'),
    active: fc.boolean(),
    status: fc.constantFrom('ready' as const, 'break' as const),
  });
  fc.assert(
    fc.property(
      fc.array(anyRep, { maxLength: 12 }),
      fc.constantFrom('premium' as const, 'standard' as const),
      fc.nat(86_400_000),
      (parts, pool, offsetMs) => {
        const reps = parts.map((part, index) => ({ id: `r${index}`, ...part }));
        const policy = preset('tiered');
        const nowMs = NOW_MS + offsetMs;
        const made = planOffer({ temperature: 'warm', pool, policy, reps, nowMs, counterOf: none });
        const mayHave = reps.filter(
          (one) =>
            one.active && one.status === 'ready' && delaySecondsOf(policy, { pool, temperature: 'warm' }, one) !== null,
        );
        expect(made.nobody).toBe(mayHave.length === 0);
        expect(made.ineligible.length).toBe(reps.length - mayHave.length);
        if (made.nobody) return;
        const members = made.lanes.flatMap((lane) => lane.repIds);
        expect([...members].sort()).toEqual(mayHave.map((one) => one.id).sort());
        expect(made.closesAtMs).toBeGreaterThan(made.lanes.at(-1)!.opensAtMs);
        const lowest = Math.min(...made.lanes.map((lane) => lane.opensAtMs));
        expect(lowest).toBe(nowMs);
        for (const lane of made.lanes.filter((other) => other.opensAtMs > nowMs)) {
          for (const tier of lane.tiers) {
            const delay = delaySecondsOf(policy, { pool, temperature: 'warm' }, { tier });
            expect(lane.opensAtMs).toBe(nowMs + (delay ?? Number.NaN) * 1000);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
