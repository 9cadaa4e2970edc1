/** Conditions, targets, criteria and turns: their boundaries, and what must hold of any. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../policy/policy-rules.ts';
import { parsePolicy, policyOf, resolvePreset } from '../policy/policy-rules.ts';
import {
  type Condition,
  EVERYBODY,
  NUMBER_FIELDS,
  ROUTING_OFF,
  TEXT_FIELDS,
  WEIGHTS,
} from '../policy/routing-policy.ts';
import { holds, type LeadFacts } from './condition-rules.ts';
import { barredFrom, barredReps, type Eligibility, productAsked, type RoutingRep } from './eligibility-rules.ts';
import { createRotation } from './rotation.ts';
import { nextTurnOf, routeOf, rulesOfRelease, weightOf } from './routing-rules.ts';

const LEAD: LeadFacts = {
  country: 'Indonesia',
  region: 'Papua Barat',
  industry: 'Healthcare',
  source: 'web form',
  type: 'demo request',
  temperature: 'hot',
  pool: 'premium',
  signals: ['API integration'],
  interest: null,
  companySize: 500,
  score: 80,
  dealValue: null,
  accountKnown: false,
};
const lead = (part: Partial<LeadFacts>): LeadFacts => ({ ...LEAD, ...part });
const rep = (id: string, part: Partial<RoutingRep> = {}): RoutingRep => ({
  id,
  team: null,
  tier: 2,
  territories: [],
  verticals: [],
  products: [],
  jobFunction: null,
  seniority: null,
  languages: ['id'],
  ...part,
});
const step = (part: Partial<Eligibility> = {}): Eligibility => ({
  target: EVERYBODY,
  criteria: [],
  lead: LEAD,
  asked: productAsked(part.lead ?? LEAD, () => ['CRM', 'api integration']),
  offDuty: () => null,
  ...part,
});

const text = fc.constantFrom('ID', ' id', 'Papua Barat', 'demo request', 'hot', 'x');
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: fc.constantFrom(...TEXT_FIELDS), in: fc.array(text, { minLength: 1, maxLength: 3 }) }),
  fc.record({ field: fc.constantFrom(...NUMBER_FIELDS), from: fc.nat(1000) }),
  fc.record({ field: fc.constant('accountKnown' as const), is: fc.boolean() }),
);
const conditions = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ all: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('node') }),
  ),
})).node;

describe('conditions', () => {
  it.each<[string, Condition, LeadFacts, boolean]>([
    ['ROUTE-02: letters and not case', { field: 'region', in: ['papua barat '] }, LEAD, true],
    ['any spelling, as scoring knows it', { field: 'signals', in: ['API_integration'] }, LEAD, true],
    ['ROUTE-04: one signal is enough', { field: 'signals', in: ['api INTEGRATION', 'other'] }, LEAD, true],
    ...['icp_match', 'icp-match', 'ICP  Match', 'icpMatch'].map((said): [string, Condition, LeadFacts, boolean] => [
      `one word, as in scoring: ${said}`,
      { field: 'signals', in: ['icp match'] },
      lead({ signals: [said] }),
      true,
    ]),
    ['signs are no word', { field: 'signals', in: ['!'] }, lead({ signals: ['?'] }), false],
    ['names are', { field: 'industry', in: ['C#'] }, lead({ industry: 'C++' }), false],
    ['CON-24: 500 is an enterprise', { field: 'companySize', from: 500 }, LEAD, true],
    ['CON-24: 500 is not below 500', { field: 'companySize', from: 50, below: 500 }, LEAD, false],
    ['CON-24: 499 is', { field: 'companySize', from: 50, below: 500 }, lead({ companySize: 499 }), true],
    ['CON-02: 80 is in the upper band', { field: 'score', from: 80 }, LEAD, true],
    ['what is not said is not above', { field: 'dealValue', from: 0 }, LEAD, false],
    ['nor below', { field: 'dealValue', below: 1 }, LEAD, false],
    ['nor equal', { field: 'country', in: ['Indonesia'] }, lead({ country: null }), false],
    ['ROUTE-05', { field: 'accountKnown', is: false }, LEAD, true],
    [
      'all',
      {
        all: [
          { field: 'score', from: 80 },
          { field: 'pool', in: ['standard'] },
        ],
      },
      LEAD,
      false,
    ],
    [
      'any',
      {
        any: [
          { field: 'score', from: 81 },
          { field: 'pool', in: ['premium'] },
        ],
      },
      LEAD,
      true,
    ],
    ['not', { not: { field: 'temperature', in: ['cold'] } }, LEAD, true],
  ])('%s', (_, condition, facts, expected) => {
    expect(holds(condition, facts)).toBe(expected);
  });

  it('any tree is a policy, keeps its meaning through one, and not turns it round', () => {
    fc.assert(
      fc.property(conditions, fc.integer({ min: 0, max: 1000 }), (condition, score) => {
        const facts = lead({ score, country: 'ID' });
        expect(holds({ not: condition }, facts)).toBe(!holds(condition, facts));
        const routing = { ...ROUTING_OFF, rules: [{ name: 'a', when: condition, method: 'race' }] };
        const parsed = parsePolicy({ ...(resolvePreset('open') as Policy), routing });
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
        expect(routeOf(parsed.policy.routing, facts) !== null).toBe(holds(condition, facts));
      }),
    );
  });
});

describe('a policy says where it is wrong', () => {
  const wrong = (rule: Record<string, unknown>) => {
    const routing = { rules: [{ name: 'a', method: 'race', ...rule }] };
    const parsed = parsePolicy({ ...(resolvePreset('open') as Policy), routing });
    return parsed.ok ? [] : parsed.problems.map(({ path }) => path);
  };
  let deep: unknown = { field: 'score', from: 1 };
  for (let level = 0; level < 2_000; level++) deep = { not: deep };
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a method', { method: 'lottery' }, /^routing\.rules\.0\.method$/],
    ['a field', { when: { field: 'colour', in: ['red'] } }, /^routing\.rules\.0\.when\.field$/],
    ['an empty branch', { when: { all: [] } }, /^routing\.rules\.0\.when\.all$/],
    ['a comparison with nothing', { when: { field: 'score' } }, /^routing\.rules\.0\.when/],
    ['a tree that nobody wrote', { when: deep }, /^routing\.rules\.0\.when\.not/],
    ['a segment of nothing', { target: { segment: {} } }, /^routing\.rules\.0\.target/],
    [
      'a fallback',
      { fallback: [{ method: 'race', target: { teams: [] } }] },
      /^routing\.rules\.0\.fallback\.0\.target/,
    ],
  ])('%s', (_, rule, path) => {
    expect(wrong(rule)).toContainEqual(expect.stringMatching(path));
  });

  it('two rules of one name', () => {
    const rule = { name: 'a', method: 'race' };
    const parsed = parsePolicy({ ...(resolvePreset('open') as Policy), routing: { rules: [rule, rule] } });
    expect(parsed).toMatchObject({ ok: false, problems: [{ path: 'routing.rules', message: 'names a rule twice' }] });
  });
});

describe('ROUTE-01: the first match wins', () => {
  const routing = {
    ...ROUTING_OFF,
    rules: [
      {
        name: 'big',
        when: { field: 'companySize' as const, from: 500 },
        target: EVERYBODY,
        method: 'race' as const,
        fallback: [],
      },
      {
        name: 'hot',
        when: { field: 'temperature' as const, in: ['hot'] },
        target: EVERYBODY,
        method: 'queue' as const,
        fallback: [{ target: EVERYBODY, method: 'race' as const }],
      },
    ],
  };
  it('of two that match; the next where it does not; nobody without one', () => {
    expect(routeOf(routing, LEAD)?.rule).toBe('big');
    const next = routeOf(routing, lead({ companySize: 10 }));
    expect(next).toMatchObject({ rule: 'hot', steps: [{ method: 'queue' }, { method: 'race' }] });
    expect(routeOf(routing, lead({ companySize: 10, temperature: 'cold' }))).toBeNull();
    expect(routeOf(ROUTING_OFF, LEAD)).toEqual({ rule: null, steps: [{ target: EVERYBODY, method: 'race' }] });
  });
});

describe('ROUTE-26: who is left out, and why', () => {
  const east = rep('east', {
    team: 'Timur',
    territories: ['Papua Barat', 'Maluku'],
    verticals: ['healthcare'],
    tier: 1,
  });
  const west = rep('west', { team: 'Barat', territories: ['Jawa Barat'], products: ['crm'], seniority: 'junior' });
  const anywhere = rep('anywhere');
  const criteria = ['territory', 'vertical', 'product'] as const;
  it.each<[string, Partial<Eligibility>, Record<string, string>]>([
    ['nothing bounds', {}, {}],
    ['a territory; who names none serves all', { criteria: ['territory'] }, { west: 'outOfTerritory' }],
    ['a vertical', { criteria: ['vertical'], lead: lead({ industry: 'SaaS' }) }, { east: 'otherVertical' }],
    ['a product, named by a signal', { criteria: ['product'] }, { west: 'otherProduct' }],
    ['the own product', { criteria: ['product'], lead: lead({ interest: 'a CRM for 20 people' }) }, {}],
    [
      'another’s, named by what it asks for',
      { criteria: ['product'], lead: lead({ interest: 'api-integration, please', signals: [] }) },
      { west: 'otherProduct' },
    ],
    [
      'ROUTE-04: a lead that names no product of the team is for everybody',
      { criteria: ['product'], lead: lead({ interest: 'CRMs?', signals: ['pricing page'] }) },
      {},
    ],
    ['of two the first', { criteria }, { west: 'outOfTerritory' }],
    [
      'what a lead does not say bounds nobody',
      { criteria: ['territory'], lead: lead({ country: null, region: null }) },
      {},
    ],
    ['a team', { target: { teams: ['timur'] } }, { west: 'notInTarget', anywhere: 'notInTarget' }],
    ['named reps', { target: { reps: ['west'] } }, { east: 'notInTarget', anywhere: 'notInTarget' }],
    [
      'a segment: all of its lists',
      { target: { segment: { tiers: [2], seniorities: ['Junior', 'senior'] } } },
      { east: 'notInTarget', anywhere: 'notInTarget' },
    ],
    ['time off', { offDuty: ({ id }) => (id === 'east' ? 'timeOff' : null) }, { east: 'timeOff' }],
    [
      'the target is looked at before hours',
      { target: { teams: ['Timur'] }, offDuty: () => 'offHours' },
      { east: 'offHours', west: 'notInTarget', anywhere: 'notInTarget' },
    ],
  ])('%s', (_, part, expected) => {
    expect(Object.fromEntries(barredReps(step(part), [east, west, anywhere]))).toEqual(expected);
    expect(barredFrom(step(part), east) ?? undefined).toBe(expected.east);
  });
});

describe('whose turn it is', () => {
  const tiers = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });
  function serve(method: 'roundRobin' | 'weighted', tierOf: number[], turns: number, weights?: number[]): number[] {
    const rotation = createRotation([]);
    const counts = tierOf.map(() => 0);
    const reps = tierOf.map((_, index) => ({ id: String(index) }));
    for (let turn = 0; turn < turns; turn++) {
      const candidates = reps.map(({ id }) => ({ id, turn: rotation.turnOf(id), served: rotation.servedOf('a', id) }));
      const next = Number(nextTurnOf(method, candidates));
      counts[next] = (counts[next] ?? 0) + 1;
      const weight = weightOf({ weights }, tierOf[next] ?? 1);
      rotation.take(String(next), method === 'weighted' ? { rule: 'a', weight } : undefined);
    }
    return counts;
  }

  it('a rotation serves all: nobody is ever two turns ahead, however fast leads come', () => {
    fc.assert(
      fc.property(tiers, fc.integer({ min: 1, max: 60 }), (tierOf, turns) => {
        const counts = serve('roundRobin', tierOf, turns);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('ROUTE-09: shares are as the weights of the tiers', () => {
    fc.assert(
      fc.property(
        tiers,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        (tierOf, weights) => {
          const whole = tierOf.reduce((sum, tier) => sum + weightOf({ weights }, tier), 0);
          const counts = serve('weighted', tierOf, 10 * whole, weights);
          for (const [index, tier] of tierOf.entries()) {
            expect(Math.abs((counts[index] ?? 0) - 10 * weightOf({ weights }, tier))).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 40 },
    );
    expect(serve('weighted', [1, 3], 400)).toEqual([300, 100]);
    expect(WEIGHTS).toEqual([3, 2, 1]);
  });

  it('nobody there is nobody, and a start goes on in the order of the last leads', () => {
    expect(nextTurnOf('roundRobin', [])).toBeNull();
    const rotation = createRotation([
      { id: 'b', lastAssignedAt: 50 },
      { id: 'a', lastAssignedAt: 70 },
      { id: 'new', lastAssignedAt: 0 },
    ]);
    expect(['a', 'b', 'new'].map(rotation.turnOf)).toEqual([2, 1, 0]);
  });
});

describe('COMP-11: a release goes by the rules of the one team that its step names', () => {
  const rules = { blind: null };
  const policy: Policy = { ...(resolvePreset('fair-mix') as Policy), teams: { East: { rules }, West: { rules } } };
  it.each([
    ['a team, however it is spelt', { teams: [' east'] }, 'East'],
    ['a segment of one team', { segment: { teams: ['West'], tiers: [1] } }, 'West'],
    ['a team without rules', { teams: ['North'] }, null],
    ['two teams', { teams: ['East', 'West'] }, null],
    ['a segment without a team', { segment: { tiers: [1] } }, null],
    ['reps', { reps: ['rep_a'] }, null],
    ['everybody', EVERYBODY, null],
  ])('%s', (_, target, team) => {
    expect(rulesOfRelease(policy, { target })).toBe(policyOf(policy, team));
  });

  it('without a step it is the company’s', () => {
    expect(rulesOfRelease(policy, undefined)).toBe(policy);
  });
});
