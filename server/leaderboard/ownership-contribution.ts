/**
 * What one ownership is worth to the boards, and the only definition of it: claims, claim speed and
 * conversion count on the day of the claim, the rest on the day it happened; an ownership that ended
 * (released, reassigned) is worth nothing (COMP-08). A change is the difference of two worths.
 */
import type { DayDelta } from './day-delta.ts';

export interface OwnershipFacts {
  repId: string;
  via: 'claim' | 'manager' | 'rotation';
  method: string | null;
  startedAt: number;
  day: string;
  claimSpeedMs: number | null;
  firstContactAt: number | null;
  firstContactDay: string | null;
  opportunityAt: number | null;
  opportunityDay: string | null;
  wonAt: number | null;
  wonDay: string | null;
  revenue: number | null;
  endedAt: number | null;
}

type Amount = Exclude<keyof DayDelta, 'repId' | 'day' | 'at'>;
type Add = (day: string, amount: Amount, by: number) => void;

function contribute(facts: OwnershipFacts, add: Add): void {
  if (facts.endedAt !== null) return;
  if (facts.via === 'claim') {
    add(facts.day, 'claims', 1);
    if (facts.claimSpeedMs !== null) {
      add(facts.day, 'speedMs', facts.claimSpeedMs);
      add(facts.day, 'speedCount', 1);
    }
    if (facts.opportunityAt !== null || facts.wonAt !== null) add(facts.day, 'converted', 1);
  }
  if (facts.opportunityDay !== null) add(facts.opportunityDay, 'opportunities', 1);
  if (facts.wonDay !== null) add(facts.wonDay, 'revenue', facts.revenue ?? 0);
  // From a team pool a lead is a rep's with its first contact: that says nothing of speed.
  if (facts.method !== 'pool' && facts.firstContactDay !== null && facts.firstContactAt !== null) {
    add(facts.firstContactDay, 'responseMs', facts.firstContactAt - facts.startedAt);
    add(facts.firstContactDay, 'responseCount', 1);
  }
}

/** The deltas that turn what `before` was worth into what `after` is worth, as of `at`. */
export function contributionChange(before: OwnershipFacts | null, after: OwnershipFacts, at: number): DayDelta[] {
  const days = new Map<string, Map<Amount, number>>();
  const adding =
    (sign: 1 | -1): Add =>
    (day, amount, by) => {
      const sums = days.get(day) ?? new Map<Amount, number>();
      sums.set(amount, (sums.get(amount) ?? 0) + sign * by);
      days.set(day, sums);
    };
  if (before !== null) contribute(before, adding(-1));
  contribute(after, adding(1));
  const deltas: DayDelta[] = [];
  for (const [day, sums] of days) {
    const delta: DayDelta = { repId: after.repId, day, at };
    let moved = false;
    for (const [amount, by] of sums) {
      if (by === 0) continue;
      delta[amount] = by;
      moved = true;
    }
    if (moved) deltas.push(delta);
  }
  return deltas;
}
