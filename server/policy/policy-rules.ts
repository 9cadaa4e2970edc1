/**
 * The one document of rules: its shape, its bounds and its presets. Pure: no I/O, no clock.
 *
 * Every key acts today: there is none that is stored and ignored. Durations say their unit in the name;
 * money is whole units of `currency`. An offer keeps the document it was opened with, so a change
 * reaches offers opened from then on (GAME-07 for points: dated, never rewriting history).
 */
import { z } from 'zod';
import { balancedRules } from './balanced-policy.ts';
import { BLIND_DEFAULT, type BlindFact, type BlindPolicy, blindSection } from './blind-policy.ts';
import { calendarSection, DEFAULT_HOURS } from './calendar-policy.ts';
import { claimSection } from './claim-policy.ts';
import { byTemperature, competitionSection, MODES } from './competition-policy.ts';
import { FAIRNESS_DEFAULT, FAIRNESS_OFF, fairnessSection } from './fairness-policy.ts';
import { MIX_DEFAULT, mixSection } from './mix-policy.ts';
import { DEFAULT_ONBOARDING, onboardingSection } from './onboarding-policy.ts';
import { DEFAULT_PRIORITY_WINDOWS, priorityWindowsSection } from './priority-windows-policy.ts';
import { quotaSection } from './quota-policy.ts';
import { ROUTING_DEFAULTS, ROUTING_OFF, routingSection } from './routing-policy.ts';
import { SCORING_DEFAULTS } from './scoring-defaults.ts';
import { scoring, type temperature } from './scoring-policy.ts';
import { speedBoardSection } from './speed-board-policy.ts';
import { type TeamRules, teamsSection } from './teams-policy.ts';
import { TIERS_BY_HAND, WEEKLY_TIERS } from './tiers-policy.ts';

const DAY_SECONDS = 86_400;

const seconds = (max: number) => z.number().int().min(1).max(max);
const pointsPaid = z.number().int().min(0).max(1_000_000);

const points = z.strictObject({
  claimWithin60s: z.strictObject({ points: pointsPaid, withinSeconds: seconds(DAY_SECONDS) }),
  contactWithin300s: z.strictObject({ points: pointsPaid, withinSeconds: seconds(DAY_SECONDS) }),
  opportunity: z.strictObject({ points: pointsPaid }),
  won: z.strictObject({ points: pointsPaid }),
  /** `perPairAndWeek`: confirmed helps between two reps, either way, that pay in an ISO week (GAME-08). */
  help: z.strictObject({ points: pointsPaid, perPairAndWeek: z.number().int().min(0).max(1000) }),
});

export const policyDocument = z.strictObject({
  /** The preset it came from; a note, nothing depends on it. */
  preset: z.string().max(40).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a currency code such as IDR')
    .default('IDR'),
  mode: z.enum(MODES),
  calendar: calendarSection,
  teams: teamsSection.default({}),
  routing: routingSection.default(ROUTING_OFF),
  competition: competitionSection,
  claim: claimSection,
  priorityWindows: priorityWindowsSection,
  onboarding: onboardingSection,
  fairness: fairnessSection.default(FAIRNESS_OFF),
  /** Null: no weekly allowance. */
  quotaAllocation: quotaSection.nullable().default(null),
  blind: blindSection,
  mix: mixSection,
  speedBoard: speedBoardSection,
  points,
  leaderboard: z.strictObject({
    /** Changes are gathered this long before boards are told (GAME-29); an hour is the longest. */
    coalesceMs: z.number().int().min(0).max(3_600_000),
    /** Claims in the period below which a rate has no rank (GAME-19). */
    rateMinClaims: z.number().int().min(1).max(10_000),
  }),
  sla: z.strictObject({ firstContactSeconds: byTemperature(30 * DAY_SECONDS) }),
  scoring,
  privacy: z.strictObject({ retentionDays: z.number().int().min(1).max(36_500) }),
});

export type Policy = z.infer<typeof policyDocument>;
export type Competition = Policy['competition'];
export type PointsPolicy = Policy['points'];
export type ScoringPolicy = Policy['scoring'];
export type ScoringRule = ScoringPolicy['rules'][number];
export type Temperature = z.infer<typeof temperature>;
export type { BlindFact, BlindPolicy };
export type Pool = 'premium' | 'standard';
/** Where an offer is up: a lead of the standard pool may be raced for in the cohort's own (FAIR-14). */
export type OfferPool = Pool | 'cohort';

export interface PolicyProblem {
  /** `competition.delays.premium.default.2`; empty for the document as a whole. */
  path: string;
  message: string;
}
export type ParsedPolicy = { ok: true; policy: Policy } | { ok: false; problems: PolicyProblem[] };

/**
 * Reads a whole document, or `{preset}` alone, which stands for the preset's document. With `current`
 * a preset changes the rules, those of teams among them, and leaves what is a fact about the company: currency, zones
 * and hours, of teams too, and how long personal data is kept.
 * @param isTeam whether somebody is in a team: only such a team, or one that has rules in `current`, may have its own
 */
export function parsePolicy(
  input: unknown,
  current?: Policy,
  isTeam: (team: string) => boolean = () => true,
): ParsedPolicy {
  const preset = presetAlone(input);
  if (preset !== null) {
    const policy = resolvePreset(preset);
    if (policy !== null) return { ok: true, policy: { ...policy, ...factsOf(current) } };
    const known = PRESET_NAMES.join(', ');
    return { ok: false, problems: [{ path: 'preset', message: `is none of ${known}` }] };
  }
  const parsed = policyDocument.safeParse(input);
  if (parsed.success) {
    const problems = rulesOfNobody(parsed.data, (team) => isTeam(team) || teamOf(current, team)?.rules !== undefined);
    return problems.length === 0 ? { ok: true, policy: parsed.data } : { ok: false, problems };
  }
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => problemsOf(issue)) };
}

/** A team that is misspelt would have rules by which nobody goes. */
function rulesOfNobody({ teams }: Policy, isTeam: (team: string) => boolean): PolicyProblem[] {
  const unknown = Object.entries(teams).filter(([team, { rules }]) => rules !== undefined && !isTeam(team));
  return unknown.map(([team]) => ({ path: pathOf(['teams', team, 'rules']), message: 'no rep is in this team' }));
}

/** The zone whose days count for a rep: the own one, the team's, the calendar's (FAIR-11, CONV-03). */
export function zoneOf(policy: Policy, rep: { timeZone?: string | null; team?: string | null }): string {
  return rep.timeZone ?? teamOf(policy, rep.team)?.timeZone ?? policy.calendar.timeZone;
}

function teamOf(policy: Policy | undefined, team: string | null | undefined) {
  return policy && team != null && Object.hasOwn(policy.teams, team) ? policy.teams[team] : undefined;
}

const ofTeams = new WeakMap<TeamRules, { of: Policy; policy: Policy }>();

/**
 * The document as it holds for a team (COMP-11, FAIR-20): with the team's own rules in place of the company's, and with
 * no team's rules left in it, so that asking again changes nothing. A team without any, and a rep without a team, has the
 * company's: the very same object. Held, because it is asked for every rep of every offer.
 */
export function policyOf(policy: Policy, team: string | null | undefined): Policy {
  const rules = teamOf(policy, team)?.rules;
  if (rules === undefined) return policy;
  const known = ofTeams.get(rules);
  if (known?.of === policy) return known.policy;
  const { competition, fairness, ...whole } = rules;
  const own: Policy = {
    ...policy,
    ...whole,
    competition: { ...policy.competition, ...competition },
    fairness: { ...policy.fairness, ...fairness },
    teams: withoutRules(policy.teams),
  };
  ofTeams.set(rules, { of: policy, policy: own });
  return own;
}

/** What is a fact about the teams: zones and hours. */
function withoutRules(teams: Policy['teams']): Policy['teams'] {
  const facts = Object.entries(teams).map(([team, { rules: _, ...fact }]) => [team, fact] as const);
  return Object.fromEntries(facts.filter(([, fact]) => Object.keys(fact).length > 0));
}

export type PresetName = 'open' | 'tiered' | 'fast-tiered' | 'fair-mix' | 'balanced';
export const PRESET_NAMES: readonly PresetName[] = ['open', 'tiered', 'fast-tiered', 'fair-mix', 'balanced'];

/** A fresh copy of a preset's document, or null when there is none of that name. */
export function resolvePreset(preset: string): Policy | null {
  const make = Object.hasOwn(PRESETS, preset) ? PRESETS[preset as PresetName] : undefined;
  return make === undefined ? null : structuredClone(make());
}

/** One pool, everyone at once, no optional safeguard (COMP-13). A new database has this one. */
function openPreset(): Policy {
  return {
    preset: 'open',
    currency: 'IDR',
    mode: 'OPEN',
    calendar: { timeZone: 'Asia/Jakarta', hours: DEFAULT_HOURS },
    teams: {},
    routing: ROUTING_OFF,
    competition: {
      delays: { premium: { default: [0] }, standard: { default: [0] } },
      clearSeconds: { hot: 300, warm: 1800, cold: 7200 },
      hardLimitSeconds: { hot: 1500, warm: 6000, cold: 14_400 },
      openEarlyIfLaneEmpty: true,
      tiers: TIERS_BY_HAND,
      dailyCap: null,
      maxOpenLeads: null,
      attemptRate: null,
      showWinnerName: true,
    },
    claim: { confirmMode: 'tap' },
    priorityWindows: null,
    onboarding: null,
    fairness: FAIRNESS_OFF,
    quotaAllocation: null,
    blind: null,
    mix: null,
    speedBoard: null,
    points: {
      claimWithin60s: { points: 10, withinSeconds: 60 },
      contactWithin300s: { points: 25, withinSeconds: 300 },
      opportunity: { points: 50 },
      won: { points: 200 },
      help: { points: 5, perPairAndWeek: 3 },
    },
    leaderboard: { coalesceMs: 250, rateMinClaims: 10 },
    sla: { firstContactSeconds: { hot: 180, warm: 900, cold: 14_400 } },
    scoring: SCORING_DEFAULTS,
    privacy: { retentionDays: 730 },
  };
}

/** The spec's defaults (section P): windows of 15 minutes and 1 hour, caps, ratios, attempt rate. */
function tieredPreset(): Policy {
  const open = openPreset();
  return {
    ...open,
    preset: 'tiered',
    mode: 'TIERED',
    routing: ROUTING_DEFAULTS,
    competition: {
      ...open.competition,
      delays: {
        premium: { default: [0, 900, null] },
        standard: { default: [0, 900, 3600] },
      },
      tiers: WEEKLY_TIERS,
      dailyCap: 10,
      maxOpenLeads: 50,
      attemptRate: { perSecond: 5, perMinute: 60 },
    },
    claim: { confirmMode: 'hold' },
    onboarding: DEFAULT_ONBOARDING,
    fairness: FAIRNESS_DEFAULT,
    leaderboard: { ...open.leaderboard, coalesceMs: 1_000 },
  };
}

/** As `tiered`, but a hot lead waits a minute for the next tier, not a quarter of an hour (CON-07). */
function fastTieredPreset(): Policy {
  const tiered = tieredPreset();
  return {
    ...tiered,
    preset: 'fast-tiered',
    competition: {
      ...tiered.competition,
      delays: {
        premium: { default: [0, 900, null], hot: [0, 60, null] },
        standard: { default: [0, 900, 3600], hot: [0, 60, 120] },
      },
    },
  };
}

/** As `tiered`, with what moves the chances on purpose: everybody's half hour (FAIR-08), leads that hide what they are (FAIR-04),
 * and as many good ones as poor ones as were promised (FAIR-06). */
function fairMixPreset(): Policy {
  return {
    ...tieredPreset(),
    preset: 'fair-mix',
    priorityWindows: DEFAULT_PRIORITY_WINDOWS,
    blind: BLIND_DEFAULT,
    mix: MIX_DEFAULT,
  };
}

/** As `tiered`, but the race is the premium pool's alone: the rest goes by performance, or is pulled (DIST-19). */
function balancedPreset(): Policy {
  const tiered = tieredPreset();
  return {
    ...tiered,
    preset: 'balanced',
    routing: { ...tiered.routing, rules: balancedRules() },
  };
}

const PRESETS: Record<PresetName, () => Policy> = {
  open: openPreset,
  tiered: tieredPreset,
  'fast-tiered': fastTieredPreset,
  'fair-mix': fairMixPreset,
  balanced: balancedPreset,
};

function factsOf(current: Policy | undefined): Partial<Policy> {
  if (current === undefined) return {};
  const { currency, calendar, teams, privacy } = current;
  return structuredClone({ currency, calendar, teams: withoutRules(teams), privacy });
}

function presetAlone(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null;
  const keys = Object.keys(input);
  const preset = (input as { preset?: unknown }).preset;
  return keys.length === 1 && typeof preset === 'string' ? preset : null;
}

/** An unknown key is reported under its own path; a union's branches under the fields they name. */
function problemsOf(issue: z.core.$ZodIssue, above: PropertyKey[] = []): PolicyProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([...path, key]),
      message: 'is not a known key',
    }));
  }
  if (issue.code === 'invalid_union') {
    const nearest = [...issue.errors].sort((a, b) => distanceOf(a) - distanceOf(b))[0];
    if (nearest !== undefined && nearest.length > 0) {
      return nearest.flatMap((inner) => problemsOf(inner, path));
    }
  }
  return [{ path: pathOf(path), message: issue.message }];
}

/** More than a branch has members. */
const UNKNOWN_KEY = 100;

/** How far a branch of a union is from what was meant: one that does not know a key that was given is another branch's document. */
function distanceOf(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + UNKNOWN_KEY * issue.keys.length;
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return sum + 1;
    return sum + Math.min(...issue.errors.map(distanceOf));
  }, 0);
}

function pathOf(path: PropertyKey[]): string {
  return path.map(String).join('.');
}
