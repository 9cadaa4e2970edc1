/** Progressive allocation (COMP-33): how many leads a week a rep gets by its quota attainment. */
import { z } from 'zod';

const BANDS_MAX = 20;

export const quotaSection = z.strictObject({
  /** From `fromPct` percent of the quota on, the bound inside: ascending, the first from 0. */
  bands: z
    .array(
      z.strictObject({
        fromPct: z.number().min(0).max(10_000),
        perWeek: z.number().int().min(0).max(10_000),
      }),
    )
    .min(1)
    .max(BANDS_MAX)
    .refine((bands) => bands[0]?.fromPct === 0, 'does not begin at 0')
    .refine(
      (bands) => bands.every(({ fromPct }, index) => index === 0 || fromPct > (bands[index - 1]?.fromPct ?? 0)),
      'does not ascend',
    ),
});

export type QuotaPolicy = z.infer<typeof quotaSection>;

/** The spec's bands (section P); in no preset: a company that wants them sets them. */
export const QUOTA_BANDS: QuotaPolicy = {
  bands: [
    { fromPct: 0, perWeek: 10 },
    { fromPct: 50, perWeek: 12 },
    { fromPct: 75, perWeek: 15 },
    { fromPct: 100, perWeek: 20 },
  ],
};
