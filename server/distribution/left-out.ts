/**
 * Whom a decision left out, and why, as its event keeps it: `{"notReady":[3,9],"tierNever":[4]}`, reps by `reps.num`. As
 * long as the team at the most, like a lane. Who is neither in it nor chosen was not in the team then: not active, or
 * added later. Pure.
 */
import type { IneligibleReason } from './distribution-rules.ts';

/** Beside those of an offer: why a lead was given to somebody else. */
export type LeftOutReason =
  | IneligibleReason
  | 'maxOpenLeads'
  | 'weeklyAllowance'
  | 'waitsTurn'
  | 'namedOther'
  | 'newcomerFirst'
  /** Of a team pool: a colleague was first (DIST-08). */
  | 'workedByOther'
  | 'gaveItBack'
  /** Of a lead that waits: nothing, by now. */
  | 'nextLook'
  /** Of an open offer, told from how things stand: the rep is there now, and none of its lanes is one for the rep. */
  | 'cameLate'
  | 'noRule';

export interface LeftOut {
  repId: string;
  reason: LeftOutReason;
}

export function packLeftOut(left: readonly LeftOut[], numOf: (repId: string) => number): string {
  const byReason: Partial<Record<LeftOutReason, number[]>> = {};
  for (const { repId, reason } of left) {
    if (reason === 'inactive') continue;
    const nums = byReason[reason];
    if (nums === undefined) byReason[reason] = [numOf(repId)];
    else nums.push(numOf(repId));
  }
  return JSON.stringify(byReason);
}

/** By `reps.num`. */
export function unpackLeftOut(packed: string): Map<number, LeftOutReason> {
  const byReason = JSON.parse(packed) as Record<LeftOutReason, number[]>;
  const reasons = new Map<number, LeftOutReason>();
  for (const [reason, nums] of Object.entries(byReason)) {
    for (const num of nums) reasons.set(num, reason as LeftOutReason);
  }
  return reasons;
}
