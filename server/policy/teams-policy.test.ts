/** COMP-11, FAIR-20: what holds for a team is the company's rules with the team's own in their place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Policy, parsePolicy, policyOf, resolvePreset, zoneOf } from './policy-rules.ts';
import { policyInWords } from './policy-words.ts';
import { QUOTA_BANDS } from './quota-policy.ts';
import type { TeamRules } from './teams-policy.ts';

const open = () => resolvePreset('open') as Policy;
const fair = resolvePreset('fair-mix') as Policy;
const withTeams = (teams: Policy['teams']): Policy => ({ ...open(), teams });
const ofEast = (rules: unknown, isTeam?: (team: string) => boolean) =>
  parsePolicy({ ...open(), teams: { East: { rules } } }, undefined, isTeam);
const problems = (parsed: ReturnType<typeof parsePolicy>) => (parsed.ok ? [] : parsed.problems);

const { attemptRate: _rate, showWinnerName: _name, ...competition } = fair.competition;
// Whether managers are warned is the company's.
const { stackWarn: _warned, ...ratios } = fair.fairness;
/** Everything that a team may have of its own. */
const WHOLE = {
  mode: fair.mode,
  competition,
  fairness: { ...ratios, waiveIfNone: false },
  quotaAllocation: QUOTA_BANDS,
  priorityWindows: fair.priorityWindows,
  onboarding: fair.onboarding,
  blind: fair.blind,
  mix: fair.mix,
  speedBoard: { contact: 'call', fastSeconds: 60, okSeconds: 600, streakBelowSeconds: 60 },
} satisfies TeamRules;

describe('the document as it holds for a team', () => {
  test('property: each key that the team names is its own, and every other the company’s', () => {
    const some = <T extends object>(keys: T) => fc.subarray(Object.keys(keys)).map((names) => pick(keys, names));
    const pick = <T extends object>(from: T, names: string[]) =>
      Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name))) as Partial<T>;
    fc.assert(
      fc.property(some(WHOLE), some(WHOLE.competition), some(WHOLE.fairness), (rules, competition, fairness) => {
        const own = {
          ...rules,
          ...(rules.competition && { competition }),
          ...(rules.fairness && { fairness }),
        } as TeamRules;
        const policy = withTeams({ East: { timeZone: 'Asia/Jayapura', rules: own }, West: { rules: {} } });
        const { teams: _, ...company } = policy;
        expect(policyOf(policy, 'East')).toEqual({
          ...company,
          ...own,
          competition: { ...company.competition, ...own.competition },
          fairness: { ...company.fairness, ...own.fairness },
          teams: { East: { timeZone: 'Asia/Jayapura' } },
        });
      }),
    );
  });

  test('a team without rules, one that is not named, and nobody’s have the very document of the company', () => {
    const policy = withTeams({ East: { timeZone: 'Asia/Jayapura' } });
    for (const team of ['East', 'West', 'constructor', null, undefined]) expect(policyOf(policy, team)).toBe(policy);
  });

  test('asked again it is the same, and it has no rules of teams left to be asked for', () => {
    const policy = withTeams({ East: { timeZone: 'Asia/Jayapura', rules: WHOLE }, West: { rules: { mode: 'OPEN' } } });
    const own = policyOf(policy, 'East');
    expect(policyOf(policy, 'East')).toBe(own);
    expect([policyOf(own, 'East'), policyOf(own, 'West')]).toEqual([own, own]);
    expect(zoneOf(own, { team: 'East' })).toBe('Asia/Jayapura');
  });

  test('off for the team alone is null', () => {
    const policy: Policy = {
      ...fair,
      teams: { East: { rules: { onboarding: null, fairness: { hotPerWarm: null } } } },
    };
    const { onboarding, fairness, priorityWindows } = policyOf(policy, 'East');
    expect({ onboarding, fairness, priorityWindows }).toEqual({
      onboarding: null,
      fairness: { ...fair.fairness, hotPerWarm: null },
      priorityWindows: fair.priorityWindows,
    });
  });
});

describe('what a team may have of its own', () => {
  test('all of it reads back as it was written, and nothing that was not', () => {
    const parsed = ofEast(WHOLE);
    expect(parsed).toMatchObject({ ok: true, policy: { teams: { East: { rules: WHOLE } } } });
    expect(ofEast({ fairness: { coldPerWeek: 1 } })).toMatchObject({
      policy: { teams: { East: { rules: { fairness: { coldPerWeek: 1 } } } } },
    });
    const read = ofEast({ competition: { dailyCap: 1 } });
    expect(read.ok && read.policy.teams.East?.rules).toEqual({ competition: { dailyCap: 1 } });
  });

  test.each([
    [{ routing: {} }, 'teams.East.rules.routing'],
    [{ points: {} }, 'teams.East.rules.points'],
    [{ competition: { attemptRate: null } }, 'teams.East.rules.competition.attemptRate'],
    [{ competition: { showWinnerName: false } }, 'teams.East.rules.competition.showWinnerName'],
    [{ competition: { dailyCap: 0 } }, 'teams.East.rules.competition.dailyCap'],
    [{ competition: { delays: { standard: { default: [0] } } } }, 'teams.East.rules.competition.delays.premium'],
    [{ fairness: { hotPerWarm: 1.5 } }, 'teams.East.rules.fairness.hotPerWarm'],
    [{ mode: 'QUOTA' }, 'teams.East.rules.mode'],
    [{ quotaAllocation: { bands: [{ fromPct: 5, perWeek: 1 }] } }, 'teams.East.rules.quotaAllocation.bands'],
    [{ priorityWindows: { minutes: 30 } }, 'teams.East.rules.priorityWindows.headStartSeconds'],
  ])('%j is refused by its path', (rules, path) => {
    expect(problems(ofEast(rules)).map((one) => one.path)).toContain(path);
  });

  test('a team that nobody is in has none, unless it has had some; its zone and hours it may have', () => {
    const isTeam = (team: string) => team === 'West';
    expect(problems(ofEast(WHOLE, isTeam))).toEqual([{ path: 'teams.East.rules', message: 'no rep is in this team' }]);
    const zones = { ...open(), teams: { East: { timeZone: 'Asia/Jayapura' } } };
    expect(parsePolicy(zones, undefined, isTeam).ok).toBe(true);
    const before = withTeams({ East: { rules: WHOLE } });
    expect(parsePolicy(before, before, isTeam).ok).toBe(true);
    expect(problems(parsePolicy({ ...open(), teams: { East: {} } })).map(({ path }) => path)).toEqual(['teams.East']);
  });

  test('a preset leaves the facts about teams, and none of their rules', () => {
    const current = withTeams({ East: { timeZone: 'Asia/Jayapura', rules: WHOLE }, West: { rules: { mode: 'OPEN' } } });
    const parsed = parsePolicy({ preset: 'tiered' }, current);
    expect(parsed.ok && parsed.policy.teams).toEqual({ East: { timeZone: 'Asia/Jayapura' } });
  });
});

test('in words: a section that differs is told whole for the team, in both languages, and no other is', () => {
  const policy = withTeams({ East: { rules: { fairness: { hotPerWarm: 3 } } } });
  const words = (language: 'id' | 'en') => policyInWords(policy, language, () => null);
  const said = (language: 'id' | 'en') => words(language).find(({ section }) => section === 'fairness')?.lines;
  const company = policyInWords(open(), 'en', () => null);
  expect(said('en')).toEqual([
    'There are no ratios. Nobody owes what was not on offer.',
    'For team East instead:',
    'Every 3 hot claims cost 1 warm claim.',
    'Nobody owes what was not on offer.',
  ]);
  expect(said('id')?.slice(1)).toEqual([
    'Untuk tim East berlaku ini:',
    'Setiap 3 klaim hot harus diimbangi 1 klaim warm.',
    'Yang tidak ditawarkan tidak menjadi utang.',
  ]);
  expect(words('en').filter(({ section }) => section !== 'fairness')).toEqual(
    company.filter(({ section }) => section !== 'fairness'),
  );
});
