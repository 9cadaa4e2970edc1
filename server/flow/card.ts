/** The rep's personal card (DASH-01): own figures, what is left of the limits, own leads. */
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { standingOf } from '../distribution/standing-rules.ts';
import type { TierFigures } from '../tiers/tier-rules.ts';
import type { TierRow } from '../tiers/tiers-store.ts';
import { leadFor } from './claim-record.ts';
import { allocationView, onboardingView } from './onboarding.ts';
import { ownPriorityWindow } from './priority-windows.ts';
import { allowanceOf } from './quota.ts';
import { offerRepOf } from './routing.ts';
import { pastOf } from './showing.ts';
import type { World } from './world.ts';

const OWN_LEADS_SHOWN = 50;
/** Neighbours on each side of one's own rank: a rival to pass, one to keep behind. */
const NEIGHBOURS = 2;

export function personalCard(world: World, repId: string) {
  const rep = world.directory.rep(repId);
  if (rep === undefined) return null;
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const own = (board: 'points' | 'claims' | 'conversion' | 'claimSpeed', period: 'day' | 'week' | 'all') =>
    world.boards.snapshot({ board, period, top: 1 }, repId).me;
  const rules = { policy, counterOf: world.counters.of, past: pastOf(world) };
  const { id, name, team, tier, status } = rep;
  const standing = world.tiers.latest(repId);
  const limits = standingOf(rules, offerRepOf(policy, rep, nowMs), nowMs);
  return {
    repId: id,
    name,
    team,
    tier,
    tierStanding: standing === undefined ? null : tierStandingOf(standing),
    status,
    asOf: new Date(nowMs).toISOString(),
    points: world.boards.balance(repId),
    pointsThisWeek: own('points', 'week')?.value ?? 0,
    claimsToday: own('claims', 'day')?.value ?? 0,
    claimsWeek: own('claims', 'week')?.value ?? 0,
    conversion: own('conversion', 'all')?.value ?? null,
    claimSpeedMs: own('claimSpeed', 'week')?.value ?? null,
    rank: own('points', 'week')?.rank ?? null,
    around: world.boards.around({ board: 'points', period: 'week', top: 1 }, repId, NEIGHBOURS),
    claimConfirm: policy.claim.confirmMode,
    limits,
    allowance: allowanceOf(policy, rep, limits),
    onboarding: onboardingView(world, rep),
    protectedAllocation: allocationView(world, rep),
    pausedUntil: pausedUntil(world, team, nowMs),
    priorityWindow: ownPriorityWindow(world, repId),
    leads: world.owners
      .leadsOf(repId, OWN_LEADS_SHOWN)
      .map((owner) => ownLead(world, owner))
      .filter((lead) => lead !== null),
  };
}

/** A lead of one's own, with when its first contact is due and when it was made (CLAIM-12). */
function ownLead(world: World, owner: OwnershipRow) {
  const lead = leadFor(world, owner.leadId, true, owner);
  if (lead === null) return null;
  const { firstContactDueAt, firstContactAt } = owner;
  return { ...lead, contactDueAt: isoOf(firstContactDueAt), contactedAt: isoOf(firstContactAt) };
}

const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** HEALTH-20: until when the team's leads go by turns; null: its reps race. */
function pausedUntil(world: World, team: string | null, nowMs: number): string | null {
  const live = team === null ? undefined : world.pauses.liveOf(team, nowMs);
  return live === undefined ? null : new Date(live.untilAt).toISOString();
}

/** Why the rep has its tier, and what opens the next one: the newest entry of its history. */
function tierStandingOf({ at, cause, week, reason, tier, fromTier, figures }: TierRow) {
  const told = figures === null ? null : (JSON.parse(figures) as TierFigures);
  return { at: new Date(at).toISOString(), cause, week, reason, tier, from: fromTier, figures: told };
}
