/** ROUTE-16, ROUTE-20: what is allowed and probably not meant. */
import { expect, test } from 'vitest';
import { EVERYBODY, ROUTING_OFF, type RoutingPolicy } from '../policy/routing-policy.ts';
import { asBlind, type LeadFacts } from './condition-rules.ts';
import { isPush, routeNamed } from './routing-rules.ts';
import { routingWarnings } from './warning-rules.ts';

type Rule = RoutingPolicy['rules'][number];
const rule = (name: string, more: Partial<Rule> = {}): Rule => ({
  name,
  target: EVERYBODY,
  method: 'race',
  fallback: [],
  ...more,
});
const routing = (...rules: Rule[]): RoutingPolicy => ({ ...ROUTING_OFF, rules });
const lists = { territories: [], verticals: [], products: [], languages: [] };
const reps = [{ id: 'a', team: null, tier: 2, jobFunction: null, seniority: null, ...lists }];
const when = { field: 'country' as const, in: ['ID'] };
const warned = (policy: RoutingPolicy) => routingWarnings(policy, reps).map((one) => [one.rule, one.warning]);

test('a rule behind one without a condition, a rotation of all, an empty target, no rule for the rest', () => {
  expect(warned(routing(rule('all'), rule('late', { when })))).toEqual([['late', 'neverReached']]);
  expect(warned(routing(rule('turns', { method: 'roundRobin' })))).toEqual([['turns', 'rotationWithoutSegment']]);
  expect(warned(routing(rule('none', { target: { reps: ['z'] } })))).toEqual([['none', 'nobodyInTarget']]);
  const tierOne = { target: { segment: { tiers: [1] } } };
  expect(warned(routing(rule('tier 1, in a week without one', tierOne)))).toEqual([]);
  expect(warned(routing(rule('some', { when })))).toEqual([[null, 'noRuleForTheRest']]);
  expect(warned(routing(rule('some', { when }), rule('rest')))).toEqual([]);
});

test('a rule is found by its name, with its fallbacks; without rules there is one race', () => {
  const fallback = [{ target: EVERYBODY, method: 'roundRobin' as const }];
  const policy = routing(rule('all', { fallback }));
  expect(routeNamed(policy, 'all')?.steps.map(({ method }) => method)).toEqual(['race', 'roundRobin']);
  expect(routeNamed(policy, 'gone')).toBeNull();
  expect(routeNamed(ROUTING_OFF, null)?.steps).toHaveLength(1);
});

test('a race and a queue are no pushes', () => {
  const methods = ['race', 'queue', 'roundRobin', 'weighted', 'accountOwner'] as const;
  expect(methods.filter(isPush)).toEqual(['roundRobin', 'weighted', 'accountOwner']);
});

test('FAIR-04: routing sees of a blind lead what the policy shows, and of all else nothing', () => {
  const one: LeadFacts = {
    country: 'ID',
    region: 'Bali',
    industry: 'retail',
    source: 'web form',
    type: 'demo request',
    temperature: 'hot',
    pool: 'premium',
    signals: ['demo'],
    companySize: 500,
    score: 90,
    dealValue: 7,
    interest: null,
    accountKnown: true,
  };
  const other: LeadFacts = { ...one, type: null, temperature: 'cold', pool: 'standard', signals: [], companySize: 2 };
  const rest: LeadFacts = { ...other, score: 3, dealValue: null, accountKnown: false, industry: 'banking' };
  expect(asBlind(one, ['region', 'source'], 50)).toEqual(asBlind(rest, ['region', 'source'], 50));
  expect(asBlind(one, ['region'], 50)).toMatchObject({ region: 'Bali', source: null, industry: null });
});
