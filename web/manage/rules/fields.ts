/**
 * The form of the rules, described: what a manager changes, where it stands in the document, of which kind it is and
 * within which bounds. A field is named by its path, and its label is the catalogue's of that name, so that a field
 * without a label in both languages does not compile. What stands nowhere here is edited as text. Pure.
 */
import type { fields, groups, options, units } from '../../i18n/id/desk-rules-fields.ts';
import type { Json, Path } from './document.ts';

export type FieldName = keyof typeof fields;
export type GroupName = keyof typeof groups;
export type OptionName = keyof typeof options;
export type UnitName = keyof typeof units;

interface Bounds {
  from: number;
  to: number;
}

/** `startsAs`: it may be null, which is off; and what it is at first when it is switched on. */
export type Kind =
  | { kind: 'switch' }
  /** From 0 to 1, shown in percent. */
  | { kind: 'share' }
  /** One a line. */
  | { kind: 'texts' }
  | { kind: 'text' }
  | { kind: 'bands' }
  | { kind: 'json' }
  /** An object by name, each as text. */
  | { kind: 'teams' }
  | ({ kind: 'number'; unit: UnitName; startsAs?: number; isFraction?: boolean } & Bounds)
  /** Stored in seconds, shown in the unit that fits. */
  | ({ kind: 'seconds'; startsAs?: number } & Bounds)
  | { kind: 'choice'; options: readonly OptionName[] }
  | { kind: 'several'; options: readonly OptionName[] }
  /** By tier. `isOptional`: may be absent, and what it is like then. */
  | { kind: 'delays'; isOptional: boolean }
  /** Null: off, and none of the fields under it is there. */
  | { kind: 'section'; startsAs: Json };
export type Field = { name: FieldName } & Kind;
export type FieldOf<K extends Kind['kind']> = Extract<Field, { kind: K }>;

export interface Group {
  group: GroupName;
  fields: readonly Field[];
}

const DAY = 86_400;
const WEEK = 7 * DAY;
const TEMPERATURES = ['hot', 'warm', 'cold'] as const;
const POOLS = ['premium', 'standard'] as const;

const number = (name: FieldName, unit: UnitName, from: number, to: number, startsAs?: number): Field => ({
  name,
  kind: 'number',
  unit,
  from,
  to,
  ...(startsAs !== undefined && { startsAs }),
});
const weight = (name: FieldName): Field => ({
  name,
  kind: 'number',
  unit: 'parts',
  from: 0,
  to: 1000,
  isFraction: true,
});
const seconds = (name: FieldName, to: number, startsAs?: number): Field => ({
  name,
  kind: 'seconds',
  from: 1,
  to,
  ...(startsAs !== undefined && { startsAs }),
});
const onOff = (name: FieldName): Field => ({ name, kind: 'switch' });
const choice = (name: FieldName, ...options: OptionName[]): Field => ({ name, kind: 'choice', options });
const several = (name: FieldName, ...options: OptionName[]): Field => ({ name, kind: 'several', options });
const section = (name: FieldName, startsAs: Json): Field => ({ name, kind: 'section', startsAs });
const json = (name: FieldName): Field => ({ name, kind: 'json' });

export const GROUPS: readonly Group[] = [
  {
    group: 'race',
    fields: [
      choice('mode', 'OPEN', 'TIERED'),
      choice('claim.confirmMode', 'tap', 'hold'),
      onOff('competition.openEarlyIfLaneEmpty'),
      onOff('competition.showWinnerName'),
    ],
  },
  {
    group: 'delays',
    fields: POOLS.flatMap((pool) => [
      { name: `competition.delays.${pool}.default`, kind: 'delays', isOptional: false } as const,
      ...TEMPERATURES.map(
        (which) => ({ name: `competition.delays.${pool}.${which}`, kind: 'delays', isOptional: true }) as const,
      ),
    ]),
  },
  {
    group: 'closing',
    fields: [
      ...TEMPERATURES.map((which) => seconds(`competition.clearSeconds.${which}`, WEEK)),
      ...TEMPERATURES.map((which) => seconds(`competition.hardLimitSeconds.${which}`, WEEK)),
    ],
  },
  {
    group: 'caps',
    fields: [
      number('competition.dailyCap', 'claims', 1, 10_000, 10),
      number('competition.maxOpenLeads', 'leads', 1, 100_000, 50),
      section('competition.attemptRate', { perSecond: 5, perMinute: 60 }),
      number('competition.attemptRate.perSecond', 'taps', 1, 1000),
      number('competition.attemptRate.perMinute', 'taps', 1, 60_000),
    ],
  },
  {
    group: 'ratios',
    fields: [
      number('fairness.hotPerWarm', 'claims', 1, 1000, 2),
      number('fairness.claimsPerAuto', 'claims', 1, 1000, 5),
      number('fairness.coldPerWeek', 'claims', 1, 1000, 3),
      onOff('fairness.waiveIfNone'),
      onOff('fairness.stackWarn'),
    ],
  },
  {
    group: 'tiers',
    fields: [
      choice('competition.tiers.recalc', 'weekly', 'off'),
      number('competition.tiers.t1Pct', 'percent', 0, 100),
      number('competition.tiers.t2Pct', 'percent', 0, 100),
      number('competition.tiers.t3Pct', 'percent', 0, 100),
      weight('competition.tiers.weights.conversion'),
      weight('competition.tiers.weights.quota'),
      weight('competition.tiers.weights.speed'),
      number('competition.tiers.minLeads', 'leads', 0, 10_000),
    ],
  },
  {
    group: 'priorityWindows',
    fields: [
      section('priorityWindows', { minutes: 30, headStartSeconds: 300, reminderSeconds: 300 }),
      number('priorityWindows.minutes', 'minutes', 5, 480),
      seconds('priorityWindows.headStartSeconds', 3600),
      seconds('priorityWindows.reminderSeconds', 3600, 300),
    ],
  },
  {
    group: 'blind',
    fields: [
      section('blind', { shareOfStandard: 0.2, shareOfPremium: 0, show: ['industry', 'region', 'source', 'age'] }),
      { name: 'blind.shareOfStandard', kind: 'share' },
      { name: 'blind.shareOfPremium', kind: 'share' },
      several('blind.show', 'industry', 'region', 'source', 'age'),
    ],
  },
  {
    group: 'mix',
    fields: [
      section('mix', { standard: 70, low: 20, high: 10, window: 100, tolerance: 5 }),
      number('mix.standard', 'percent', 0, 100),
      number('mix.low', 'percent', 0, 100),
      number('mix.high', 'percent', 0, 100),
      number('mix.window', 'leads', 10, 1000),
      number('mix.tolerance', 'percent', 0, 100),
    ],
  },
  {
    group: 'quotaAllocation',
    fields: [
      section('quotaAllocation', {
        bands: [
          { fromPct: 0, perWeek: 10 },
          { fromPct: 50, perWeek: 12 },
          { fromPct: 75, perWeek: 15 },
          { fromPct: 100, perWeek: 20 },
        ],
      }),
      { name: 'quotaAllocation.bands', kind: 'bands' },
    ],
  },
  {
    group: 'onboarding',
    fields: [
      section('onboarding', {
        shadowWeeks: 4,
        cohortWeeks: 4,
        guaranteedWeeks: 4,
        protectedDays: 90,
        baseLoadPerWeek: 10,
        readinessNeeded: true,
        trainingTasks: ['Tools', 'Process', 'Product'],
        coachingTasks: ['Response quality'],
      }),
      number('onboarding.shadowWeeks', 'weeks', 0, 52),
      number('onboarding.cohortWeeks', 'weeks', 0, 52),
      number('onboarding.guaranteedWeeks', 'weeks', 0, 52),
      number('onboarding.protectedDays', 'days', 0, 365),
      number('onboarding.baseLoadPerWeek', 'leads', 0, 1000),
      onOff('onboarding.readinessNeeded'),
      { name: 'onboarding.trainingTasks', kind: 'texts' },
      { name: 'onboarding.coachingTasks', kind: 'texts' },
    ],
  },
  {
    group: 'hours',
    fields: [
      { name: 'calendar.timeZone', kind: 'text' },
      several('calendar.hours.days', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'),
      { name: 'calendar.hours.open', kind: 'text' },
      { name: 'calendar.hours.close', kind: 'text' },
      onOff('routing.availability.workingHours'),
      onOff('routing.availability.timeOff'),
    ],
  },
  {
    group: 'speedBoard',
    fields: [
      section('speedBoard', { contact: 'any', fastSeconds: 300, okSeconds: 3600, streakBelowSeconds: 600 }),
      choice('speedBoard.contact', 'any', 'call'),
      seconds('speedBoard.fastSeconds', WEEK),
      seconds('speedBoard.okSeconds', WEEK),
      seconds('speedBoard.streakBelowSeconds', WEEK),
    ],
  },
  {
    group: 'points',
    fields: [
      number('points.claimWithin60s.points', 'points', 0, 1_000_000),
      seconds('points.claimWithin60s.withinSeconds', DAY),
      number('points.contactWithin300s.points', 'points', 0, 1_000_000),
      seconds('points.contactWithin300s.withinSeconds', DAY),
      number('points.opportunity.points', 'points', 0, 1_000_000),
      number('points.won.points', 'points', 0, 1_000_000),
      number('points.help.points', 'points', 0, 1_000_000),
      number('points.help.perPairAndWeek', 'times', 0, 1000),
      number('leaderboard.rateMinClaims', 'claims', 1, 10_000),
      number('leaderboard.coalesceMs', 'milliseconds', 0, 3_600_000),
      { name: 'currency', kind: 'text' },
    ],
  },
  {
    group: 'contact',
    fields: TEMPERATURES.map((which) => seconds(`sla.firstContactSeconds.${which}`, 30 * DAY)),
  },
  {
    group: 'scoring',
    fields: [
      number('scoring.hotAbove', 'points', 0, 100),
      number('scoring.warmFrom', 'points', 0, 100),
      json('scoring.types'),
      json('scoring.rules'),
    ],
  },
  {
    group: 'routing',
    fields: [
      several('routing.criteria.premium', 'territory', 'vertical', 'product'),
      several('routing.criteria.standard', 'territory', 'vertical', 'product'),
      json('routing.rules'),
      json('routing.teamPools'),
    ],
  },
  { group: 'teams', fields: [{ name: 'teams', kind: 'teams' }] },
  { group: 'privacy', fields: [number('privacy.retentionDays', 'days', 1, 36_500)] },
];

export const FIELDS: readonly Field[] = GROUPS.flatMap((group) => group.fields);

export const pathOf = (name: FieldName): Path => name.split('.');

/** Whether what the server names lies in this field. */
export const isIn = (field: string, name: FieldName): boolean => field === name || field.startsWith(`${name}.`);

/** The field that shows what stands at a path: the deepest, since a section holds the fields under it. */
export function fieldAt(path: string): Field | undefined {
  const found = FIELDS.filter(({ name }) => isIn(path, name));
  return found.sort((a, b) => b.name.length - a.name.length)[0];
}
