/** COMP-11, FAIR-20: in one offer reps of several teams go by their own teams' rules. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Policy, policyOf, resolvePreset } from '../policy/policy-rules.ts';
import type { TeamRules } from '../policy/teams-policy.ts';
import { claimsInWeek, claimsOnDay, OPEN_LEADS } from './counter-rules.ts';
import { laneForRep, type OfferPlan, type OfferRep, planOffer, withinLimits } from './distribution-rules.ts';
import { autoOwed, type Past, weeklyRules } from './fairness-rules.ts';
import { nextFallbackRep } from './fallback-rules.ts';
import { standingOf } from './standing-rules.ts';

/** 10:00 in Jakarta, a Monday. */
const NOW_MS = Date.parse('2026-11-23T03:00:00Z');
const TODAY = '2026-11-23';
const none = () => 0;
/** Warm, cold and assigned leads were on offer to everybody, so no ratio is waived. */
const past = (policy: Policy): Past => ({
  shownOf: () => 9,
  policyAt: () => policy,
  workedIn: () => ({ worked: 5, working: 5 }),
});

const tiered = resolvePreset('tiered') as Policy;
const withRules = (rules: Record<string, TeamRules>, company: Policy = tiered): Policy => ({
  ...company,
  teams: Object.fromEntries(Object.entries(rules).map(([team, own]) => [team, { rules: own }])),
});
const rep = (id: string, team: string | null, part: Partial<OfferRep> = {}): OfferRep => ({
  ...{ id, team, tier: 1, timeZone: 'Asia/Jakarta', active: true, status: 'ready' as const },
  ...part,
});

type Input = Parameters<typeof planOffer>[0];
function plan(policy: Policy, reps: OfferRep[], part: Partial<Input> = {}): OfferPlan {
  const input = { temperature: 'hot' as const, pool: 'standard' as const, policy, reps, nowMs: NOW_MS };
  const made = planOffer({ ...input, counterOf: none, past: past(policy), ...part });
  if (made.nobody) throw new Error('an offer to nobody');
  return made;
}

const laneOf = (made: OfferPlan, repId: string) => made.lanes.findIndex(({ repIds }) => repIds.includes(repId));
const opensAfter = (made: OfferPlan, repId: string) =>
  ((made.lanes[laneOf(made, repId)]?.opensAtMs ?? Number.NaN) - NOW_MS) / 1000;

/** The rules that would stop this rep's claim now. */
function broken(made: OfferPlan, repId: string, counterOf: Input['counterOf']): string[] {
  const lane = laneOf(made, repId);
  return made.limits
    .filter((limit) => !withinLimits(repId, lane, [limit], NOW_MS, counterOf))
    .map(({ rule }) => rule)
    .sort();
}

describe('one offer, two teams', () => {
  const policy = withRules({
    East: { competition: { dailyCap: 3 }, fairness: { hotPerWarm: null } },
    West: { competition: { dailyCap: null }, fairness: { hotPerWarm: 1 } },
  });
  const reps = [rep('e', 'East'), rep('w', 'West'), rep('n', null)];

  test('each cap and ratio is its own team’s, in a lane of its own, and the company’s holds for the rest', () => {
    const made = plan(policy, reps);
    expect(new Set(reps.map(({ id }) => laneOf(made, id))).size).toBe(3);
    const claims: Record<string, number> = { [claimsOnDay(TODAY)]: 4, [claimsInWeek('hot', TODAY)]: 1 };
    const counterOf = (_: string, counter: string) => claims[counter] ?? 0;
    expect(reps.map(({ id }) => broken(made, id, counterOf))).toEqual([
      ['coldPerWeek', 'dailyCap'],
      ['coldPerWeek', 'hotPerWarm'],
      ['coldPerWeek'],
    ]);
  });

  test('where teams differ in nothing that limits, they share their lane', () => {
    const alike = withRules({ East: { priorityWindows: null }, West: { competition: { dailyCap: 10 } } });
    expect(plan(alike, reps).lanes.map(({ repIds }) => repIds.join())).toEqual(['e,w,n']);
  });

  test('who comes late gets the lane with the own team’s limits, or none', () => {
    const made = plan(policy, reps);
    const weekly = weeklyRules({ policy, temperature: 'hot', counterOf: none, past: past(policy) });
    const of = { pool: 'standard' as const, temperature: 'hot' as const, openedAtMs: NOW_MS, hasHolder: false };
    const place = (team: string | null) => laneForRep({ ...made, ...of, policy, weekly }, rep('x', team), NOW_MS + 1);
    expect([place('East')?.lane, place('West')?.lane, place(null)?.lane]).toEqual(
      reps.map(({ id }) => laneOf(made, id)),
    );
    const onlyEast = plan(policy, [rep('e', 'East')]);
    expect(laneForRep({ ...onlyEast, ...of, policy, weekly }, rep('x', 'West'), NOW_MS + 1)).toBeNull();
  });

  test('a rep reads its own team’s figures, and owes by them', () => {
    const counterOf = (_: string, counter: string) => (counter === claimsInWeek('warm', TODAY) ? 5 : 0);
    const limitsOf = (team: string | null) =>
      standingOf({ policy, counterOf, past: past(policy) }, rep('x', team), NOW_MS).map(({ rule, limit }) => [
        rule,
        limit,
      ]);
    expect(limitsOf('East')).toEqual([
      ['dailyCap', 3],
      ['maxOpenLeads', 50],
      ['claimsPerAuto', 5],
      ['coldPerWeek', 3],
    ]);
    expect(limitsOf('West')).toEqual([
      ['maxOpenLeads', 50],
      ['hotPerWarm', 1],
      ['claimsPerAuto', 5],
      ['coldPerWeek', 3],
    ]);
    const strict = withRules({ East: { fairness: { claimsPerAuto: 1 } } });
    expect(['East', null].map((team) => autoOwed(strict, { id: 'x', team }, TODAY, counterOf))).toEqual([5, 1]);
  });
});

describe('mode and delays', () => {
  test('COMP-11: an open team races at once beside a tiered one', () => {
    const policy = withRules({
      East: { mode: 'OPEN' },
      West: { competition: { delays: { ...tiered.competition.delays, standard: { default: [0, 60] } } } },
    });
    const made = plan(
      policy,
      [rep('e', 'East', { tier: 3 }), rep('w', 'West', { tier: 3 }), rep('n', null, { tier: 3 })],
      { temperature: 'cold' },
    );
    expect(['e', 'w', 'n'].map((id) => opensAfter(made, id))).toEqual([0, 60, 3600]);
  });

  test('a tier that one team’s table shuts out is let in by another’s', () => {
    const policy = withRules({ East: { mode: 'OPEN' } });
    const made = plan(policy, [rep('e', 'East', { tier: 3 }), rep('n', null, { tier: 3 })], { pool: 'premium' });
    expect(made.ineligible).toEqual([{ repId: 'n', reason: 'tierNever' }]);
    expect(opensAfter(made, 'e')).toBe(0);
    const fallback = { temperature: 'hot' as const, nowMs: NOW_MS, counterOf: none, pool: 'premium' as const };
    const reps = [rep('n', null, { tier: 3 }), rep('e', 'East', { tier: 3 })];
    const waiting = reps.map((one) => ({ ...one, lastTurn: 0, baseLoadOwed: false }));
    expect(nextFallbackRep({ ...fallback, policy, reps: waiting }).repId).toBe('e');
  });

  test('FAIR-09: behind a window the others wait the head start of their own team; a team without windows waits for nobody', () => {
    const windows = { minutes: 30, reminderSeconds: null };
    const policy = withRules({
      East: { priorityWindows: { ...windows, headStartSeconds: 300 } },
      West: { priorityWindows: { ...windows, headStartSeconds: 60 } },
    });
    const made = plan(
      policy,
      [rep('h', 'East', { tier: 2, inPriorityWindow: true }), ...[rep('e', 'East'), rep('w', 'West'), rep('n', null)]],
      { temperature: 'cold' },
    );
    expect(['h', 'e', 'w', 'n'].map((id) => opensAfter(made, id))).toEqual([0, 300, 60, 0]);
  });
});

test('property: a rep is stopped, and let in, in an offer to all teams as it would be under its own team’s document', () => {
  const small = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });
  const caps = fc.record({ dailyCap: small, maxOpenLeads: small });
  const ratios = fc.record({ hotPerWarm: small, claimsPerAuto: small, coldPerWeek: small, waiveIfNone: fc.boolean() });
  const rules = fc.record(
    { mode: fc.constantFrom('OPEN' as const, 'TIERED' as const), competition: caps, fairness: ratios },
    { requiredKeys: [] },
  );
  const counters = [
    OPEN_LEADS,
    claimsOnDay(TODAY),
    ...(['hot', 'warm', 'cold'] as const).map((one) => claimsInWeek(one, TODAY)),
  ];
  const someone = fc.record({
    team: fc.constantFrom('East', 'West', 'North', null),
    tier: fc.integer({ min: 1, max: 3 }),
    counts: fc.tuple(...counters.map(() => fc.nat(5))),
  });
  fc.assert(
    fc.property(
      rules,
      rules,
      caps,
      fc.array(someone, { minLength: 1, maxLength: 6 }),
      (east, west, competition, people) => {
        const company = { ...tiered.competition, ...competition, openEarlyIfLaneEmpty: false };
        const policy = withRules({ East: east, West: west }, { ...tiered, competition: company });
        const reps = people.map(({ team, tier }, index) => rep(`r${index}`, team, { tier }));
        const counterOf = (id: string, counter: string) =>
          people[Number(id.slice(1))]?.counts[counters.indexOf(counter)] ?? 0;
        const together = plan(policy, reps, { counterOf });
        for (const one of reps) {
          const alone = plan(policyOf(policy, one.team), [one], { counterOf, past: past(policyOf(policy, one.team)) });
          expect(broken(together, one.id, counterOf)).toEqual(broken(alone, one.id, counterOf));
          expect(opensAfter(together, one.id)).toBe(opensAfter(alone, one.id));
        }
      },
    ),
  );
});
