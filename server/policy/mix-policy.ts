/** The mix of qualities among a team's releases (FAIR-06, FAIR-07): what there is too much of is given, not raced for. */
import { z } from 'zod';

/** SCORE-18: until leads have a quality score, `high` is hot, `low` is cold, `standard` the rest. */
export const QUALITIES = ['standard', 'low', 'high'] as const;
export type Quality = (typeof QUALITIES)[number];
export type ByQuality = Record<Quality, number>;

/** Each team's last releases are held in memory. */
const WINDOW_MAX = 1000;
const percent = z.number().int().min(0).max(100);

export interface MixBounds {
  least: ByQuality;
  most: ByQuality;
}

/** How many releases of each quality a window may have: the share, the tolerance either way, whole releases. */
export function mixBounds(mix: ByQuality & { window: number; tolerance: number }): MixBounds {
  const { window, tolerance } = mix;
  const of = (bound: (share: number) => number) =>
    Object.fromEntries(QUALITIES.map((quality) => [quality, bound(mix[quality])])) as ByQuality;
  return {
    least: of((share) => Math.ceil((Math.max(0, share - tolerance) * window) / 100)),
    most: of((share) => Math.floor((Math.min(100, share + tolerance) * window) / 100)),
  };
}

const total = (counts: ByQuality) => QUALITIES.reduce((sum, quality) => sum + counts[quality], 0);

export const mixSection = z
  .strictObject({
    /** Shares of the releases, percent. */
    standard: percent,
    low: percent,
    high: percent,
    /** Releases in a row that keep to the shares. */
    window: z.number().int().min(10).max(WINDOW_MAX),
    /** By how many points of a hundred a share may be off. */
    tolerance: percent,
  })
  .refine((mix) => total(mix) === 100, { path: ['standard'], message: 'does not make 100 with low and high' })
  .refine(
    (mix) => {
      const { least, most } = mixBounds(mix);
      return total(least) <= mix.window && mix.window <= total(most);
    },
    { path: ['tolerance'], message: 'leaves no whole numbers of releases in this window' },
  )
  .nullable()
  .default(null);

export type MixPolicy = NonNullable<z.infer<typeof mixSection>>;

/** The spec's defaults (section P). */
export const MIX_DEFAULT: MixPolicy = { standard: 70, low: 20, high: 10, window: 100, tolerance: 5 };
