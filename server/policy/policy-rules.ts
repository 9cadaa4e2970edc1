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
import { calendarSection, DEFAULT_HOURS, teamSection } from './calendar-policy.ts';
import { claimSection } from './claim-policy.ts';
import { FAIRNESS_DEFAULT, FAIRNESS_OFF, fairnessSection } from './fairness-policy.ts';
import { MIX_DEFAULT, mixSection } from './mix-policy.ts';
import { DEFAULT_ONBOARDING, onboardingSection } from './onboarding-policy.ts';
import { DEFAULT_PRIORITY_WINDOWS, priorityWindowsSection } from './priority-windows-policy.ts';
import { quotaSection } from './quota-policy.ts';
import { ROUTING_DEFAULTS, ROUTING_OFF, routingSection } from './routing-policy.ts';
import { SCORING_DEFAULTS } from './scoring-defaults.ts';
import { scoring, type temperature } from './scoring-policy.ts';
import { speedBoardSection } from './speed-board-policy.ts';
import { TIERS_BY_HAND, tiersPolicy, WEEKLY_TIERS } from './tiers-policy.ts';

const DAY_SECONDS = 86_400;
/** A lane or an offer that waits longer than this is a mistyped number. */
const WINDOW_SECONDS_MAX = 7 * DAY_SECONDS;
/** As deep as `tier` of a rep goes (client-sdk/protocol/http.ts). */
const TIERS_MAX = 20;
const TEAMS_MAX = 1000;

const name = z.string().trim().min(1).max(200);
const seconds = (max: number) => z.number().int().min(1).max(max);
const pointsPaid = z.number().int().min(0).max(1_000_000);
const byTemperature = (max: number) => z.strictObject({ hot: seconds(max), warm: seconds(max), cold: seconds(max) });

/**
 * Seconds after release at which each tier may claim (COMP-21): index 0 is tier 1, `null` is never, a
 * tier deeper than the list gets the last entry. A list of nothing but `null` would offer to nobody.
 */
const delayList = z
  .array(z.number().int().min(0).max(WINDOW_SECONDS_MAX).nullable())
  .min(1)
  .max(TIERS_MAX)
  .refine((list) => list.some((delay) => delay !== null), 'lets no tier claim');
/** `default`, unless the lead's temperature has a list of its own. */
const poolDelays = z.strictObject({
  default: delayList,
  hot: delayList.optional(),
  warm: delayList.optional(),
  cold: delayList.optional(),
});

const competition = z.strictObject({
  delays: z.strictObject({ premium: poolDelays, standard: poolDelays }),
  /** How long the last lane has before the pool counts as not clear (COMP-10). */
  clearSeconds: byTemperature(WINDOW_SECONDS_MAX),
  /** From release, whatever the lanes (COMP-10). */
  hardLimitSeconds: byTemperature(WINDOW_SECONDS_MAX),
  /** COMP-28: a lane in which nobody can claim holds nobody back. */
  openEarlyIfLaneEmpty: z.boolean(),
  tiers: tiersPolicy.default(TIERS_BY_HAND),
  /** Competitive claims a rep and local day (FAIR-11); null: no cap. */
  dailyCap: z.number().int().min(1).max(10_000).nullable(),
  /** Leads a rep may hold that are not finished, before the race and the rotation pass by (ROUTE-11); null: any. */
  maxOpenLeads: z.number().int().min(1).max(100_000).nullable().default(null),
  attemptRate: z
    .strictObject({
      perSecond: z.number().int().min(1).max(1000),
      perMinute: z.number().int().min(1).max(60_000),
    })
    .nullable(),
  /** Whether losers, boards and the wall see names (COMP-06); ids always stay. */
  showWinnerName: z.boolean(),
});

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
  mode: z.enum(['OPEN', 'TIERED']),
  calendar: calendarSection,
  teams: z
    .record(name, teamSection)
    .refine((teams) => Object.keys(teams).length <= TEAMS_MAX, `has more than ${TEAMS_MAX} teams`)
    .default({}),
  routing: routingSection.default(ROUTING_OFF),
  competition,
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
 * a preset changes the rules and leaves what is a fact about the company: currency, zones, teams, and
 * how long personal data is kept.
 */
export function parsePolicy(input: unknown, current?: Policy): ParsedPolicy {
  const preset = presetAlone(input);
  if (preset !== null) {
    const policy = resolvePreset(preset);
    if (policy !== null) return { ok: true, policy: { ...policy, ...factsOf(current) } };
    const known = PRESET_NAMES.join(', ');
    return { ok: false, problems: [{ path: 'preset', message: `is none of ${known}` }] };
  }
  const parsed = policyDocument.safeParse(input);
  if (parsed.success) return { ok: true, policy: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => problemsOf(issue)) };
}

/** The zone whose days count for a rep: the own one, the team's, the calendar's (FAIR-11, CONV-03). */
export function zoneOf(policy: Policy, rep: { timeZone?: string | null; team?: string | null }): string {
  const ofTeam =
    rep.team != null && Object.hasOwn(policy.teams, rep.team) ? policy.teams[rep.team]?.timeZone : undefined;
  return rep.timeZone ?? ofTeam ?? policy.calendar.timeZone;
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
  return structuredClone({ currency, calendar, teams, privacy });
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
