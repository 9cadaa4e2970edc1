import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '../kernel/calendar.ts';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { laneForRep, type OfferPlan, type OfferRep, planOffer } from './distribution-rules.ts';
import { weeklyRules } from './fairness-rules.ts';
import { nextFallbackRep } from './fallback-rules.ts';
import { cohortShare, leadsDue, type OnboardingRep, onboardingOf, type ProtectedWeek } from './onboarding-rules.ts';

const policy = resolvePreset('tiered') as Policy;
const HIRED = '2026-03-02';
const noon = (day: string) => Date.parse(`${day}T05:00:00Z`);

/** Entered on the first day and confirmed on the 20th, unless told otherwise. */
const newcomer = (part: Partial<OnboardingRep> = {}): OnboardingRep => ({
  hiredOn: HIRED,
  timeZone: null,
  team: null,
  createdAt: noon(HIRED),
  readyOn: addDays(HIRED, 20),
  onboardingExtensions: '[]',
  ...part,
});
const phaseAt = (days: number, rep = newcomer()) =>
  onboardingOf(policy, rep, noon(addDays(HIRED, days)))?.phase ?? 'full';

describe('COMP-40.11: the phases by date', () => {
  test('weeks 1 to 4, 5 to 8, 9 to day 90, then none', () => {
    const days = [0, 27, 28, 55, 56, 83, 89, 90];
    expect(days.map((day) => phaseAt(day))).toEqual([
      ...['shadow', 'shadow', 'cohort', 'cohort'],
      ...['guaranteed', 'guaranteed', 'guaranteed', 'full'],
    ]);
    expect(onboardingOf(policy, newcomer(), noon(addDays(HIRED, 28)))?.week).toBe(5);
  });

  test('the day is the rep’s own: it begins two hours earlier in Jayapura', () => {
    const at = Date.parse(`${addDays(HIRED, 27)}T15:00:00Z`);
    expect(onboardingOf(policy, newcomer(), at)?.phase).toBe('shadow');
    expect(onboardingOf(policy, newcomer({ timeZone: 'Asia/Jayapura' }), at)?.phase).toBe('cohort');
  });

  test('no day of hiring, or the rule switched off: no newcomer; a day ahead: a shadow already', () => {
    expect(phaseAt(3, newcomer({ hiredOn: null }))).toBe('full');
    expect(onboardingOf(resolvePreset('open') as Policy, newcomer(), noon(HIRED))).toBeNull();
    expect(phaseAt(-5)).toBe('shadow');
  });

  test('FAIR-17: without a manager’s word a shadow stays one, to the end of the protection', () => {
    const unready = newcomer({ readyOn: null });
    expect([28, 56, 89].map((day) => phaseAt(day, unready))).toEqual(['shadow', 'shadow', 'shadow']);
    expect(onboardingOf(policy, unready, noon(addDays(HIRED, 56)))?.waitsForReadiness).toBe(true);
    expect(phaseAt(90, unready)).toBe('full');
    // Entered in the sixth week: the word of whoever entered it.
    expect(phaseAt(40, newcomer({ readyOn: null, createdAt: noon(addDays(HIRED, 36)) }))).toBe('cohort');
  });

  test('FAIR-18: an extension holds the rep where it is, from the day on which it was given', () => {
    const held = newcomer({ onboardingExtensions: JSON.stringify([{ from: addDays(HIRED, 26), days: 7 }]) });
    expect([26, 33, 34, 35, 62, 63].map((day) => phaseAt(day, held))).toEqual([
      ...['shadow', 'shadow', 'shadow', 'cohort', 'cohort', 'guaranteed'],
    ]);
  });

  test('property: no extension and no day ever leads back to an earlier phase', () => {
    const order = ['shadow', 'cohort', 'guaranteed', 'full'];
    const extension = fc.record({ from: fc.nat(90).map((day) => addDays(HIRED, day)), days: fc.nat(60) });
    fc.assert(
      fc.property(
        fc.array(extension, { maxLength: 3 }).map((some) => some.sort((a, b) => (a.from < b.from ? -1 : 1))),
        (extensions) => {
          const rep = newcomer({ onboardingExtensions: JSON.stringify(extensions) });
          const ranks = Array.from({ length: 400 }, (_, day) => order.indexOf(phaseAt(day, rep)));
          for (const [day, rank] of ranks.slice(1).entries()) expect(rank).toBeGreaterThanOrEqual(ranks[day] ?? 0);
          expect(ranks.at(-1)).toBe(3);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('who is in which offer', () => {
  const rep = (id: string, phase?: OfferRep['phase'], tier = 1): OfferRep => ({
    id,
    tier,
    timeZone: 'Asia/Jakarta',
    active: true,
    status: 'ready',
    ...(phase && { phase }),
  });
  const team = [rep('full'), rep('shadow', 'shadow'), rep('cohort', 'cohort', 2), rep('late', 'guaranteed', 3)];
  const input = { temperature: 'warm', policy, reps: team, nowMs: noon(HIRED), counterOf: () => 0 } as const;
  const plan = (pool: 'standard' | 'premium' | 'cohort', reps = team) =>
    planOffer({ ...input, reps, pool }) as OfferPlan;

  test('FAIR-13: a shadow is in the first lane’s company, under a limit that nothing meets', () => {
    const made = plan('standard');
    expect(made.lanes.map(({ repIds, tiers }) => [repIds.join(), tiers])).toEqual([
      ['full', [1]],
      ['late', [3]],
      ['shadow', [0]],
    ]);
    expect(made.lanes[2]?.opensAtMs).toBe(made.lanes[0]?.opensAtMs);
    expect(made.limits[0]).toEqual({ rule: 'onboarding', terms: [], max: -1, lanes: [2] });
    expect(made.ineligible).toEqual([
      { repId: 'shadow', reason: 'onboarding' },
      { repId: 'cohort', reason: 'otherPool' },
    ]);
    expect(planOffer({ ...input, pool: 'standard', reps: [rep('shadow', 'shadow')] }).nobody).toBe(true);
  });

  test('FAIR-14: in the cohort’s pool race its members alone, all at once', () => {
    const made = plan('cohort', [...team, rep('second', 'cohort', 3)]);
    expect(made.lanes[0]).toMatchObject({ repIds: ['cohort', 'second'], opensAtMs: noon(HIRED) });
    expect(made.ineligible).toContainEqual({ repId: 'full', reason: 'otherPool' });
  });

  test('a newcomer who comes back joins where it belongs, and nowhere else', () => {
    const open = (pool: 'standard' | 'cohort') => {
      const { lanes, limits, increments, closesAtMs } = plan(pool);
      const weekly = weeklyRules({ policy, temperature: 'warm', counterOf: () => 0 });
      const own = { policy, weekly, pool, temperature: 'warm', openedAtMs: noon(HIRED), hasHolder: false } as const;
      return { ...own, lanes, limits, increments, closesAtMs };
    };
    const at = noon(HIRED) + 1;
    expect(laneForRep(open('standard'), rep('n', 'shadow'), at)?.lane).toBe(2);
    expect(laneForRep(open('standard'), rep('n', 'cohort'), at)).toBeNull();
    expect(laneForRep(open('standard'), rep('n'), at)?.lane).toBe(0);
    expect(laneForRep(open('cohort'), rep('n', 'cohort', 3), at)?.lane).toBe(0);
    expect(laneForRep(open('cohort'), rep('n'), at)).toBeNull();
  });

  test('the cohort has its share of the releases by heads', () => {
    expect(cohortShare(team)).toBe(1 / 3);
    expect(cohortShare([rep('full'), rep('shadow', 'shadow')])).toBe(0);
    expect(cohortShare([rep('cohort', 'cohort'), { ...rep('full'), status: 'break' }])).toBe(1);
  });

  test('FAIR-12: who is owed the base load is served before anybody else by the rotation', () => {
    const turn = (one: OfferRep, baseLoadOwed: boolean) => ({ ...one, lastTurn: 0, baseLoadOwed });
    const next = (owed: string) =>
      nextFallbackRep({ ...input, pool: 'standard', reps: team.map((one) => turn(one, one.id === owed)) }).repId;
    expect(next('shadow')).toBe('shadow');
    expect(next('nobody')).toBe('late');
  });
});

describe('FAIR-12, FAIR-14: what is due without a race', () => {
  const MONDAY = '2026-11-23';
  const week = (part: Partial<ProtectedWeek> = {}): ProtectedWeek => ({
    phase: 'guaranteed',
    monday: MONDAY,
    today: MONDAY,
    addedOn: HIRED,
    assigned: 0,
    claimed: 0,
    ...part,
  });
  const dueOn = (day: number, part: Partial<ProtectedWeek> = {}) =>
    leadsDue(10, 'standard', week({ today: addDays(MONDAY, day), ...part }));

  test('a quarter by each day from Tuesday on, all of it from Friday on', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((day) => dueOn(day))).toEqual([0, 2, 5, 7, 10, 10, 10]);
    expect(dueOn(3, { assigned: 7 })).toBe(0);
    expect(dueOn(4, { assigned: 7 })).toBe(3);
    expect(dueOn(4, { assigned: 11 })).toBe(0);
  });

  test('nothing on the day on which the rep was added, and no more than the days that are left', () => {
    const added = { addedOn: addDays(MONDAY, 2) };
    expect([2, 3, 4].map((day) => dueOn(day, added))).toEqual([0, 2, 5]);
    expect(dueOn(6, { addedOn: addDays(MONDAY, 5) })).toBe(0);
  });

  test('of the cohort’s leads one for each that was claimed, and none for others; premium ones never', () => {
    const claimed = { claimed: 3, assigned: 1 };
    expect(leadsDue(10, 'cohort', week({ phase: 'cohort', ...claimed }))).toBe(2);
    expect(leadsDue(10, 'standard', week({ phase: 'cohort', ...claimed }))).toBe(0);
    const friday = { today: addDays(MONDAY, 4) };
    expect(leadsDue(10, 'cohort', week(friday))).toBe(0);
    expect(leadsDue(10, 'premium', week(friday))).toBe(0);
  });

  test('property: it is never negative, and once it is given nothing more is due', () => {
    const anyWeek = fc.record({
      phase: fc.constantFrom('shadow' as const, 'cohort' as const, 'guaranteed' as const),
      monday: fc.constant(MONDAY),
      today: fc.nat(6).map((day) => addDays(MONDAY, day)),
      addedOn: fc.integer({ min: -300, max: 6 }).map((day) => addDays(MONDAY, day)),
      assigned: fc.nat(20),
      claimed: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.nat(60), fc.constantFrom('standard' as const, 'cohort' as const), anyWeek, (load, pool, one) => {
        const due = leadsDue(load, pool, one);
        expect(due).toBeGreaterThanOrEqual(0);
        expect(leadsDue(load, pool, { ...one, assigned: one.assigned + due })).toBe(0);
      }),
    );
  });
});
