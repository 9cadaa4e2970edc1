/** Priority windows (FAIR-08 to FAIR-10): once a day each rep sees new leads before everybody else. */
import { z } from 'zod';

export const priorityWindowsSection = z
  .strictObject({
    /** The length of a window: a team's open hours are cut into so many slots. */
    minutes: z.number().int().min(5).max(480),
    /** How much later everybody else may claim a lead that is released in the window. */
    headStartSeconds: z.number().int().min(1).max(3600),
    /** The holder is reminded this long before the start; null: never. */
    reminderSeconds: z.number().int().min(1).max(3600).nullable(),
  })
  .nullable()
  .default(null);

export type PriorityWindowsPolicy = z.infer<typeof priorityWindowsSection>;

/** Spec P. */
export const DEFAULT_PRIORITY_WINDOWS: NonNullable<PriorityWindowsPolicy> = {
  minutes: 30,
  headStartSeconds: 300,
  reminderSeconds: 300,
};
