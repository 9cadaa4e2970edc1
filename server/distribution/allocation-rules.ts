/**
 * FAIR-19: for a fixed time a manager grants a rep who struggles what a newcomer has: so many leads a week without a
 * race (onboarding-rules.ts), beside the race, in which nothing changes. Pure; told anew at each release, so it ends at its instant
 * by itself.
 */

import { type Policy, policyOf } from '../policy/policy-rules.ts';
import type { OnboardingPhase } from './onboarding-rules.ts';

/** Instants are ISO 8601 UTC; `endedAt`: it was ended, or replaced, before its time. */
export interface Allocation {
  at: string;
  until: string;
  leadsPerWeek: number;
  reason: string;
  by: string;
  endedAt?: string;
  endedBy?: string;
}

/** The longest that one is granted for. */
export const ALLOCATION_DAYS_MAX = 365;

/** The one in force at an instant; its first instant is inside, its last outside. @param json `reps.protected_allocations` */
export function allocationOf(json: string, nowMs: number): Allocation | null {
  // Nearly every rep's: it is asked for each of them at each release.
  if (json === '[]') return null;
  const granted = JSON.parse(json) as Allocation[];
  return (
    granted.find(
      ({ at, until, endedAt = until }) =>
        Date.parse(at) <= nowMs && nowMs < Math.min(Date.parse(until), Date.parse(endedAt)),
    ) ?? null
  );
}

/** Leads a week that a rep is to have without a race. */
export interface BaseLoad {
  leadsPerWeek: number;
  /** From when on; in the week of this instant they are fewer. */
  sinceMs: number;
}

/** Of a newcomer, of whom one was granted, the greater of both; null: of neither. */
export function baseLoadOf(
  policy: Policy,
  rep: { team?: string | null; createdAt: number; protectedAllocations: string },
  phase: OnboardingPhase | undefined,
  nowMs: number,
): BaseLoad | null {
  const { onboarding } = policyOf(policy, rep.team);
  const granted = allocationOf(rep.protectedAllocations, nowMs);
  const asNew = phase === undefined || onboarding === null ? 0 : onboarding.baseLoadPerWeek;
  if (granted !== null && granted.leadsPerWeek > asNew)
    return { leadsPerWeek: granted.leadsPerWeek, sinceMs: Date.parse(granted.at) };
  return asNew === 0 ? null : { leadsPerWeek: asNew, sinceMs: rep.createdAt };
}

/** The list with one more, or with none in force: what ran until now ends now, and stays on record. */
export function withAllocation(json: string, next: Allocation | null, by: { actor: string; nowMs: number }): string {
  const endedAt = new Date(by.nowMs).toISOString();
  const running = allocationOf(json, by.nowMs);
  const before = (JSON.parse(json) as Allocation[]).map((one) =>
    one.at === running?.at && one.endedAt === undefined ? { ...one, endedAt, endedBy: by.actor } : one,
  );
  return JSON.stringify(next === null ? before : [...before, next]);
}
