/** Blind claims (FAIR-04, FAIR-05, FAIR-07): some leads are raced for by a reduced preview. */
import { z } from 'zod';

/** What may be shown of a blind lead; everything else is hidden until it is won. `region` is region and country. */
export const BLIND_FACTS = ['industry', 'region', 'source', 'age'] as const;
export type BlindFact = (typeof BLIND_FACTS)[number];

const share = z.number().min(0).max(1);

export const blindSection = z
  .strictObject({
    /** Of the releases of a pool; the server draws which. */
    shareOfStandard: share,
    /** These go up in the standard pool, since a pool of their own would tell what they are. */
    shareOfPremium: share.default(0),
    show: z.array(z.enum(BLIND_FACTS)).max(BLIND_FACTS.length),
  })
  .nullable()
  .default(null);

export type BlindPolicy = z.infer<typeof blindSection>;

/** The spec's defaults (section P). */
export const BLIND_DEFAULT: NonNullable<BlindPolicy> = {
  shareOfStandard: 0.2,
  shareOfPremium: 0,
  show: [...BLIND_FACTS],
};
