/** Ratios, minimums and capacity as limits: at their edges, after waivers, over a Monday. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Policy, resolvePreset, type Temperature } from '../policy/policy-rules.ts';
import { autoInWeek, claimsInWeek, claimsOnDay, OPEN_LEADS, returnedInWeek } from './counter-rules.ts';
import { type OfferPlan, type OfferRep, planOffer, withinLimits } from './distribution-rules.ts';
import {
  autoOwed,
  claimsPerAutoRule,
  excessOf,
  hotPerWarmRule,
  type Past,
  type Rule,
  roomAgainst,
} from './fairness-rules.ts';

/** 10:00 in Jakarta on a Tuesday. */
const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const WEEK = '2026-11-23';
const BEFORE = '2026-11-16';
const NEXT = '2026-11-30';

const policyWith = (
  fairness: Partial<Policy['fairness']>,
  competition: Partial<Policy['competition']> = {},
): Policy => {
  const open = resolvePreset('open') as Policy;
  return {
    ...open,
    competition: { ...open.competition, ...competition },
    fairness: { ...open.fairness, ...fairness },
  };
};
const always = () => ({ worked: 5, working: 5 });
const rep = (id: string, part: Partial<OfferRep> = {}): OfferRep => ({
  id,
  tier: 1,
  timeZone: 'Asia/Jakarta',
  active: true,
  status: 'ready',
  ...part,
});
const reading = (counters: Record<string, number>) => (_: string, name: string) => counters[name] ?? 0;
const mayClaim = (rule: Rule, counters: Record<string, number>) => excessOf(rule, 'a', reading(counters)) <= 0;

describe('FAIR-01', () => {
  const rule = hotPerWarmRule(2, WEEK);
  const claims = (hot: number, warm: number, back = 0) => ({
    [claimsInWeek('hot', WEEK)]: hot,
    [claimsInWeek('warm', WEEK)]: warm,
    [returnedInWeek('warm', WEEK)]: back,
  });

  test('COMP-40.4: two hot leads are free, the third costs a warm one, as does the fifth', () => {
    expect([0, 1, 2, 3].map((hot) => mayClaim(rule, claims(hot, 0)))).toEqual([true, true, false, false]);
    expect([3, 4].map((hot) => mayClaim(rule, claims(hot, 1)))).toEqual([true, false]);
  });

  test('a warm lead that was given back pays for nothing', () => {
    expect(mayClaim(rule, claims(2, 1, 1))).toBe(false);
    expect(mayClaim(rule, claims(2, 2, 1))).toBe(true);
  });

  test('property: admitted exactly while hot < n × (warm + 1)', () => {
    const few = fc.nat(40);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), few, few, (each, hot, warm) => {
        expect(mayClaim(hotPerWarmRule(each, WEEK), claims(hot, warm))).toBe(hot < each * (warm + 1));
      }),
    );
  });
});

describe('FAIR-02', () => {
  const rule = claimsPerAutoRule(5, WEEK);
  const counts = (claims: Partial<Record<Temperature, number>>, auto: number, back = 0) => ({
    ...Object.fromEntries(
      Object.entries(claims).map(([temperature, count]) => [claimsInWeek(temperature as Temperature, WEEK), count]),
    ),
    [autoInWeek(WEEK)]: auto,
    [returnedInWeek('auto', WEEK)]: back,
  });

  test('COMP-40.5: the sixth claim of any temperature costs an assigned lead that is kept', () => {
    expect(mayClaim(rule, counts({ hot: 1, warm: 2, cold: 1 }, 0))).toBe(true);
    expect(mayClaim(rule, counts({ hot: 2, warm: 2, cold: 1 }, 0))).toBe(false);
    expect(mayClaim(rule, counts({ cold: 5 }, 1))).toBe(true);
    expect(mayClaim(rule, counts({ cold: 5 }, 1, 1))).toBe(false);
  });

  test('property: admitted exactly while claims < n × (accepted + 1), and owed is what is missing', () => {
    const few = fc.nat(40);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), few, few, few, few, (each, hot, warm, cold, auto) => {
        const read = counts({ hot, warm, cold }, auto);
        const claims = hot + warm + cold;
        expect(mayClaim(claimsPerAutoRule(each, WEEK), read)).toBe(claims < each * (auto + 1));
        const owed = autoOwed(policyWith({ claimsPerAuto: each }), { id: 'a' }, '2026-11-26', reading(read));
        expect(owed > 0).toBe(claims >= each * (auto + 1));
        expect(claims).toBeLessThan(each * (auto + owed + 1));
      }),
    );
  });
});

test('ROUTE-11: room for one more below the capacity', () => {
  const room = (policy: Policy, held: number) =>
    roomAgainst(policy, { id: 'a', timeZone: 'Asia/Jakarta' }, NOW_MS, reading({ [OPEN_LEADS]: held }));
  const policy = policyWith({}, { maxOpenLeads: 50 });
  expect([room(policy, 49), room(policy, 50), room(policyWith({}), 5000)]).toEqual([null, 'maxOpenLeads', null]);
});

describe('an offer', () => {
  const ALL = { hotPerWarm: 2, claimsPerAuto: 5, coldPerWeek: 3, waiveIfNone: true };
  function plan(
    policy: Policy,
    part: {
      temperature?: Temperature;
      reps?: OfferRep[];
      nowMs?: number;
      counters?: Record<string, number>;
      shown?: (repId: string, temperature: Temperature, week: string) => number;
      policyAt?: Past['policyAt'];
      worked?: Past['workedIn'];
    } = {},
  ): OfferPlan {
    const made = planOffer({
      temperature: part.temperature ?? 'hot',
      pool: 'standard',
      policy,
      reps: part.reps ?? [rep('a')],
      nowMs: part.nowMs ?? NOW_MS,
      counterOf: reading(part.counters ?? {}),
      past: {
        shownOf: part.shown ?? (() => 9),
        policyAt: part.policyAt ?? (() => policy),
        workedIn: part.worked ?? always,
      },
    });
    if (made.nobody) throw new Error('an offer to nobody');
    return made;
  }
  const rulesOf = (made: OfferPlan) => [...new Set(made.limits.map(({ rule }) => rule))];

  test('carries the limits of its temperature, caps first', () => {
    const policy = policyWith(ALL, { dailyCap: 10, maxOpenLeads: 50 });
    const counters = { [autoInWeek(WEEK)]: 1, [returnedInWeek('auto', WEEK)]: 1 };
    expect(rulesOf(plan(policy, { counters }))).toEqual([
      'dailyCap',
      'maxOpenLeads',
      'coldPerWeek',
      'hotPerWarm',
      'claimsPerAuto',
    ]);
    expect(rulesOf(plan(policy, { counters, temperature: 'warm' }))).toEqual([
      'dailyCap',
      'maxOpenLeads',
      'coldPerWeek',
      'claimsPerAuto',
    ]);
    expect(rulesOf(plan(policy, { counters, temperature: 'cold' }))).toEqual([
      'dailyCap',
      'maxOpenLeads',
      'claimsPerAuto',
    ]);
    expect(plan(resolvePreset('open') as Policy, { counters }).limits).toEqual([]);
  });

  test('CON-10: nobody owes what was not on offer', () => {
    const policy = policyWith(ALL);
    const nothing = plan(policy, { shown: () => 0 });
    expect(nothing.limits).toEqual([]);
    const strict = policyWith({ ...ALL, waiveIfNone: false });
    expect(rulesOf(plan(strict, { shown: () => 0 }))).toEqual(['coldPerWeek', 'hotPerWarm', 'claimsPerAuto']);
  });

  test('CON-10: where fewer cold leads were on offer, the minimum is that many', () => {
    const shown = (_: string, temperature: Temperature, week: string) =>
      temperature === 'cold' && week === BEFORE ? 2 : 0;
    expect(plan(policyWith(ALL), { shown }).limits).toMatchObject([{ rule: 'coldPerWeek', max: -2 }]);
  });

  test('FAIR-03: no newcomer owes, nor anybody for a week that ended under other rules', () => {
    const policy = policyWith({ coldPerWeek: 3 });
    // Hired on the Monday twelve weeks before the week that is looked at: in week 13 of it.
    const reps = [rep('old', { hiredOn: '2026-08-24' }), rep('new', { hiredOn: '2026-08-25' })];
    const made = plan(policy, { reps });
    expect(made.lanes.map(({ repIds }) => repIds)).toEqual([['old'], ['new']]);
    expect(made.limits).toMatchObject([{ rule: 'coldPerWeek', lanes: [0] }]);
    const mondayMs = Date.parse('2026-11-22T17:00:00Z');
    const policyAt = (ms: number) => (ms < mondayMs ? policyWith({ coldPerWeek: 1 }) : policy);
    expect(plan(policy, { policyAt }).limits).toMatchObject([{ max: -1 }]);
    expect(plan(policy, { policyAt: () => policyWith({}) }).limits).toEqual([]);
  });

  test('FAIR-03: the minimum is pro rata of the days worked, and each asks for its own', () => {
    const worked = (repId: string) => ({ worked: repId === 'a' ? 2 : 5, working: 5 });
    const made = plan(policyWith({ coldPerWeek: 3 }), { reps: [rep('a'), rep('b')], worked });
    expect(made.limits).toMatchObject([
      { rule: 'coldPerWeek', max: -1, lanes: [0] },
      { rule: 'coldPerWeek', max: -3, lanes: [1] },
    ]);
  });

  test('FAIR-03: what last week paid for the week before it does not count for last week', () => {
    const policy = policyWith({ coldPerWeek: 3 });
    const shown = (_: string, __: Temperature, week: string) => (week < '2026-11-09' ? 0 : 9);
    const asked = (counters: Record<string, number>) => plan(policy, { counters, shown }).limits[0]?.max;
    // Nothing two weeks ago, three last week: they were that week's.
    expect(asked({ [claimsInWeek('cold', BEFORE)]: 3 })).toBe(-6);
    // Five last week: two of them were its own.
    expect(asked({ [claimsInWeek('cold', BEFORE)]: 5 })).toBe(-6);
    expect(asked({ [claimsInWeek('cold', BEFORE)]: 6 })).toBe(-3);
    const done = { [claimsInWeek('cold', '2026-11-09')]: 3 };
    expect(asked({ ...done, [claimsInWeek('cold', BEFORE)]: 3 })).toBe(-3);
    expect(asked({ ...done, [returnedInWeek('cold', '2026-11-09')]: 1, [claimsInWeek('cold', BEFORE)]: 3 })).toBe(-4);
  });

  test('CON-10: a lane is split where one rep had a chance and another had none; all open at once', () => {
    const shown = (repId: string) => (repId === 'b' ? 0 : 1);
    const made = plan(policyWith({ hotPerWarm: 2 }), { reps: [rep('a'), rep('b'), rep('c')], shown });
    expect(made.lanes.map(({ repIds, opensAtMs }) => [opensAtMs - NOW_MS, repIds])).toEqual([
      [0, ['a', 'c']],
      [0, ['b']],
    ]);
    expect(made.limits).toMatchObject([{ rule: 'hotPerWarm', lanes: [0] }]);
    expect(made.increments.every(({ lanes }) => lanes === undefined)).toBe(true);
  });

  test('FAIR-02: who could have had no assigned lead but those accepted owes none; what was declined is owed', () => {
    const policy = policyWith({ claimsPerAuto: 5 });
    const counted: Record<string, string[]> = {
      accepted: [autoInWeek(WEEK)],
      declined: [autoInWeek(WEEK), returnedInWeek('auto', WEEK)],
    };
    const counterOf = (repId: string, name: string) => Number(counted[repId]?.includes(name) === true);
    const shownOf = (repId: string, kind: string, week: string) =>
      Number(repId === 'passedBy' && kind === 'assigned' && week === WEEK);
    const reps = ['passedBy', 'accepted', 'declined', 'elsewhere'].map((id) => rep(id));
    const base = { temperature: 'hot', pool: 'standard', policy, nowMs: NOW_MS, counterOf } as const;
    const made = planOffer({ ...base, reps, past: { shownOf, policyAt: () => policy, workedIn: always } });
    if (made.nobody) throw new Error('an offer to nobody');
    expect(made.lanes.map(({ repIds }) => repIds)).toEqual([
      ['passedBy', 'declined'],
      ['accepted', 'elsewhere'],
    ]);
    expect(made.limits).toMatchObject([{ rule: 'claimsPerAuto', lanes: [0] }]);
  });

  test('over a Monday: the old week until midnight, the new one from then on', () => {
    const sundayMs = Date.parse('2026-11-29T16:50:00Z');
    const mondayMs = Date.parse('2026-11-29T17:00:00Z');
    const made = plan(policyWith({ hotPerWarm: 2 }), { nowMs: sundayMs });
    expect(made.limits.map(({ terms, fromMs, untilMs }) => [terms[0]?.counter, fromMs, untilMs])).toEqual([
      [claimsInWeek('hot', WEEK), undefined, mondayMs],
      [claimsInWeek('hot', NEXT), mondayMs, mondayMs + 86_400_000],
    ]);
    const owing = reading({ [claimsInWeek('hot', WEEK)]: 2 });
    expect(withinLimits('a', 0, made.limits, mondayMs - 1, owing)).toBe(false);
    expect(withinLimits('a', 0, made.limits, mondayMs, owing)).toBe(true);
  });

  test('COMP-28: a tier whose reps are all stopped by a ratio holds nobody back', () => {
    const tiered = resolvePreset('tiered') as Policy;
    const reps = [rep('a'), rep('b', { tier: 2 })];
    const made = plan(tiered, {
      reps,
      counters: { [claimsInWeek('hot', WEEK)]: 2, [claimsInWeek('cold', BEFORE)]: 3 },
    });
    expect(made.lanes.every(({ opensAtMs }) => opensAtMs === NOW_MS)).toBe(true);
  });

  test('property: whoever claims as long as the limits allow never passes a cap or a ratio', () => {
    const steps = fc.array(
      fc.record({
        act: fc.constantFrom('claim' as const, 'claim' as const, 'assigned' as const, 'giveBack' as const),
        temperature: fc.constantFrom<Temperature>('hot', 'warm', 'cold'),
      }),
      { maxLength: 80 },
    );
    const policy = policyWith({ ...ALL, coldPerWeek: null, waiveIfNone: false }, { dailyCap: 20, maxOpenLeads: 8 });
    fc.assert(
      fc.property(steps, (acts) => {
        const counters: Record<string, number> = {};
        const held: (Temperature | 'auto')[] = [];
        const add = (name: string, by = 1) => {
          counters[name] = (counters[name] ?? 0) + by;
        };
        const read = (name: string) => counters[name] ?? 0;
        for (const { act, temperature } of acts) {
          if (act === 'assigned') {
            held.push('auto');
            add(autoInWeek(WEEK));
            add(OPEN_LEADS);
          } else if (act === 'giveBack') {
            const kind = held.shift();
            if (kind === undefined) continue;
            add(OPEN_LEADS, -1);
            if (kind !== 'hot') add(returnedInWeek(kind, WEEK));
          } else {
            const made = plan(policy, { temperature, counters });
            if (!withinLimits('a', 0, made.limits, NOW_MS, reading(counters))) continue;
            const warm = read(claimsInWeek('warm', WEEK)) - read(returnedInWeek('warm', WEEK));
            const auto = read(autoInWeek(WEEK)) - read(returnedInWeek('auto', WEEK));
            if (temperature === 'hot') expect(read(claimsInWeek('hot', WEEK))).toBeLessThan(2 * (warm + 1));
            expect(read(claimsOnDay('2026-11-24'))).toBeLessThan(Math.min(20, 5 * (auto + 1)));
            expect(held.length).toBeLessThan(8);
            held.push(temperature);
            for (const { counter, by, fromMs } of made.increments) if (fromMs === undefined) add(counter, by);
          }
        }
      }),
    );
  });
});
