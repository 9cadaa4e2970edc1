/**
 * SPEED_BOARD (COMP-29 to COMP-32): who answers leads fastest. It tells what happened and changes nothing of who gets
 * what (COMP-31), so it goes with every mode.
 */
import { z } from 'zod';

/** A week; longer is a mistyped number. */
const SECONDS_MAX = 7 * 86_400;
const seconds = (byDefault: number) => z.number().int().min(1).max(SECONDS_MAX).default(byDefault);

export const speedBoardSection = z
  .strictObject({
    /** CON-30: what answers a lead: `any` call, mail, message or meeting, or a `call` alone. */
    contact: z.enum(['any', 'call']).default('any'),
    fastSeconds: seconds(300),
    okSeconds: seconds(3_600),
    /** Answers below this in a row are a streak. */
    streakBelowSeconds: seconds(600),
  })
  .refine(({ fastSeconds, okSeconds }) => fastSeconds <= okSeconds, {
    path: ['fastSeconds'],
    message: 'is above okSeconds',
  })
  .nullable()
  .default(null);

export type SpeedBoardPolicy = NonNullable<z.infer<typeof speedBoardSection>>;
