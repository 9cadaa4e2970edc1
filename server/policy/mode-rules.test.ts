/** COMP-12, COMP-15, CON-29: advice on modes, and where one is probably not meant. */
import { describe, expect, it } from 'vitest';
import { MODES, modesOf, modeWarnings } from './mode-rules.ts';
import { modeAdvice } from './mode-words.ts';
import { type Policy, resolvePreset } from './policy-rules.ts';
import { QUOTA_BANDS } from './quota-policy.ts';
import { warningsInWords } from './warning-words.ts';

const preset = (name: string) => resolvePreset(name) as Policy;
const reps = (count: number, territories: string[] = [], team: string | null = 'SDR') =>
  Array.from({ length: count }, () => ({ team, territories }));
const warned = (policy: Policy, of = reps(3)) => modeWarnings(policy, of).map(({ warning }) => warning);

describe('COMP-15: an open race', () => {
  it('warns of a team of ten, and not of two of nine', () => {
    expect(warned(preset('open'), reps(9))).toEqual([]);
    expect(warned(preset('open'), [...reps(9), ...reps(9, [], 'AE')])).toEqual([]);
    expect(modeWarnings(preset('open'), [...reps(10), ...reps(10, [], null)])).toEqual([
      { warning: 'openForMany', rule: null, team: 'SDR', reps: 10 },
      { warning: 'openForMany', rule: null, team: null, reps: 10 },
    ]);
    expect(warned(preset('tiered'), reps(30, ['Bali']))).toEqual([]);
  });

  it('warns of territories that it does not ask for', () => {
    const open = preset('open');
    expect(warned(open, reps(2, ['Bali']))).toEqual(['openWithTerritories']);
    const criteria = { premium: ['territory' as const], standard: ['territory' as const] };
    expect(warned({ ...open, routing: { ...open.routing, criteria } }, reps(2, ['Bali']))).toEqual([]);
    const rules = [
      { name: 'turns', target: { everybody: true as const }, method: 'roundRobin' as const, fallback: [] },
    ];
    expect(warned({ ...open, routing: { ...open.routing, rules } }, reps(20, ['Bali']))).toEqual([]);
  });
});

describe('CON-29: advantages on top of each other', () => {
  it('warns of two of weights, quota and tiers, unless it is told not to', () => {
    expect(warned(preset('tiered'))).toEqual([]);
    const both = { ...preset('tiered'), quotaAllocation: QUOTA_BANDS };
    expect(modeWarnings(both, [])).toEqual([
      { warning: 'advantagesStacked', rule: null, advantages: ['quotaAllocation', 'tierAccess'] },
    ]);
    expect(warned({ ...both, fairness: { ...both.fairness, stackWarn: false } })).toEqual([]);
    expect(modeWarnings(preset('balanced'), [])).toMatchObject([{ advantages: ['weights', 'tierAccess'] }]);
    expect(warned({ ...preset('open'), quotaAllocation: QUOTA_BANDS })).toEqual([]);
  });
});

it('both languages say each warning and each mode', () => {
  const all = [
    ...modeWarnings(preset('open'), reps(10, ['Bali'])),
    ...modeWarnings({ ...preset('balanced'), quotaAllocation: QUOTA_BANDS }, []),
  ];
  expect(warningsInWords(all, 'en').map(({ message }) => message)).toEqual([
    'Team SDR is 10 in one open race, which suits fewer than ten of like skill: think of tiers, smaller teams or turns.',
    'Reps have territories, and an open race asks for none: bound it by criteria, or go by rules.',
    'Those who do well are favoured more than once: weighted turns, allowances by quota, access by tier. Each doubles what the other does.',
  ]);
  expect(warningsInWords(all, 'id')[2]?.message).toContain('giliran berbobot, jatah menurut kuota, akses menurut tier');
  for (const mode of MODES) expect(modeAdvice(mode, 'id')).not.toEqual(modeAdvice(mode, 'en'));
  expect(modesOf({ ...preset('tiered'), speedBoard: null, quotaAllocation: QUOTA_BANDS })).toEqual(['TIERED', 'QUOTA']);
});
