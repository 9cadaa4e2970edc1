import { describe, expect, test } from 'vitest';
import { DEFAULT_HOURS } from './calendar-policy.ts';
import { type Policy, PRESET_NAMES, parsePolicy, resolvePreset, zoneOf } from './policy-rules.ts';

const tiered = () => resolvePreset('tiered') as Policy;

/** The document with one value changed, by path. */
function changed(path: string, value: unknown): unknown {
  const document = structuredClone(tiered()) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  let inner = document;
  for (const key of keys.slice(0, -1)) inner = inner[key] as Record<string, unknown>;
  inner[keys.at(-1) as string] = value;
  return document;
}

function problemPaths(input: unknown): string[] {
  const parsed = parsePolicy(input);
  return parsed.ok ? [] : parsed.problems.map((problem) => problem.path);
}

describe('presets', () => {
  test.each(PRESET_NAMES)('%s is a valid document and reads back as itself', (name) => {
    const preset = resolvePreset(name);
    expect(parsePolicy(JSON.parse(JSON.stringify(preset)))).toEqual({ ok: true, policy: preset });
    expect(parsePolicy({ preset: name })).toEqual({ ok: true, policy: preset });
  });

  test('COMP-13: open has one pool and no optional safeguard', () => {
    const { mode, competition } = resolvePreset('open') as Policy;
    expect(mode).toBe('OPEN');
    expect(competition).toMatchObject({ dailyCap: null, attemptRate: null });
  });

  test('GAME-29: boards are told within a second in tiered and in what is made from it', () => {
    for (const name of ['tiered', 'fast-tiered', 'fair-mix', 'balanced']) {
      expect((resolvePreset(name) as Policy).leaderboard).toEqual({ coalesceMs: 1000, rateMinClaims: 10 });
    }
  });

  test('COMP-21, FAIR-11: tiered has the spec defaults', () => {
    const { mode, competition, points } = tiered();
    expect(mode).toBe('TIERED');
    expect(competition.delays.premium.default).toEqual([0, 900, null]);
    expect(competition.delays.standard.default).toEqual([0, 900, 3600]);
    expect(competition.dailyCap).toBe(10);
    expect(competition.attemptRate).toEqual({ perSecond: 5, perMinute: 60 });
    expect(points).toMatchObject({
      claimWithin60s: { points: 10 },
      contactWithin300s: { points: 25 },
      opportunity: { points: 50 },
      won: { points: 200 },
      help: { points: 5, perPairAndWeek: 3 },
    });
  });

  test('fast-tiered shortens the windows of hot leads only', () => {
    const { premium, standard } = (resolvePreset('fast-tiered') as Policy).competition.delays;
    expect(premium).toEqual({ default: [0, 900, null], hot: [0, 60, null] });
    expect(standard).toEqual({ default: [0, 900, 3600], hot: [0, 60, 120] });
  });

  test('a preset is a fresh copy each time', () => {
    tiered().competition.delays.premium.default.push(1);
    (tiered().scoring.types[0] as { points: number }).points = 0;
    expect(tiered().competition.delays.premium.default).toHaveLength(3);
    expect(tiered().scoring.types[0]?.points).toBe(50);
  });

  test('over the current document a preset keeps the facts about the company', () => {
    const current = {
      ...tiered(),
      calendar: { ...tiered().calendar, timeZone: 'Asia/Jayapura' },
      teams: { East: { timeZone: 'Asia/Makassar' } },
    };
    const parsed = parsePolicy({ preset: 'open' }, current);
    expect(parsed).toMatchObject({
      ok: true,
      policy: { mode: 'OPEN', calendar: current.calendar, teams: current.teams },
    });
  });

  test('an unknown preset is named, also one that every object has', () => {
    expect(problemPaths({ preset: 'wild' })).toEqual(['preset']);
    expect(problemPaths({ preset: 'constructor' })).toEqual(['preset']);
    expect(resolvePreset('toString')).toBeNull();
  });
});

describe('every error names its path', () => {
  test.each([
    ['mode', 'QUOTA', 'mode'],
    ['calendar.timeZone', 'Asia/Nowhere', 'calendar.timeZone'],
    ['teams', { East: { timeZone: 'x' } }, 'teams.East.timeZone'],
    ['calendar.hours.days', [], 'calendar.hours.days'],
    ['calendar.hours.days', ['Mon', 'Mon'], 'calendar.hours.days'],
    ['calendar.hours.open', '9', 'calendar.hours.open'],
    ['calendar.hours.close', '09:00', 'calendar.hours.close'],
    ['currency', 'rupiah', 'currency'],
    ['competition.delays.premium.default', [], 'competition.delays.premium.default'],
    ['competition.delays.premium.default', [null, null], 'competition.delays.premium.default'],
    ['competition.delays.premium.default', [0, -1], 'competition.delays.premium.default.1'],
    ['competition.delays.standard.hot', [0, 1.5], 'competition.delays.standard.hot.1'],
    ['competition.delays.standard.hot', [700_000], 'competition.delays.standard.hot.0'],
    ['competition.clearSeconds.hot', 0, 'competition.clearSeconds.hot'],
    ['competition.dailyCap', 0, 'competition.dailyCap'],
    ['competition.tiers.t1Pct', 26, 'competition.tiers.t2Pct'],
    ['competition.tiers.recalc', 'daily', 'competition.tiers.recalc'],
    ['competition.tiers.weights', { conversion: 0, quota: 0, speed: 0 }, 'competition.tiers.weights'],
    ['competition.tiers.weights.speed', -1, 'competition.tiers.weights.speed'],
    ['competition.attemptRate', { perSecond: 5 }, 'competition.attemptRate.perMinute'],
    ['competition.blindShare', 0.2, 'competition.blindShare'],
    ['blind', { shareOfStandard: 1.01, show: [] }, 'blind.shareOfStandard'],
    ['blind', { shareOfStandard: 0.2, show: ['score'] }, 'blind.show.0'],
    ['mix', { standard: 70, low: 20, high: 20, window: 100, tolerance: 5 }, 'mix.standard'],
    ['mix', { standard: 70, low: 20, high: 10, window: 11, tolerance: 0 }, 'mix.tolerance'],
    ['mix', { standard: 70, low: 20, high: 10, window: 9, tolerance: 5 }, 'mix.window'],
    ['speedBoard', { fastSeconds: 4_000 }, 'speedBoard.fastSeconds'],
    ['speedBoard', { contact: 'fax' }, 'speedBoard.contact'],
    ['points.won.points', -200, 'points.won.points'],
    ['leaderboard.coalesceMs', 3_600_001, 'leaderboard.coalesceMs'],
    ['scoring.warmFrom', 90, 'scoring.warmFrom'],
    ['scoring.types.0.temperature', 'boiling', 'scoring.types.0.temperature'],
    ['scoring.rules.0.points', 1000, 'scoring.rules.0.points'],
    ['scoring.rules.0.colour', 'red', 'scoring.rules.0.colour'],
    ['privacy', undefined, 'privacy'],
    ['okr', {}, 'okr'],
  ])('%s = %j', (path, value, named) => {
    expect(problemPaths(changed(path, value))).toContain(named);
  });

  test.each([null, 7, 'tiered', [], {}])('%j is no document', (input) => {
    expect(parsePolicy(input).ok).toBe(false);
  });

  test('a tier list may be as deep as tiers go, and no deeper', () => {
    const deep = Array.from({ length: 20 }, (_, tier) => tier * 60);
    expect(parsePolicy(changed('competition.delays.standard.default', deep)).ok).toBe(true);
    expect(parsePolicy(changed('competition.delays.standard.default', [...deep, 0])).ok).toBe(false);
  });
});

test('a document from before there were working hours has the defaults of the specification', () => {
  const parsed = parsePolicy(changed('calendar', { timeZone: 'Asia/Jayapura' }));
  expect(parsed).toMatchObject({ ok: true, policy: { calendar: { timeZone: 'Asia/Jayapura', hours: DEFAULT_HOURS } } });
});

test('a rep counts days in the own zone, else the team’s, else the calendar’s', () => {
  const policy: Policy = { ...tiered(), teams: { East: { timeZone: 'Asia/Jayapura' } } };
  expect(zoneOf(policy, { timeZone: 'Asia/Makassar', team: 'East' })).toBe('Asia/Makassar');
  expect(zoneOf(policy, { timeZone: null, team: 'East' })).toBe('Asia/Jayapura');
  expect(zoneOf(policy, { timeZone: null, team: 'West' })).toBe('Asia/Jakarta');
  expect(zoneOf(policy, { timeZone: null, team: 'constructor' })).toBe('Asia/Jakarta');
});
