/** IMPL-06, IMPL-11: the words come from the document that acts: there is no key whose change they do not show. */
import { describe, expect, test } from 'vitest';
import { type Policy, resolvePreset } from './policy-rules.ts';
import { policyInWords } from './policy-words.ts';
import { QUOTA_BANDS } from './quota-policy.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** All that a team may have of its own, each of it unlike the company's. */
const TEAM_RULES = {
  mode: 'TIERED',
  competition: {
    delays: { premium: { default: [0, 60, null] }, standard: { default: [0, 60, 120], hot: [0, 30] } },
    clearSeconds: { hot: 60, warm: 120, cold: 180 },
    hardLimitSeconds: { hot: 600, warm: 1200, cold: 1800 },
    openEarlyIfLaneEmpty: false,
    dailyCap: 3,
    maxOpenLeads: 20,
    tiers: { ...(resolvePreset('tiered') as Policy).competition.tiers, minLeads: 3 },
  },
  fairness: { hotPerWarm: 4, claimsPerAuto: 7, coldPerWeek: 9, waiveIfNone: false },
  quotaAllocation: { bands: [{ fromPct: 0, perWeek: 4 }] },
  priorityWindows: { minutes: 60, headStartSeconds: 60, reminderSeconds: 60 },
  onboarding: { ...(resolvePreset('tiered') as Policy).onboarding, shadowWeeks: 2 },
  blind: { shareOfStandard: 0.1, shareOfPremium: 0.3, show: ['source'] },
  mix: { standard: 60, low: 30, high: 10, window: 50, tolerance: 10 },
  speedBoard: { contact: 'any', fastSeconds: 60, okSeconds: 600, streakBelowSeconds: 60 },
};

/** With every section on. */
const WHOLE = {
  ...(resolvePreset('fair-mix') as Policy),
  teams: { East: { timeZone: 'Asia/Jayapura' }, West: { rules: TEAM_RULES } },
  routing: {
    ...(resolvePreset('fair-mix') as Policy).routing,
    rules: [
      ...(resolvePreset('fair-mix') as Policy).routing.rules,
      { name: 'together', target: { teamPool: 'East pool' }, method: 'pool', fallback: [] },
    ],
    teamPools: { 'East pool': { team: 'East', ownership: 'firstContact', alarmSeconds: 7_200 } },
  },
  quotaAllocation: QUOTA_BANDS,
  speedBoard: { contact: 'any', fastSeconds: 300, okSeconds: 3_600, streakBelowSeconds: 600 },
} as unknown as { [key: string]: Json };

/** `preset` is a note; a target that names everybody has no other value; another field of a condition is another condition. */
const SAYS_NOTHING = /^(preset$|routing\.rules\.\d+\.((target|fallback\.\d+\.target)\.everybody|when\.field)$)/;
/** What a word may be changed to where not any will do. */
const OTHER_WORDS: Record<string, string> = {
  'Asia/Jakarta': 'Asia/Makassar',
  'Asia/Jayapura': 'Asia/Makassar',
  '09:00': '08:30',
  '17:00': '18:00',
  TIERED: 'OPEN',
  weekly: 'off',
  any: 'call',
  hold: 'tap',
  race: 'queue',
  roundRobin: 'weighted',
  accountOwner: 'roundRobin',
  firstContact: 'shared',
};

function leavesOf(value: Json, path: string[] = []): { path: string[]; value: Json }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

function other(value: Json): Json {
  if (typeof value === 'boolean') return !value;
  if (value === null) return 7;
  if (typeof value === 'number') return value + (Number.isInteger(value) ? 6 : 0.05);
  return OTHER_WORDS[value as string] ?? 'otherwise';
}

function changed(path: string[], value: Json): Policy {
  const copy = structuredClone(WHOLE);
  let place = copy;
  for (const key of path.slice(0, -1)) place = place[key] as { [key: string]: Json };
  place[path.at(-1) as string] = other(value);
  return copy as unknown as Policy;
}

const words = (policy: Policy, language: 'id' | 'en') => policyInWords(policy, language, () => null);
const asText = (policy: Policy, language: 'id' | 'en') => JSON.stringify(words(policy, language));

describe.each(['id', 'en'] as const)('the whole document in words, %s', (language) => {
  test('every key that acts changes them when it changes', () => {
    const before = asText(WHOLE as unknown as Policy, language);
    const leaves = leavesOf(WHOLE).filter(({ path }) => !SAYS_NOTHING.test(path.join('.')));
    expect(leaves.length).toBeGreaterThan(250);
    const silent = leaves.filter(({ path, value }) => asText(changed(path, value), language) === before);
    expect(silent.map(({ path }) => path.join('.'))).toEqual([]);
  });

  test('every section has its words in every preset, and nothing unsaid in them', () => {
    for (const preset of ['open', 'tiered', 'fast-tiered', 'fair-mix', 'balanced']) {
      const policy = resolvePreset(preset) as Policy;
      const sections = words(policy, language);
      const named = Object.keys(policy).filter((key) => !['preset', 'currency', 'mode', 'teams'].includes(key));
      expect(sections.map(({ section }) => section).sort()).toEqual(named.sort());
      for (const { title, lines } of sections) {
        expect(title).not.toBe('');
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.join(' ')).not.toMatch(/undefined|NaN|\[object|null/);
      }
    }
  });
});

test('the tiered race, in both languages', () => {
  const race = (language: 'id' | 'en') =>
    words(resolvePreset('tiered') as Policy, language).find(({ section }) => section === 'competition')?.lines[0];
  expect(race('en')).toBe('A premium lead opens: tier 1 at once, tier 2 after 15 minutes, tier 3 never.');
  expect(race('id')).toBe(
    'Lead premium terbuka: tingkat 1 langsung, tingkat 2 setelah 15 menit, tingkat 3 tidak pernah.',
  );
});

test('tiers and quota say whom they leave out', () => {
  const lines = (language: 'id' | 'en') =>
    words({ ...(resolvePreset('tiered') as Policy), quotaAllocation: QUOTA_BANDS }, language)
      .flatMap((section) => section.lines)
      .join(' ');
  expect(lines('en')).toContain('Where fewer than 4 reps are ranked, all of them are tier 1.');
  expect(lines('en')).toContain('Newcomers are not ranked and keep the tier they have.');
  expect(lines('en')).toContain('A rep without a quota has no ceiling.');
  expect(lines('id')).toContain(
    'Bila yang diperingkat kurang dari 4 rep, semuanya tingkat 1. Rep baru tidak diperingkat',
  );
  expect(lines('id')).toContain('Rep tanpa kuota tidak dibatasi.');
});

test('COMP-10: an offer outlives the hard limit where the last tier opens late, and the words say so', () => {
  const policy = resolvePreset('tiered') as Policy;
  policy.competition.delays.premium = { default: [0, 3600, null] };
  const said = (language: 'id' | 'en') => JSON.stringify(words(policy, language));
  expect(said('en')).toContain('The last tier has a minute all the same');
  expect(said('id')).toContain('Tingkat terakhir tetap mendapat satu menit');
});
