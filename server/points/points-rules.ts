/**
 * Which points a fact earns (GAME-01..08). Pure. An entry of the points ledger is one `Award` with the
 * event that earned it; the caller sees to it that each rule pays once per ownership (GAME-06).
 */
import type { PointsPolicy } from '../policy/policy-rules.ts';

export type PointsRule = 'claimWithin60s' | 'contactWithin300s' | 'opportunity' | 'won' | 'help';

export interface Award {
  rule: PointsRule;
  /** Above 0: a rule that the policy values at nothing writes no entry. */
  points: number;
}

/** A contact logged this long after it was made is back-dated and earns nothing: nobody saw it happen. */
export const BACKDATED_MS = 60_000;

/** GAME-01: a claim within a minute of the rep's own alert (NOTIF-11). Assignments have no speed. */
export function claimAwards(policy: Pick<PointsPolicy, 'claimWithin60s'>, claimSpeedMs: number | null): Award[] {
  const rule = policy.claimWithin60s;
  if (claimSpeedMs === null || claimSpeedMs > rule.withinSeconds * 1000) return [];
  return paid('claimWithin60s', rule.points);
}

/**
 * GAME-02: the first contact within five minutes of the start of ownership.
 * `atMs` is when the rep says it was made, `recordedAtMs` the server's time of the entry.
 */
export function contactAwards(
  policy: PointsPolicy,
  contact: { startedAtMs: number; atMs: number; recordedAtMs: number },
): Award[] {
  const rule = policy.contactWithin300s;
  const waitedMs = contact.atMs - contact.startedAtMs;
  if (isBackdated(contact.atMs, contact.recordedAtMs)) return [];
  // A contact from before the ownership is somebody else's, or none.
  if (waitedMs < 0 || waitedMs > rule.withinSeconds * 1000) return [];
  return paid('contactWithin300s', rule.points);
}

export function isBackdated(atMs: number, recordedAtMs: number): boolean {
  return atMs < recordedAtMs - BACKDATED_MS;
}

export type Stage = 'qualified' | 'disqualified' | 'nurture' | 'opportunity' | 'won' | 'lost';

/** How an ownership stands: its stage, and which of the two paid facts hold (not taken back). */
export interface StageState {
  stage: Stage | null;
  /** The stage `opportunity` was reached and never corrected; stays through `won` and `lost`. */
  opportunity: boolean;
  won: boolean;
}

/** +1 gained, -1 taken back (a reversing entry and statistic), 0 as before. */
type Change = -1 | 0 | 1;

export interface StageEffects {
  opportunity: Change;
  won: Change;
  /** Whether the lead counts as converted: an opportunity, or won without having been one (MET-02). */
  converted: Change;
  after: StageState;
}

/**
 * What a move to `to` does to the two paid facts:
 *
 *   to            opportunity      won
 *   opportunity   holds            does not hold (won → opportunity takes the win back)
 *   won           as it was        holds (straight to won pays won alone)
 *   lost          as it was        does not hold (lost after an opportunity is how deals end)
 *   any lower     does not hold    does not hold (a correction: it never was one)
 *
 * `unchanged`: the lead stands there already. Won again is no error: its revenue may be corrected.
 */
export function stageEffects(from: StageState, to: Stage): StageEffects | { illegal: 'unchanged' } {
  if (from.stage === to && to !== 'won') return { illegal: 'unchanged' };
  const keepsOpportunity = to === 'won' || to === 'lost';
  const after: StageState = {
    stage: to,
    opportunity: to === 'opportunity' || (keepsOpportunity && from.opportunity),
    won: to === 'won',
  };
  return {
    opportunity: change(from.opportunity, after.opportunity),
    won: change(from.won, after.won),
    converted: change(from.opportunity || from.won, after.opportunity || after.won),
    after,
  };
}

/** GAME-03, GAME-04: the entries for what was gained; what was lost is reversed by the caller. */
export function stageAwards(policy: PointsPolicy, effects: StageEffects): Award[] {
  return [
    ...(effects.opportunity === 1 ? paid('opportunity', policy.opportunity.points) : []),
    ...(effects.won === 1 ? paid('won', policy.won.points) : []),
  ];
}

/**
 * GAME-05, GAME-08: a help that the helped rep confirmed. `paidThisWeek` counts the confirmed helps of
 * this pair, either way round, that paid in the ISO week of the confirmation.
 */
export function helpAwards(
  policy: PointsPolicy,
  help: { helperId: string; helpedId: string; paidThisWeek: number },
): Award[] {
  if (help.helperId === help.helpedId) return [];
  if (help.paidThisWeek >= policy.help.perPairAndWeek) return [];
  return paid('help', policy.help.points);
}

/** One name for a pair of reps, whoever helped whom. */
export function pairOf(repId: string, otherId: string): string {
  return repId < otherId ? `${repId}+${otherId}` : `${otherId}+${repId}`;
}

function paid(rule: PointsRule, points: number): Award[] {
  return points > 0 ? [{ rule, points }] : [];
}

function change(before: boolean, after: boolean): Change {
  if (before === after) return 0;
  return after ? 1 : -1;
}
