/** The preset `balanced`, clause by clause, and in words. */
import { describe, expect, it } from 'vitest';
import type { LeadFacts } from '../routing/condition-rules.ts';
import { routeOf } from '../routing/routing-rules.ts';
import { type Policy, resolvePreset } from './policy-rules.ts';
import { policyInWords } from './policy-words.ts';

const BALANCED = resolvePreset('balanced') as Policy;
const WARM: LeadFacts = {
  country: null,
  region: null,
  industry: null,
  source: 'web',
  type: 'webinar attendee',
  temperature: 'warm',
  pool: 'standard',
  signals: [],
  companySize: null,
  score: 50,
  dealValue: null,
  interest: null,
  accountKnown: false,
};
const HOT = { temperature: 'hot', pool: 'premium', score: 90 } as const;

/** The rule, and its steps as `method: who`. */
function path(lead: Partial<LeadFacts>, policy = BALANCED): [string | null, ...string[]] {
  const route = routeOf(policy.routing, { ...WARM, ...lead });
  const who = (target: object) => JSON.stringify(target).replace(/[{}"[\]]/g, '');
  return [route?.rule ?? null, ...(route?.steps ?? []).map(({ method, target }) => `${method}: ${who(target)}`)];
}

const TOP = ['roundRobin: segment:tiers:1', 'roundRobin: segment:tiers:2', 'weighted: everybody:true'];

describe('the preset balanced', () => {
  it('DIST-19: specialisation first: territory, vertical and product bound every rule', () => {
    for (const pool of ['premium', 'standard'] as const)
      expect(BALANCED.routing.criteria[pool]).toEqual(['territory', 'vertical', 'product']);
  });

  it('DIST-20: a known account is its owner\u2019s and a referral is pushed, where a race runs too', () => {
    const known = ['known account', 'accountOwner: everybody:true', 'roundRobin: everybody:true'];
    expect(path({ accountKnown: true, source: 'referral', ...HOT })).toEqual(known);
    for (const lead of [
      { source: 'Referral' },
      { type: 'referral' },
      { source: 'partner referral', type: 'demo request' },
    ])
      for (const where of [HOT, {}]) expect(path({ ...lead, ...where })).toEqual(['referral', ...TOP]);
  });

  it('DIST-20: in the pool that runs the race, inbound demand and ICP leads are raced for, top performers first', () => {
    for (const lead of [{ type: 'demo request' }, { signals: ['ICP match'] }, {}])
      expect(path({ ...lead, ...HOT })).toEqual(['premium', 'race: everybody:true']);
    expect([BALANCED.mode, BALANCED.competition.delays.premium.default]).toEqual(['TIERED', [0, 900, null]]);
  });

  it('DIST-20: so it is in every preset that races by tiers; inbound demand and ICP leads are raced for, and `open` has no rule', () => {
    for (const preset of ['tiered', 'fast-tiered', 'fair-mix']) {
      const policy = resolvePreset(preset) as Policy;
      for (const where of [HOT, {}]) {
        const pushed = [...TOP.slice(0, 2), 'roundRobin: everybody:true'];
        expect(path({ type: 'referral', ...where }, policy)).toEqual(['referral', ...pushed]);
        expect(path({ accountKnown: true, type: 'referral', ...where }, policy)[1]).toBe(
          'accountOwner: everybody:true',
        );
        for (const lead of [{ type: 'demo request' }, { signals: ['icp'] }, { source: 'web', type: null }, {}])
          expect(path({ ...lead, ...where }, policy)).toEqual(['everybody else', 'race: everybody:true']);
      }
    }
    expect((resolvePreset('open') as Policy).routing.rules).toEqual([]);
  });

  it('DIST-13: without a race they are pushed to top performers', () => {
    for (const lead of [
      { type: 'inbound call' },
      { signals: ['icp'] },
      { type: 'whitepaper download', signals: ['icp'] },
    ])
      expect(path(lead)).toEqual(['inbound demand and ICP', ...TOP]);
  });

  it('DIST-13, DIST-19: what can be lost is pulled, by newer reps before everybody', () => {
    const listed = ['low priority', 'queue: segment:seniorities:junior', 'queue: everybody:true'];
    for (const type of ['cold outbound response', 'old lead re-engagement', 'content download', 'whitepaper download'])
      expect(path({ type })).toEqual(listed);
    expect(path({ type: 'something else', temperature: 'cold', score: 10 })).toEqual(listed);
  });

  it('DIST-19: the rest goes by performance, three turns for one', () => {
    expect(path({})).toEqual(['everybody else', 'weighted: everybody:true', 'queue: everybody:true']);
    const rest = routeOf(BALANCED.routing, WARM);
    expect(rest?.steps[0]?.weights).toEqual([3, 2, 1]);
  });

  it('IMPL-06: is one ordered list in words, in both languages', () => {
    const said = (language: 'id' | 'en') =>
      policyInWords(BALANCED, language, () => null).find(({ section }) => section === 'routing')?.lines ?? [];
    expect(said('en').slice(1, 6)).toEqual([
      '2. referral: if source is referral, referral programme, referral program or partner referral or lead type is referral, it goes by turns to reps with tier 1. If nobody is there, or takes it, it goes by turns to reps with tier 2; then goes by turns to everybody, tiers weighing 3, 2, 1.',
      '3. premium: if pool is premium, it is raced for by everybody.',
      expect.stringMatching(
        /^4\. inbound demand and ICP: if lead type is demo request, .* or a signal is icp, .*, it goes by turns to reps with tier 1\./,
      ),
      expect.stringMatching(
        /^5\. low priority: .* it is listed for reps with seniority junior to take\. If nobody is there, or takes it, it is listed for everybody to take\.$/,
      ),
      '6. everybody else: every lead goes by turns to everybody, tiers weighing 3, 2, 1. If nobody is there, or takes it, it is listed for everybody to take.',
    ]);
    expect(said('id')[2]).toBe('3. premium: jika pool adalah premium, diperebutkan oleh semua rep.');
    expect(said('id')).toHaveLength(said('en').length);
  });
});
