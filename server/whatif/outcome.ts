/** What came of a trial, counted: who got how much, how fast, and what the rules refused. */
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { giniOf } from '../insights/gini-rules.ts';
import { percentile } from '../kernel/percentile.ts';
import type { RepRow } from '../people/people-store.ts';
import type { Temperature } from '../policy/policy-rules.ts';

/** A lead, and the first owner it got. */
export interface LeadFate {
  acceptedAtMs: number;
  temperature: Temperature;
  owner: {
    repId: string;
    via: OwnershipRow['via'];
    method: OwnershipRow['method'];
    atMs: number;
    /** The rep's tier at that moment, and whether it was in its first 90 days. */
    tier: number;
    isNewcomer: boolean;
  } | null;
}

export interface Share {
  leads: number;
  /** Of all leads that got an owner; null when there are none. */
  share: number | null;
}

export interface RepOutcome extends Share {
  repId: string;
  name: string;
  hot: number;
  claims: number;
}

export interface TrialOutcome {
  leads: number;
  /** By the race or a queue. */
  claimed: number;
  /** By a rule's push; by the rotation when nobody claimed; by a manager. */
  pushed: number;
  unclaimed: number;
  byManager: number;
  /** Without an owner when the trial ended. */
  unowned: number;
  /** Accepted → claimed, of those that were claimed. */
  timeToClaimMs: { p50: number; p90: number };
  /** Accepted → owned, by whatever way. */
  timeToOwnerMs: { p50: number; p90: number };
  /** MET-22, over everybody who was there: all leads, hot ones. */
  gini: number | null;
  giniHot: number | null;
  /** Of the tier the owner had at that moment, best first. */
  tiers: (Share & { tier: number })[];
  newcomers: Share;
  /** Claims that a rule stopped. */
  refusals: Record<string, number>;
  /** Most leads first. */
  reps: RepOutcome[];
}

export function outcomeOf(
  fates: Iterable<LeadFate>,
  refusals: ReadonlyMap<string, number>,
  reps: readonly Pick<RepRow, 'id' | 'name' | 'active'>[],
): TrialOutcome {
  const all = [...fates];
  const owned = all.flatMap(({ owner, ...fate }) => (owner === null ? [] : [{ ...fate, owner }]));
  const shareOf = (some: readonly unknown[]): Share => ({
    leads: some.length,
    share: owned.length === 0 ? null : some.length / owned.length,
  });
  const claimed = owned.filter(({ owner }) => owner.via === 'claim');
  const rotation = owned.filter(({ owner }) => owner.via === 'rotation');
  const unclaimed = rotation.filter(({ owner }) => owner.method === 'unclaimed').length;
  const waits = (some: typeof owned) => {
    const ms = some.map(({ acceptedAtMs, owner }) => owner.atMs - acceptedAtMs);
    return { p50: percentile(ms, 0.5), p90: percentile(ms, 0.9) };
  };
  const byRep = grouped(owned, ({ owner }) => owner.repId);
  const rows = reps
    .filter(({ id, active }) => active || byRep.has(id))
    .map(({ id, name }): RepOutcome => {
      const own = byRep.get(id) ?? [];
      const hot = own.filter(({ temperature }) => temperature === 'hot').length;
      return { repId: id, name, ...shareOf(own), hot, claims: own.filter(({ owner }) => owner.via === 'claim').length };
    })
    .sort((a, b) => b.leads - a.leads || (a.repId < b.repId ? -1 : 1));
  const byTier = grouped(owned, ({ owner }) => owner.tier);
  return {
    leads: all.length,
    claimed: claimed.length,
    pushed: rotation.length - unclaimed,
    unclaimed,
    byManager: owned.length - claimed.length - rotation.length,
    unowned: all.length - owned.length,
    timeToClaimMs: waits(claimed),
    timeToOwnerMs: waits(owned),
    gini: giniOf(rows.map(({ leads }) => leads)),
    giniHot: giniOf(rows.map(({ hot }) => hot)),
    tiers: [...byTier].map(([tier, some]) => ({ tier, ...shareOf(some) })).sort((a, b) => a.tier - b.tier),
    newcomers: shareOf(owned.filter(({ owner }) => owner.isNewcomer)),
    refusals: Object.fromEntries([...refusals].sort(([a], [b]) => (a < b ? -1 : 1))),
    reps: rows,
  };
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
