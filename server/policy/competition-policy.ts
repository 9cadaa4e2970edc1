/** The race: delays by tier, when a pool counts as not clear, tiers, caps (COMP-10, 16, 21, 28; FAIR-11; ROUTE-11). */
import { z } from 'zod';
import { TIERS_BY_HAND, tiersPolicy } from './tiers-policy.ts';

/** A lane or an offer that waits longer than this is a mistyped number. */
const WINDOW_SECONDS_MAX = 7 * 86_400;
/** As deep as `tier` of a rep goes (client-sdk/protocol/http.ts). */
const TIERS_MAX = 20;

export const MODES = ['OPEN', 'TIERED'] as const;

const seconds = (max: number) => z.number().int().min(1).max(max);
export const byTemperature = (max: number) =>
  z.strictObject({ hot: seconds(max), warm: seconds(max), cold: seconds(max) });

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

/** Without defaults: a team has a key only where it says so. */
export const competitionFields = {
  delays: z.strictObject({ premium: poolDelays, standard: poolDelays }),
  /** How long the last lane has before the pool counts as not clear (COMP-10). */
  clearSeconds: byTemperature(WINDOW_SECONDS_MAX),
  /** From release, whatever the lanes (COMP-10). */
  hardLimitSeconds: byTemperature(WINDOW_SECONDS_MAX),
  /** COMP-28: a lane in which nobody can claim holds nobody back. */
  openEarlyIfLaneEmpty: z.boolean(),
  tiers: tiersPolicy,
  /** Competitive claims a rep and local day (FAIR-11); null: no cap. */
  dailyCap: z.number().int().min(1).max(10_000).nullable(),
  /** Leads a rep may hold that are not finished, before the race and the rotation pass by (ROUTE-11); null: any. */
  maxOpenLeads: z.number().int().min(1).max(100_000).nullable(),
  attemptRate: z
    .strictObject({
      perSecond: z.number().int().min(1).max(1000),
      perMinute: z.number().int().min(1).max(60_000),
    })
    .nullable(),
  /** Whether losers, boards and the wall see names (COMP-06); ids always stay. */
  showWinnerName: z.boolean(),
};

export const competitionSection = z.strictObject({
  ...competitionFields,
  tiers: tiersPolicy.default(TIERS_BY_HAND),
  maxOpenLeads: competitionFields.maxOpenLeads.default(null),
});
