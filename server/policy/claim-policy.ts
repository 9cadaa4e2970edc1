/**
 * What a claim asks of the thumb (CLAIM-04, CON-12), against taps that were not meant. The server judges what is sent
 * either way, in the order in which it came.
 */
import { z } from 'zod';

export const claimSection = z
  .strictObject({
    /** `tap`: at once. `hold`: held for 400 ms, or tapped a second time within three seconds. */
    confirmMode: z.enum(['tap', 'hold']).default('tap'),
  })
  .default({ confirmMode: 'tap' });
