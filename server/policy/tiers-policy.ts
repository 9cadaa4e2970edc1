/** Weekly tiers (COMP-16, 22, 24): their shares, what weighs how much, and whether they are computed at all. */
import { z } from 'zod';

const share = z.number().int().min(0).max(100);
const weight = z.number().min(0).max(1000);

export const tiersPolicy = z
  .strictObject({
    /** Shares of the ranked reps of a team, percent; together 100. */
    t1Pct: share,
    t2Pct: share,
    t3Pct: share,
    /** `off`: a tier is what a manager sets. `weekly`: computed each Monday before opening. */
    recalc: z.enum(['weekly', 'off']),
    /** What each figure counts for in the composite; only their proportions matter. */
    weights: z.strictObject({ conversion: weight, quota: weight, speed: weight }),
    /** Worked leads of the four weeks below which a rep is not ranked and stands in tier 2. */
    minLeads: z.number().int().min(0).max(10_000),
  })
  .refine(({ t1Pct, t2Pct, t3Pct }) => t1Pct + t2Pct + t3Pct === 100, {
    path: ['t2Pct'],
    message: 'the three shares are not 100 together',
  })
  .refine(({ weights }) => weights.conversion + weights.quota + weights.speed > 0, {
    path: ['weights'],
    message: 'nothing counts for anything',
  });

export type TiersPolicy = z.infer<typeof tiersPolicy>;

/** The spec's defaults (section P). */
export const WEEKLY_TIERS: TiersPolicy = {
  t1Pct: 25,
  t2Pct: 50,
  t3Pct: 25,
  recalc: 'weekly',
  weights: { conversion: 1, quota: 1, speed: 1 },
  minLeads: 10,
};

export const TIERS_BY_HAND: TiersPolicy = { ...WEEKLY_TIERS, recalc: 'off' };
