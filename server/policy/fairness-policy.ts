/**
 * The ratios and minimums of a week (FAIR-01..03). Null is off. Weeks are ISO weeks of the rep's own days.
 */
import { z } from 'zod';

/** Beyond this no rep would ever meet the rule: a mistyped number. */
const PER_WEEK_MAX = 1000;
const perWeek = z.number().int().min(1).max(PER_WEEK_MAX).nullable();

/** Without defaults: a team has a key only where it says so. */
export const fairnessFields = {
  /** FAIR-01: hot claims before the next one costs a warm claim: hot < n × (warm + 1). */
  hotPerWarm: perWeek,
  /** FAIR-02: claims before the next one costs an assigned lead: claims < n × (accepted + 1). */
  claimsPerAuto: perWeek,
  /** FAIR-03: cold claims a week; those missed are made up before hot and warm ones, and pay once. Pro rata of the days worked. */
  coldPerWeek: perWeek,
  /** CON-10: nobody owes what was not on offer. */
  waiveIfNone: z.boolean(),
};

export const fairnessSection = z.strictObject({
  hotPerWarm: fairnessFields.hotPerWarm.default(null),
  claimsPerAuto: fairnessFields.claimsPerAuto.default(null),
  coldPerWeek: fairnessFields.coldPerWeek.default(null),
  waiveIfNone: fairnessFields.waiveIfNone.default(true),
  /** CON-29: managers are warned where more than one rule favours those who do well. The company's, no team's. */
  stackWarn: z.boolean().default(false),
});

export type FairnessPolicy = z.infer<typeof fairnessSection>;

export const FAIRNESS_OFF: FairnessPolicy = {
  hotPerWarm: null,
  claimsPerAuto: null,
  coldPerWeek: null,
  waiveIfNone: true,
  stackWarn: false,
};

/** The spec's defaults (section P). */
export const FAIRNESS_DEFAULT: FairnessPolicy = {
  hotPerWarm: 2,
  claimsPerAuto: 5,
  coldPerWeek: 3,
  waiveIfNone: true,
  stackWarn: true,
};
