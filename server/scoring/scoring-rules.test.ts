import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseWord } from '../kernel/words.ts';
import { type Policy, resolvePreset, type ScoringPolicy } from '../policy/policy-rules.ts';
import { type ScorableLead, scoreLead } from './scoring-rules.ts';

const scoring = (resolvePreset('open') as Policy).scoring;
const NOW_MS = Date.parse('2026-11-23T03:00:00Z');

function lead(part: Partial<ScorableLead> = {}): ScorableLead {
  return { source: 'website', company: {}, contact: {}, ...part };
}
const score = (part: Partial<ScorableLead>, model: ScoringPolicy = scoring) => scoreLead(lead(part), model, NOW_MS);

describe('lead types (INTAKE-03, temperatures of SLA-25)', () => {
  test.each(['Demo Request', 'demo_request', 'demo-request', 'demoRequest', ' DEMO  REQUEST '])(
    '%j is a demo request',
    (type) => {
      expect(score({ type })).toMatchObject({
        type: 'demo request',
        score: 50,
        temperature: 'hot',
        pool: 'premium',
      });
    },
  );

  test.each([
    ['demo request', 'hot'],
    ['pricing inquiry', 'hot'],
    ['pricing page', 'hot'],
    ['talk to sales', 'hot'],
    ['contact sales', 'hot'],
    ['inbound call', 'hot'],
    ['free-trial signup', 'hot'],
    ['content download', 'warm'],
    ['MQL from content engagement', 'warm'],
    ['webinar attendee', 'warm'],
    ['webinar signup', 'warm'],
    ['newsletter signup', 'cold'],
    ['early-stage content', 'cold'],
    ['event lead', 'warm'],
    ['referral', 'hot'],
    ['cold-outbound response', 'warm'],
    ['old-lead re-engagement', 'cold'],
    ['named-account inbound', 'hot'],
    ['conference lead', 'warm'],
    ['whitepaper download', 'warm'],
  ])('%s is %s', (type, temperature) => {
    const result = score({ type });
    expect(result.type).not.toBeNull();
    expect(result.temperature).toBe(temperature);
  });

  test('a known type in source alone is read as both', () => {
    expect(score({ source: 'demo_request' })).toMatchObject({
      type: 'demo request',
      temperature: 'hot',
    });
    expect(score({ source: 'demo_request', type: 'newsletter' })).toMatchObject({
      type: 'newsletter signup',
    });
    expect(score({ source: 'demo_request', type: 'partner question' })).toMatchObject({
      type: null,
      temperature: 'cold',
    });
  });

  test('SCORE-18: a referral is premium, by type or by source alone', () => {
    expect(score({ type: 'Referral' }).pool).toBe('premium');
    expect(score({ source: 'Referral', type: 'content download' })).toMatchObject({
      temperature: 'warm',
      pool: 'premium',
    });
    expect(score({ type: 'content download' }).pool).toBe('standard');
  });
});

describe('score and temperature', () => {
  test('SCORE-04: CTO and IT manager +30, intern -20, by whole words', () => {
    expect(score({ contact: { title: 'CTO' } }).score).toBe(30);
    expect(score({ contact: { title: 'Senior IT Manager, APAC' } }).score).toBe(30);
    expect(score({ contact: { title: 'Sales Intern' }, type: 'webinar' }).score).toBe(0);
    expect(score({ contact: { title: 'International Sales Director' } }).reasons).toEqual([]);
  });

  test('SCORE-10: a personal mailbox counts against an enterprise only', () => {
    const contact = { email: 'Budi@Gmail.com' };
    expect(score({ contact, company: { size: 600 } }).score).toBe(0);
    expect(score({ contact, company: { size: 60 } }).score).toBe(10);
    expect(score({ contact: { email: 'budi@acme.co.id' }, company: { size: 600 } }).score).toBe(15);
  });

  test('SCORE-01: clamped to 0..100, the reasons keep the whole sum', () => {
    const high = score({
      type: 'demo request',
      contact: { title: 'CTO' },
      company: { size: 1000 },
      signals: ['pricing_page', 'budget', 'urgent'],
    });
    expect(high.score).toBe(100);
    expect(high.reasons.reduce((sum, reason) => sum + reason.points, 0)).toBe(150);
    expect(score({ signals: ['careers page'] }).score).toBe(0);
  });

  test('SCORE-17, CON-02: 49 cold, 50 and 80 warm, 81 hot', () => {
    const worth = (points: number): ScoringPolicy => ({
      ...scoring,
      types: [{ type: 'x', points }],
    });
    const temperatures = [49, 50, 80, 81].map((points) => score({ type: 'x' }, worth(points)).temperature);
    expect(temperatures).toEqual(['cold', 'warm', 'warm', 'hot']);
  });

  test('SCORE-17: a high-intent signal makes hot; a score above 80 beats a type that forces cold', () => {
    expect(score({ signals: ['Pricing-Page'] })).toMatchObject({
      score: 25,
      temperature: 'hot',
      pool: 'premium',
    });
    expect(
      score({
        type: 'newsletter',
        contact: { title: 'CTO' },
        company: { size: 900 },
        signals: ['webinar', 'budget'],
      }),
    ).toMatchObject({ score: 85, temperature: 'hot' });
    expect(score({ type: 'newsletter', contact: { title: 'CTO' }, signals: ['webinar'] })).toMatchObject({
      score: 55,
      temperature: 'cold',
    });
  });

  test('SCORE-02: cap, condition by number, active dates', () => {
    const model: ScoringPolicy = {
      ...scoring,
      types: [],
      rules: [
        { rule: 'visits', field: 'signals', anyOf: ['visit'], points: 5, cap: 12 },
        { rule: 'bounces', field: 'signals', anyOf: ['bounce'], points: -5, cap: 7 },
        { rule: 'big deal', field: 'dealValue', from: 1000, points: 20 },
        { rule: 'over', field: 'dealValue', points: 7, activeUntil: '2026-11-23T03:00:00Z' },
        { rule: 'begins', field: 'dealValue', points: 3, activeFrom: '2026-11-23T03:00:00Z' },
      ],
    };
    const signals = ['visit', 'visit', 'visit', 'bounce', 'bounce'];
    expect(score({ signals, dealValue: 1000 }, model).reasons).toEqual([
      { rule: 'visits', points: 12 },
      { rule: 'bounces', points: -7 },
      { rule: 'big deal', points: 20 },
      { rule: 'begins', points: 3 },
    ]);
    expect(score({ dealValue: 999 }, model).score).toBe(3);
    expect(score({ signals: ['visit'] }, model).score).toBe(5);
  });

  test('property: always within bounds, and premium exactly when hot or referred', () => {
    const words = fc.constantFrom(
      'demo',
      'pricing_page',
      'careers page',
      'Referral',
      'x',
      'unsubscribe',
      'webinar',
      'ebook',
    );
    fc.assert(
      fc.property(
        words,
        fc.option(words),
        fc.array(words, { maxLength: 6 }),
        fc.option(fc.nat(2000)),
        (source, type, signals, size) => {
          const result = score({ source, type, signals, company: { size } });
          expect(result.score).toBeGreaterThanOrEqual(0);
          expect(result.score).toBeLessThanOrEqual(100);
          const referred = source === 'Referral' || type === 'Referral';
          expect(result.pool === 'premium').toBe(result.temperature === 'hot' || referred);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('normaliseWord keeps letters of any script', () => {
  expect(normaliseWord('Séminaire_en-ligne 2')).toBe('séminaire en ligne 2');
  expect(normaliseWord('デモ・依頼')).toBe('デモ 依頼');
});
