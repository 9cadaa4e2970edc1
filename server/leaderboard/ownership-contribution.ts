/**
 * What one ownership is worth to the boards, and the only definition of it: claims, claim speed and
 * conversion count on the day of the claim, the rest on the day it happened; an ownership that ended
 * (released, reassigned) is worth nothing (COMP-08). A change is the difference of two worths.
 */
import type { DayDelta } from './day-delta.ts';

export interface OwnershipFacts {
  repId: string;
  via: 'claim' | 'manager' | 'rotation';
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

type Sums = Omit<DayDelta, 'repId' | 'day' | 'at'>;

function add(days: Map<string, Sums>, day: string, sums: Sums, sign: 1 | -1): void {
  const held = days.get(day) ?? {};
  for (const [metric, amount] of Object.entries(sums) as [keyof Sums, number][]) {
    held[metric] = (held[metric] ?? 0) + sign * amount;
  }
  days.set(day, held);
}

function addContribution(days: Map<string, Sums>, facts: OwnershipFacts, sign: 1 | -1): void {
  if (facts.endedAt !== null) return;
  if (facts.via === 'claim') {
    add(days, facts.day, { claims: 1 }, sign);
    if (facts.claimSpeedMs !== null) {
      add(days, facts.day, { speedMs: facts.claimSpeedMs, speedCount: 1 }, sign);
    }
    if (facts.opportunityAt !== null || facts.wonAt !== null) add(days, facts.day, { converted: 1 }, sign);
  }
  if (facts.opportunityDay !== null) add(days, facts.opportunityDay, { opportunities: 1 }, sign);
  if (facts.wonDay !== null) add(days, facts.wonDay, { revenue: facts.revenue ?? 0 }, sign);
  if (facts.firstContactDay !== null && facts.firstContactAt !== null) {
    const responseMs = facts.firstContactAt - facts.startedAt;
    add(days, facts.firstContactDay, { responseMs, responseCount: 1 }, sign);
  }
}

/** The deltas that turn what `before` was worth into what `after` is worth, as of `at`. */
export function contributionChange(before: OwnershipFacts | null, after: OwnershipFacts, at: number): DayDelta[] {
  const days = new Map<string, Sums>();
  if (before !== null) addContribution(days, before, -1);
  addContribution(days, after, 1);
  const deltas: DayDelta[] = [];
  for (const [day, sums] of days) {
    const moved = Object.entries(sums).filter(([, amount]) => amount !== 0);
    if (moved.length > 0) deltas.push({ repId: after.repId, day, at, ...Object.fromEntries(moved) });
  }
  return deltas;
}
