/**
 * Points and board sums that follow from a fact, written in the fact's own transaction: an entry
 * names the event that earned it, and what ends is reversed by new entries (GAME-06).
 */
import type { OwnershipRow } from '../../claims/ownership-store.ts';
import type { DayDelta } from '../../leaderboard/day-delta.ts';
import { contributionChange } from '../../leaderboard/ownership-contribution.ts';
import type { Stores } from './stores.ts';

/** One point entry as the rep will hear of it. */
export interface Award {
  entryId: number;
  repId: string;
  leadId: string | null;
  rule: string;
  points: number;
  at: number;
}

export interface Credit {
  awards: Award[];
  deltas: DayDelta[];
}

export function noCredit(): Credit {
  return { awards: [], deltas: [] };
}

export interface Earned {
  eventSeq: number;
  rule: string;
  repId: string;
  leadId: string | null;
  ownershipId: string | null;
  points: number;
  at: number;
  /** The rep's local day of `at`. */
  day: string;
}

function post(stores: Stores, credit: Credit, earned: Earned, reverses: number | null): void {
  const entryId = stores.points.append({ ...earned, reverses });
  const { repId, leadId, rule, points, at, day } = earned;
  credit.awards.push({ entryId, repId, leadId, rule, points, at });
  credit.deltas.push({ repId, day, at, points });
}

/** Pays for an ownership written in this very transaction: nothing can have been paid for it. */
export function payNew(stores: Stores, credit: Credit, earned: Earned): void {
  if (earned.points !== 0) post(stores, credit, earned, null);
}

/** Pays a rule once for an ownership (GAME-06); a rule worth nothing is not written. */
export function pay(stores: Stores, credit: Credit, earned: Earned): void {
  const { ownershipId, rule } = earned;
  if (ownershipId !== null && stores.points.standing(ownershipId, rule).length > 0) return;
  payNew(stores, credit, earned);
}

/** Takes back what an ownership has earned and not yet lost, of one rule or of all. */
export function reverse(
  stores: Stores,
  credit: Credit,
  cause: { ownershipId: string; rule?: string; eventSeq: number; at: number; day: string },
): void {
  for (const entry of stores.points.standing(cause.ownershipId, cause.rule)) {
    const { rule, repId, leadId, ownershipId } = entry;
    post(
      stores,
      credit,
      {
        eventSeq: cause.eventSeq,
        rule,
        repId,
        leadId,
        ownershipId,
        points: -entry.points,
        at: cause.at,
        day: cause.day,
      },
      entry.id,
    );
  }
}

/** Writes a changed ownership and what the change is worth to the boards. */
export function changeOwnership(
  stores: Stores,
  credit: Credit,
  before: OwnershipRow,
  change: Partial<OwnershipRow>,
  at: number,
): OwnershipRow {
  const after = { ...before, ...change };
  stores.owners.update(before.id, change);
  credit.deltas.push(...contributionChange(before, after, at));
  return after;
}

/** Adds the credit's sums to the rep-days; the last step of every transaction that earns. */
export function book(stores: Stores, credit: Credit): Credit {
  return { ...credit, deltas: stores.boards.apply(credit.deltas) };
}
