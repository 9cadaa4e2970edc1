/** The first weeks of a rep (FAIR-12 to FAIR-18): watching, racing in the cohort, racing with a guarantee. */
import { z } from 'zod';

const tasks = z
  .array(z.string().trim().min(1).max(200))
  .max(50)
  .refine((all) => new Set(all).size === all.length, 'names a task twice')
  .default([]);
const weeks = z.number().int().min(0).max(52);

export const onboardingSection = z
  .strictObject({
    /** First the rep watches: it sees alerts and results, and cannot claim (FAIR-13). */
    shadowWeeks: weeks,
    /** Then it races for leads of the cohort's own pool, against others of the cohort alone (FAIR-14). */
    cohortWeeks: weeks,
    /** Then it races with everybody and keeps the guarantee (FAIR-15). */
    guaranteedWeeks: weeks,
    /** Protection ends after these days, or the weeks above if they are longer (FAIR-16). */
    protectedDays: z.number().int().min(0).max(365),
    /** Leads a week that a protected rep is given without a race, at their release or when nobody claimed them (FAIR-12). */
    baseLoadPerWeek: z.number().int().min(0).max(1000),
    /** Whoever was entered while still watching goes on watching until a manager says that it is ready (FAIR-17). */
    readinessNeeded: z.boolean(),
    /** What a rep learns while it watches (FAIR-13), and what it is coached on in the cohort (FAIR-14); a manager ticks them off. */
    trainingTasks: tasks,
    coachingTasks: tasks,
  })
  .nullable()
  .default(null);

export type OnboardingPolicy = z.infer<typeof onboardingSection>;

/** Spec P. */
export const DEFAULT_ONBOARDING: NonNullable<OnboardingPolicy> = {
  shadowWeeks: 4,
  cohortWeeks: 4,
  guaranteedWeeks: 4,
  protectedDays: 90,
  baseLoadPerWeek: 10,
  readinessNeeded: true,
  trainingTasks: ['Tools', 'Process', 'Product'],
  coachingTasks: ['Response quality'],
};
