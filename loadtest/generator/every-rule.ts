/**
 * A policy in which every rule of distribution is at work and none stops a claim of the load: their bounds are out of
 * reach, their waits are the shortest. What they cost is then what the gate reads.
 */
import { WEEKDAYS } from '../../server/kernel/calendar.ts';
import { type Policy, resolvePreset } from '../../server/policy/policy-rules.ts';
import { ROUTING_DEFAULTS } from '../../server/policy/routing-policy.ts';

const A_REP_NEVER_REACHES = 10_000;
const PER_WEEK_MAX = 1_000;
const OPEN_LEADS = 100_000;
/** Every lane opens while leads are still being put up. */
const DELAYS = { default: [0, 1, 2] };
const RULES_BEFORE = 20;

/** Rules that are looked at and match nothing of the load, as those of other branches are in a company with many. */
const rulesBefore = Array.from({ length: RULES_BEFORE }, (_, n) => ({
  name: `branch ${n}`,
  when: {
    all: [
      { field: 'industry' as const, in: [`industry ${n}`, 'retail'] },
      { not: { field: 'companySize' as const, below: 500 } },
    ],
  },
  target: { segment: { territories: [`territory ${n}`] } },
  method: 'weighted' as const,
  fallback: [],
}));

/** As `fair-mix` with quota bands and a speed board, for the leads of the load, which are cold. */
export function everyRule(): Policy {
  const fairMix = resolvePreset('fair-mix') as Policy;
  const { competition } = fairMix;
  const everybodyElse = ROUTING_DEFAULTS.rules.slice(1);
  return {
    ...fairMix,
    // Windows are held at whatever hour this runs.
    calendar: { timeZone: 'Asia/Jakarta', hours: { days: [...WEEKDAYS], open: '00:00', close: '24:00' } },
    routing: { ...ROUTING_DEFAULTS, rules: [...rulesBefore, ...everybodyElse] },
    competition: {
      ...competition,
      delays: { premium: DELAYS, standard: DELAYS },
      dailyCap: A_REP_NEVER_REACHES,
      maxOpenLeads: OPEN_LEADS,
      attemptRate: { perSecond: 1_000, perMinute: 60_000 },
    },
    priorityWindows: { minutes: 30, headStartSeconds: 1, reminderSeconds: 300 },
    fairness: { hotPerWarm: PER_WEEK_MAX, claimsPerAuto: PER_WEEK_MAX, coldPerWeek: 3, waiveIfNone: true },
    quotaAllocation: { bands: [{ fromPct: 0, perWeek: A_REP_NEVER_REACHES }] },
    mix: { standard: 0, low: 100, high: 0, window: 100, tolerance: 100 },
    speedBoard: { contact: 'any', fastSeconds: 300, okSeconds: 3_600, streakBelowSeconds: 600 },
  };
}
