/** The rules in words, and what is said against them. */
import { describe, expect, it } from 'vitest';
import { routingWarnings } from '../routing/warning-rules.ts';
import { inWords } from './condition-words.ts';
import { type Policy, parsePolicy, resolvePreset } from './policy-rules.ts';
import { policyInWords } from './policy-words.ts';
import { METHODS, NUMBER_FIELDS, TEXT_FIELDS } from './routing-policy.ts';

function policyWith(routing: unknown): Policy {
  const parsed = parsePolicy({ ...(resolvePreset('open') as Policy), routing });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

const lines = (policy: Policy, language: 'id' | 'en') =>
  policyInWords(policy, language, (id) => (id === 'rep_1' ? 'Sari' : null)).find(({ section }) => section === 'routing')
    ?.lines ?? [];

describe('ROUTE-24: in words', () => {
  it('says a tree so that it can be read one way alone', () => {
    const condition = {
      all: [
        { field: 'region' as const, in: ['Papua', 'Maluku', 'Bali'] },
        {
          any: [
            { field: 'score' as const, from: 80 },
            { field: 'companySize' as const, from: 50, below: 500 },
          ],
        },
        { not: { field: 'accountKnown' as const, is: true } },
      ],
    };
    expect(inWords(condition, 'en')).toBe(
      'region is Papua, Maluku or Bali and (score is 80 or more or company size is from 50 to below 500) and not (the company is somebody’s account)',
    );
    expect(inWords(condition, 'id')).toBe(
      'wilayah adalah Papua, Maluku atau Bali dan (skor 80 atau lebih atau jumlah karyawan dari 50 sampai di bawah 500) dan bukan (perusahaan sudah punya pemilik akun)',
    );
  });

  it('of a preset', () => {
    expect(lines(resolvePreset('open') as Policy, 'en')).toEqual(['Everybody races for every lead.']);
    expect(lines(resolvePreset('tiered') as Policy, 'en').slice(0, 3)).toEqual([
      '1. known account: if the company is somebody’s account, it goes to the owner of the account. If nobody is there, or takes it, it goes by turns to everybody.',
      expect.stringMatching(
        /^2\. referral: if .*, it goes by turns to reps with tier 1\. If nobody is there, or takes it, it goes by turns to reps with tier 2; then goes by turns to everybody\.$/,
      ),
      '3. everybody else: every lead is raced for by everybody.',
    ]);
    expect(lines(resolvePreset('tiered') as Policy, 'id').slice(0, 3)).toEqual([
      '1. known account: jika perusahaan sudah punya pemilik akun, diberikan ke pemilik akunnya. Jika tidak ada yang siap atau mengambilnya: digilir ke semua rep.',
      expect.stringMatching(/^2\. referral: jika .*, digilir ke rep dengan tier 1\./),
      '3. everybody else: setiap lead diperebutkan oleh semua rep.',
    ]);
  });

  it('DIST-08: a team pool says whose its leads become, and when somebody is told that nobody works one', () => {
    const rules = [{ name: 'enterprise', method: 'pool', target: { teamPool: 'SDR Enterprise pool' } }];
    const pooled = (ownership: string) =>
      policyWith({ rules, teamPools: { 'SDR Enterprise pool': { team: 'SDR', ownership } } });
    expect(lines(pooled('firstContact'), 'en')).toEqual([
      '1. enterprise: every lead goes into the team pool "SDR Enterprise pool".',
      expect.stringContaining('The first rule that fits decides.'),
      'Team pool "SDR Enterprise pool" (team SDR): the first member who contacts a lead owns it. A lead that nobody has worked for 2 hours raises an alarm in the ops queue.',
    ]);
    expect(lines(pooled('shared'), 'id')[2]).toBe(
      'Pool tim "SDR Enterprise pool" (tim SDR): semua anggota mengerjakan lead bersama sampai salah satu menutupnya. Lead yang 2 jam belum dikerjakan siapa pun memicu alarm di antrean ops.',
    );
  });

  it.each([
    [
      'a pool that is nowhere',
      [{ name: 'a', method: 'pool', target: { teamPool: 'none' } }],
      'routing.rules.0.target.teamPool',
    ],
    ['a pool without its method', [{ name: 'a', method: 'race', target: { teamPool: 'p' } }], 'routing.rules.0.method'],
    ['the method without a pool', [{ name: 'a', method: 'pool', target: { teams: ['x'] } }], 'routing.rules.0.method'],
    [
      'a fallback on a pool that is nowhere',
      [{ name: 'a', method: 'race', fallback: [{ method: 'pool', target: { teamPool: 'toString' } }] }],
      'routing.rules.0.fallback.0.target.teamPool',
    ],
  ])('%s is refused by its path', (_, rules, path) => {
    const parsed = parsePolicy({
      ...(resolvePreset('open') as Policy),
      routing: { rules, teamPools: { p: { team: 'x' } } },
    });
    expect(parsed).toMatchObject({ ok: false, problems: [{ path }] });
  });

  it('each method, field and target says something of its own, with every value', () => {
    const targets = [
      { everybody: true },
      { reps: ['rep_1', 'rep_9'] },
      { teams: ['SDR'] },
      { segment: { tiers: [7] } },
    ];
    const whens = [
      ...TEXT_FIELDS.map((field) => ({ field, in: ['kata'] })),
      ...NUMBER_FIELDS.map((field) => ({ field, below: 4321 })),
    ];
    const rules = METHODS.flatMap((method) =>
      // An account's owner is the owner, whoever is in a target.
      (method === 'pool'
        ? [{ teamPool: 'East pool' }]
        : method === 'accountOwner'
          ? targets.slice(0, 1)
          : targets
      ).flatMap((target) =>
        whens.map((when) => ({ name: JSON.stringify([method, target, when]), when, target, method })),
      ),
    );
    for (const language of ['id', 'en'] as const) {
      const said = lines(policyWith({ rules, teamPools: { 'East pool': { team: 'East' } } }), language).slice(
        0,
        rules.length,
      );
      for (const [index, line] of said.entries()) {
        expect(line).not.toContain('undefined');
        expect(line.slice(`${index + 1}. ${rules[index]?.name}`.length)).toMatch(/kata|4321/);
      }
      const bare = said.map((line, index) => line.slice(`${index + 1}. ${rules[index]?.name}`.length));
      expect(new Set(bare).size).toBe(bare.length);
      expect(bare.some((line) => line.includes('Sari') && line.includes('rep_9'))).toBe(true);
    }
  });
});

describe('warnings', () => {
  const rep = { id: 'rep_1', team: 'SDR', tier: 1, territories: [], verticals: [], products: [] };
  const reps = [{ ...rep, jobFunction: null, seniority: null, languages: ['id'] }];
  const of = (routing: unknown) =>
    routingWarnings(policyWith(routing).routing, reps).map(({ rule, warning }) => [rule, warning]);

  it.each<[string, unknown, unknown[]]>([
    ['none for no rules', {}, []],
    [
      'ROUTE-16: a rotation of all for all',
      { rules: [{ name: 'a', method: 'roundRobin' }] },
      [['a', 'rotationWithoutSegment']],
    ],
    [
      'not where criteria bound it',
      { rules: [{ name: 'a', method: 'roundRobin' }], criteria: { premium: [], standard: ['territory'] } },
      [],
    ],
    ['not of a segment', { rules: [{ name: 'a', method: 'weighted', target: { teams: ['sdr'] } }] }, []],
    [
      'ROUTE-20: a target that nobody is in',
      { rules: [{ name: 'a', method: 'race', target: { reps: ['gone'] } }] },
      [['a', 'nobodyInTarget']],
    ],
    [
      'a rule behind one for all',
      {
        rules: [
          { name: 'a', method: 'race' },
          { name: 'b', method: 'race' },
        ],
      },
      [['b', 'neverReached']],
    ],
    [
      'ROUTE-15: nothing for the rest',
      { rules: [{ name: 'a', method: 'race', when: { field: 'score', from: 1 } }] },
      [[null, 'noRuleForTheRest']],
    ],
  ])('%s', (_, routing, expected) => {
    expect(of(routing)).toEqual(expected);
  });

  it('none for the presets', () => {
    for (const name of ['open', 'tiered', 'fast-tiered', 'fair-mix']) {
      expect(routingWarnings((resolvePreset(name) as Policy).routing, reps)).toEqual([]);
    }
  });
});
