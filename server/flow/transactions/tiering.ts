/** Commits that give reps their tiers: each is in the history with its author and the figures behind it. */
import type { TierDecision } from '../../tiers/tier-rules.ts';
import type { NewTierRow } from '../../tiers/tiers-store.ts';
import type { Stores } from './stores.ts';

export interface TierMove {
  repId: string;
  from: number;
  tier: number;
}

/** One rep's decision as computed: of a team, for the team's ISO week. */
export interface DecidedTier {
  decision: TierDecision;
  team: string | null;
  week: string;
}

export interface DecidedTiers {
  /** Those who have another tier now; the decisions of all, so that a repeated call is answered alike. */
  moves: TierMove[];
  decided: DecidedTier[];
  at: number;
}

function give(stores: Stores, row: NewTierRow): boolean {
  if (!stores.tiers.insert(row)) return false;
  const { repId, at, actor, tier, fromTier, cause, week } = row;
  if (tier === fromTier) return false;
  stores.events.append({
    at,
    kind: 'tier.changed',
    actor,
    repId,
    data: { tier, from: fromTier, cause, week: week ?? null },
  });
  return true;
}

/** A weekly decision is written once a rep and week; written twice, it changes nothing. */
export function decideTiers(
  stores: Stores,
  args: { cause: 'weekly' | 'requested'; actor: string; at: number; decided: DecidedTier[] },
): DecidedTiers {
  const { cause, actor, at, decided } = args;
  const moves: TierMove[] = [];
  for (const { decision, team, week } of decided) {
    const { repId, reason, figures } = decision;
    const rep = stores.people.findRep(repId);
    if (rep === undefined) continue;
    // What a newcomer has is kept as it stands by now, not as it was read.
    const tier = reason === 'newcomer' ? rep.tier : decision.tier;
    const row = { repId, at, cause, week, team, tier, fromTier: rep.tier, reason, actor };
    if (!give(stores, { ...row, figures: JSON.stringify(figures) })) continue;
    stores.people.updateRep(repId, { tier });
    moves.push({ repId, from: rep.tier, tier });
  }
  return { moves, decided, at };
}

/** A manager's word: it stands until the next computation. */
export function moveByHand(
  stores: Stores,
  move: TierMove & { team: string | null },
  by: { actor: string; at: number },
): void {
  const { repId, team, tier, from } = move;
  give(stores, { repId, team, tier, fromTier: from, cause: 'byHand', ...by });
}
