/** Those who come later: into an open offer, and to a lead that nobody claimed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { claimsInWeek, OPEN_LEADS } from './counter-rules.ts';
import { laneForRep, type OfferPlan, type OfferRep, planOffer } from './distribution-rules.ts';
import { type Past, type RuleInput, weeklyRules } from './fairness-rules.ts';
import { type FallbackRep, nextFallbackRep } from './fallback-rules.ts';

/** 10:00 in Jakarta. */
const NOW_MS = Date.parse('2026-11-23T03:00:00Z');
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

const by = (policy: Policy, part: Partial<RuleInput> = {}) => ({
  policy,
  weekly: weeklyRules({ policy, temperature: 'warm', counterOf: none, ...part }),
});

describe('a rep who joins an open offer', () => {
  const running = (made: OfferPlan, pool: 'premium' | 'standard' = 'standard') => ({
    ...by(preset('tiered')),
    pool,
    temperature: 'warm' as const,
    openedAtMs: NOW_MS,
    closesAtMs: made.closesAtMs,
    limits: made.limits,
    lanes: made.lanes,
    increments: made.increments,
    hasHolder: false,
  });

  test('FAIR-09: into an offer with a head start nobody comes before its end, except by a window of the own', () => {
    const made = plan({ policy: preset('fair-mix'), reps: [rep('h', { inPriorityWindow: true }), ...THREE_TIERS] });
    const offer = { ...running(made), ...by(preset('fair-mix')), hasHolder: true };
    expect(laneForRep(offer, rep('n'), NOW_MS + 1)).toEqual({ lane: 1, opensAtMs: NOW_MS + 300_000 });
    expect(laneForRep(offer, rep('n', { tier: 2 }), NOW_MS + 1)).toEqual({ lane: 2, opensAtMs: NOW_MS + 1_200_000 });
    const holder = rep('n', { tier: 3, inPriorityWindow: true });
    expect(laneForRep(offer, holder, NOW_MS + 1)).toEqual({ lane: 0, opensAtMs: NOW_MS });
  });

  test('gets the lane of the own tier and its time, also when it was opened early', () => {
    const made = plan();
    expect(laneForRep(running(made), rep('n', { tier: 2 }), NOW_MS + 1)).toEqual({
      lane: 1,
      opensAtMs: NOW_MS + 900_000,
    });
    const early = {
      ...running(made),
      lanes: made.lanes.map((lane, index) => (index === 1 ? { ...lane, opensAtMs: NOW_MS + 5 } : lane)),
    };
    expect(laneForRep(early, rep('n', { tier: 2 }), NOW_MS + 9)?.opensAtMs).toBe(NOW_MS + 5);
  });

  test('without knowledge of tiers, the tier’s delay from release, never earlier', () => {
    const made = plan();
    const offer = { ...running(made), lanes: made.lanes.map(({ opensAtMs }) => ({ opensAtMs })) };
    expect(laneForRep(offer, rep('n', { tier: 2 }), NOW_MS + 1)).toEqual({
      lane: 1,
      opensAtMs: NOW_MS + 900_000,
    });
    expect(laneForRep(offer, rep('n', { tier: 1 }), NOW_MS + 1)).toEqual({
      lane: 0,
      opensAtMs: NOW_MS,
    });
  });

  test('COMP-20: tier 3 never gets into a premium offer; nor does who is not ready', () => {
    const made = plan({ pool: 'premium' });
    expect(laneForRep(running(made, 'premium'), rep('n', { tier: 3 }), NOW_MS)).toBeNull();
    expect(laneForRep(running(made), rep('n', { status: 'break' }), NOW_MS)).toBeNull();
    expect(laneForRep(running(made), rep('n', { active: false }), NOW_MS)).toBeNull();
  });

  test('not when the own lane would open after closing', () => {
    const made = plan({ reps: THREE_TIERS.slice(0, 2) });
    expect(laneForRep(running(made), rep('n', { tier: 3 }), NOW_MS)).toBeNull();
  });

  test('of another zone only where the own days are counted', () => {
    const nowMs = Date.parse('2026-11-23T16:00:00Z');
    const split = plan({ nowMs, reps: [rep('a'), rep('e', { timeZone: 'Asia/Jayapura' })] });
    const offer = { ...running(split), openedAtMs: nowMs };
    expect(laneForRep(offer, rep('n', { timeZone: 'Asia/Jayapura' }), nowMs)?.lane).toBe(1);
    expect(laneForRep(offer, rep('n'), nowMs)?.lane).toBe(0);
    expect(laneForRep(offer, rep('n', { timeZone: 'America/New_York' }), nowMs)?.lane).toBe(0);
    const west = { ...running(plan({ nowMs })), openedAtMs: nowMs };
    expect(laneForRep(west, rep('n', { timeZone: 'Asia/Jayapura' }), nowMs)).toBeNull();
  });
});

describe('the rules of the week of a rep who joins', () => {
  /** Under 2 hot per warm: who was shown a warm lead this week owes one, the others owe none. */
  const policy = { ...preset('open'), fairness: { ...preset('open').fairness, hotPerWarm: 2, waiveIfNone: true } };
  const past = (shown: readonly string[]): Past => ({
    shownOf: (repId, temperature) => (temperature === 'warm' && shown.includes(repId) ? 1 : 0),
    policyAt: () => policy,
    workedIn: () => ({ worked: 5, working: 5 }),
  });
  const opened = (reps: string[], shown: readonly string[], nowMs = NOW_MS) => {
    const made = plan({ temperature: 'hot', policy, nowMs, reps: reps.map((id) => rep(id)), past: past(shown) });
    const of = { pool: 'standard' as const, temperature: 'hot' as const, openedAtMs: nowMs, hasHolder: false };
    return { ...made, ...by(policy, { temperature: 'hot', past: past(shown) }), ...of };
  };

  test('FAIR-01: who comes back is let into the lane of the own rules, and into no other', () => {
    const both = opened(['free', 'owes'], ['owes', 'n']);
    expect(both.lanes.map(({ repIds }) => repIds)).toEqual([['free'], ['owes']]);
    expect(laneForRep(both, rep('n'), NOW_MS)?.lane).toBe(1);
    expect(laneForRep(both, rep('m'), NOW_MS)?.lane).toBe(0);
    expect(laneForRep(opened(['free'], ['n']), rep('n'), NOW_MS)).toBeNull();
    expect(laneForRep(opened(['owes'], ['owes']), rep('m'), NOW_MS)).toBeNull();
  });

  test('over a Monday they are those of both weeks', () => {
    const sunday = Date.parse('2026-11-29T16:58:00Z');
    expect(laneForRep(opened(['owes'], ['owes', 'n'], sunday), rep('n'), sunday)?.lane).toBe(0);
    expect(laneForRep(opened(['owes'], ['owes'], sunday), rep('n'), sunday)).toBeNull();
  });

  test('property: the limits a rep joins under are those it would have been offered the lead with', () => {
    const some = fc.subarray(['a', 'b', 'c', 'd']);
    fc.assert(
      fc.property(fc.subarray(['a', 'b', 'c'], { minLength: 1 }), some, (reps, shown) => {
        const offer = opened(reps, shown);
        const limitsOf = (made: OfferPlan, lane: number) =>
          made.limits.filter(({ lanes }) => lanes?.includes(lane) ?? true).map(({ rule }) => rule);
        const place = laneForRep(offer, rep('d'), NOW_MS);
        const own = limitsOf(opened(['d'], shown) as OfferPlan, 0);
        const held = offer.lanes.map((_, lane) => limitsOf(offer as OfferPlan, lane));
        if (place === null) expect(held).not.toContainEqual(own);
        else expect(held[place.lane]).toEqual(own);
      }),
    );
  });
});

describe('COMP-23: a lead that nobody claimed', () => {
  const turn = (id: string, tier: number, lastTurn = 0, part: Partial<OfferRep> = {}): FallbackRep => ({
    ...rep(id, { tier, ...part }),
    lastTurn,
    baseLoadOwed: false,
  });
  const next = (
    reps: FallbackRep[],
    pool: 'premium' | 'standard' = 'standard',
    name = 'tiered',
    counterOf: (repId: string, counter: string) => number = none,
  ) => nextFallbackRep({ policy: preset(name), pool, temperature: 'warm', reps, nowMs: NOW_MS, counterOf }).repId;

  test('standard: tier 3 by rotation, then upwards', () => {
    expect(next([turn('a', 1), turn('c', 3, 9), turn('d', 3, 5)])).toBe('d');
    expect(next([turn('a', 1), turn('b', 2), turn('c', 3, 0, { status: 'break' })])).toBe('b');
    expect(next([turn('d', 3, 5), turn('c', 3, 5)])).toBe('c');
  });

  test('premium: tiers 1 and 2 in one rotation, never tier 3', () => {
    expect(next([turn('a', 1, 9), turn('b', 2, 5), turn('c', 3)], 'premium')).toBe('b');
    expect(next([turn('a', 1, 0, { status: 'break' }), turn('c', 3)], 'premium')).toBeNull();
    expect(next([turn('c', 3)], 'premium')).toBeNull();
  });

  test('COMP-40.3: before the tier comes who owes an assigned lead, the larger debt first', () => {
    const reps = [turn('a', 1, 9), turn('b', 2), turn('c', 3)];
    const claimed = (counts: Record<string, number>) => (repId: string, counter: string) =>
      counter === claimsInWeek('warm', '2026-11-23') ? (counts[repId] ?? 0) : 0;
    expect(next(reps, 'standard', 'tiered', claimed({ a: 4, b: 4 }))).toBe('c');
    expect(next(reps, 'standard', 'tiered', claimed({ a: 5 }))).toBe('a');
    expect(next(reps, 'standard', 'tiered', claimed({ a: 9, b: 10 }))).toBe('b');
    expect(next(reps, 'standard', 'open', claimed({ a: 50 }))).toBe('b');
  });

  test('ROUTE-11: who holds as many leads as allowed is passed by', () => {
    const held = (count: number) => (repId: string, counter: string) =>
      repId === 'c' && counter === OPEN_LEADS ? count : 0;
    const reps = [turn('b', 2), turn('c', 3)];
    expect(next(reps, 'standard', 'tiered', held(49))).toBe('c');
    expect(next(reps, 'standard', 'tiered', held(50))).toBe('b');
    expect(next([turn('c', 3)], 'standard', 'tiered', held(50))).toBeNull();
    expect(next([turn('c', 3)], 'standard', 'open', held(5000))).toBe('c');
  });

  test('OPEN: anybody, by rotation; nobody available: null', () => {
    expect(next([turn('a', 1, 3), turn('c', 3, 7)], 'standard', 'open')).toBe('a');
    expect(next([turn('a', 1, 0, { active: false })], 'standard', 'open')).toBeNull();
  });
});

describe('COMP-35: the weekly allowance', () => {
  const WEEK = '2026-11-23';
  const allowed = (id: string, weeklyAllowance: number | null) => rep(id, { weeklyAllowance });
  const received = (counts: Record<string, Record<string, number>>) => (repId: string, counter: string) =>
    counts[repId]?.[counter] ?? 0;
  const mondayOf = { nowMs: Date.parse(`${WEEK}T03:00:00Z`), policy: preset('open') };

  test('reps of different allowances have lanes of their own, and a rep who joins gets into one of the own', () => {
    const made = plan({ ...mondayOf, reps: [allowed('a', 10), allowed('b', 12), allowed('c', null)] });
    expect(made.lanes.map(({ repIds }) => repIds)).toEqual([['a'], ['b'], ['c']]);
    const held = made.limits.filter(({ rule }) => rule === 'weeklyAllowance');
    expect(held.map(({ max, lanes }) => [max, lanes])).toEqual([
      [9, [0]],
      [11, [1]],
    ]);
    const offer = {
      ...made,
      ...by(preset('open')),
      pool: 'standard' as const,
      temperature: 'warm' as const,
      openedAtMs: mondayOf.nowMs,
      hasHolder: false,
    };
    const joins = (weeklyAllowance: number | null) => laneForRep(offer, allowed('n', weeklyAllowance), mondayOf.nowMs);
    expect([joins(10)?.lane, joins(12)?.lane, joins(null)?.lane]).toEqual([0, 1, 2]);
    expect(joins(15)).toBeNull();
  });

  test('claimed, rotated and assigned leads count, those of last week do not; the rotation passes over the ceiling', () => {
    const full = { [`hot:week:${WEEK}`]: 1, [`auto:week:${WEEK}`]: 1, [`manager:week:${WEEK}`]: 1 };
    const next = (counts: Record<string, number>) =>
      nextFallbackRep({
        ...mondayOf,
        pool: 'standard',
        temperature: 'warm',
        reps: [
          { ...allowed('a', 3), lastTurn: 0, baseLoadOwed: false },
          { ...allowed('b', 3), lastTurn: 5, baseLoadOwed: false },
        ],
        counterOf: received({ a: counts }),
      }).repId;
    expect(next({})).toBe('a');
    expect(next({ ...full, [`hot:week:${WEEK}`]: 0 })).toBe('a');
    expect(next({ 'cold:week:2026-11-16': 9 })).toBe('a');
    expect(next(full)).toBe('b');
  });
});
