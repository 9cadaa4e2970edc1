/**
 * Tiers (COMP-16..26): each Monday before opening every team is ranked over the four weeks that ended on
 * Sunday, each rep who moves is told with the figures, and what a manager set by hand is replaced. Offers
 * that are open keep their lanes. Figures count local days, and revenue by the month's quota: a rep's
 * `quota` is for a month, so four weeks owe 28 / (365 / 12) of it.
 */
import { repRoom } from '../alerts/announcer.ts';
import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { onboardingOf } from '../distribution/onboarding-rules.ts';
import { addDays, dayBounds, isoWeek, localDay, periodDays } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import type { RepRow } from '../people/people-store.ts';
import { openHoursOf } from '../policy/hours-rules.ts';
import { type Policy, policyOf, zoneOf } from '../policy/policy-rules.ts';
import { computeTiers, isNewlyHired, type RepFigures } from '../tiers/tier-rules.ts';
import type { DecidedTier, DecidedTiers, TierMove } from './transactions/tiering.ts';
import type { World } from './world.ts';

/** The days that are looked at: four weeks. */
const WINDOW_DAYS = 28;
const DAYS_A_MONTH = 365 / 12;
/** Monday at six, or at opening where that is earlier: the Sunday of reps up to six hours further west is over. */
const MONDAY_HOUR_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

export interface Tiering {
  /** The weekly timer: computes each team whose Monday has come and sets the next. */
  computeDue(row: DeadlineRow): Promise<void>;
  /** A computation by hand, over the four weeks that ended yesterday. A dry run writes nothing. */
  compute(
    order: { includes(team: string | null): boolean; actor: string; dryRun: boolean },
    idempotency?: Idempotency,
  ): Promise<DecidedTiers>;
}

export function createTiering(world: World): Tiering {
  async function write(
    cause: 'weekly' | 'requested',
    by: { actor: string; at: number },
    decided: DecidedTier[],
    idempotency?: Idempotency,
  ): Promise<DecidedTiers> {
    const { result, replayed } = await world.ledger.write('decideTiers', { cause, ...by, decided }, idempotency);
    if (!replayed) announceMoves(world, cause, result);
    return result;
  }

  return {
    async computeDue(row) {
      const nowMs = await world.arbiter.now();
      const { policy } = world.policy.at(nowMs);
      for (const [team, reps] of teamsOf(world, (one) => isRankedWeekly(policy, one))) {
        const monday = mondayOf(nowMs, policy, team);
        const week = isoWeek(monday.day);
        // Who was computed with another team this morning keeps that; the colleagues here are still to be ranked.
        if (nowMs < monday.dueAtMs || reps.every(({ id }) => world.tiers.isComputed(id, week))) continue;
        const decided = decide(world, { policy, team, reps, week, today: monday.day });
        await write('weekly', { actor: 'system', at: nowMs }, decided);
      }
      const nextDeadline = tiersTimer(world, nowMs);
      await world.ledger.write('fireTimer', { deadlineId: row.id, at: nowMs, kind: row.kind, nextDeadline });
    },

    async compute({ includes, actor, dryRun }, idempotency) {
      const at = await world.arbiter.now();
      const { policy } = world.policy.at(at);
      const decided = [...teamsOf(world, includes)].flatMap(([team, reps]) => {
        const today = localDay(at, zoneOf(policy, { team }));
        return decide(world, { policy, team, reps, week: isoWeek(today), today });
      });
      if (!dryRun) return write('requested', { actor, at }, decided, idempotency);
      const moves = decided.flatMap(({ decision: { repId, tier } }) => {
        const from = world.directory.rep(repId)?.tier ?? tier;
        return from === tier ? [] : [{ repId, from, tier }];
      });
      return { moves, decided, at };
    },
  };
}

/** The timer of the next Monday before opening, of whichever team it comes first. */
export function tiersTimer(world: World, nowMs: number) {
  const { policy } = world.policy.at(nowMs);
  const nextOf = (team: string | null) => {
    const monday = mondayOf(nowMs, policy, team);
    return nowMs < monday.dueAtMs ? monday.dueAtMs : mondayFrom(addDays(monday.day, 7), policy, team).dueAtMs;
  };
  const dueAt = Math.min(...[null, ...Object.keys(policy.teams)].map(nextOf));
  return { id: newId('dl', nowMs, world.random), kind: 'tiersDue' as const, dueAt };
}

/** Sets the next Monday anew: with other teams, zones or hours it may come earlier. */
export async function armTiers(world: World): Promise<void> {
  const at = await world.arbiter.now();
  const timer = tiersTimer(world, at);
  await world.ledger.write('replaceTimer', { kind: timer.kind, timer, at });
  world.timersChanged(timer.dueAt);
}

/** Tells a rep of its new tier, with the figures where it was computed. */
export function tellTier(
  world: World,
  { repId, from, tier }: TierMove,
  by: { cause: 'weekly' | 'requested' | 'byHand'; at: number; decided: DecidedTier | null },
): void {
  world.announcer.emit('tier:changed', [repRoom(repId)], {
    tier,
    from,
    at: new Date(by.at).toISOString(),
    cause: by.cause,
    reason: by.decided?.decision.reason ?? null,
    week: by.decided?.week ?? null,
    figures: by.decided?.decision.figures ?? null,
  });
}

/** COMP-26: of the reps who had a tier computed in the last four weeks, how many were given another one. */
export function tierPersistence(world: World, includes: (team: string | null) => boolean) {
  const computed = new Set<string>();
  const changed = new Set<string>();
  for (const { repId, cause, tier, fromTier } of world.tiers.since(world.clock.nowMs() - WINDOW_DAYS * DAY_MS)) {
    const rep = world.directory.rep(repId);
    if (rep === undefined || !rep.active || !includes(rep.team)) continue;
    if (cause !== 'byHand') computed.add(repId);
    if (tier !== fromTier) changed.add(repId);
  }
  const moved = [...changed].filter((repId) => computed.has(repId));
  return { weeks: WINDOW_DAYS / 7, reps: computed.size, changed: moved.length };
}

function announceMoves(world: World, cause: 'weekly' | 'requested', { moves, decided, at }: DecidedTiers): void {
  const byRep = new Map(decided.map((one) => [one.decision.repId, one]));
  for (const move of moves) {
    const rep = world.directory.rep(move.repId);
    if (rep !== undefined) world.directory.putRep({ ...rep, tier: move.tier });
    tellTier(world, move, { cause, at, decided: byRep.get(move.repId) ?? null });
  }
}

/** Active reps by team; those of none are a team too. */
function teamsOf(world: World, includes: (team: string | null) => boolean): Map<string | null, RepRow[]> {
  const teams = new Map<string | null, RepRow[]>();
  for (const rep of world.directory.reps()) {
    if (rep.active && includes(rep.team)) teams.set(rep.team, [...(teams.get(rep.team) ?? []), rep]);
  }
  return teams;
}

/** The week's Monday of a team, and the instant at which its tiers are due. */
function mondayOf(nowMs: number, policy: Policy, team: string | null) {
  return mondayFrom(periodDays('week', localDay(nowMs, zoneOf(policy, { team }))).from, policy, team);
}

function mondayFrom(day: string, policy: Policy, team: string | null) {
  const atSixMs = dayBounds(day, zoneOf(policy, { team })).fromMs + MONDAY_HOUR_MS;
  return { day, dueAtMs: Math.min(atSixMs, openHoursOf(policy, team, day)?.fromMs ?? atSixMs) };
}

function isRankedWeekly(policy: Policy, team: string | null): boolean {
  return policyOf(policy, team).competition.tiers.recalc === 'weekly';
}

/** Ranks one team, by its own rules, over the four weeks before `today`. */
function decide(
  world: World,
  team: { policy: Policy; team: string | null; reps: RepRow[]; week: string; today: string },
): DecidedTier[] {
  const { policy, today, week } = team;
  const range = { from: addDays(today, -WINDOW_DAYS), to: addDays(today, -1) };
  const figures = team.reps.map((rep) => figuresOf(world, policy, rep, { ...range, today }));
  return computeTiers(policyOf(policy, team.team).competition.tiers, figures).map((decision) => ({
    decision,
    team: team.team,
    week,
  }));
}

function figuresOf(
  world: World,
  policy: Policy,
  rep: RepRow,
  { today, ...range }: { from: string; to: string; today: string },
): RepFigures {
  const { id, tier, hiredOn, quota } = rep;
  const zone = zoneOf(policy, rep);
  // A day of slack: the rows say on which local day they count.
  const fromMs = dayBounds(range.from, zone).fromMs - DAY_MS;
  const { revenue, responseMs, responseCount } = world.repDays.sums(id, range);
  return {
    repId: id,
    tier,
    isNewcomer: isNewcomer(policy, rep, today),
    startedOn: hiredOn ?? localDay(rep.createdAt, zone),
    ...world.owners.workOf(id, { ...range, fromMs }),
    revenue,
    quota: quota === null ? null : (quota * WINDOW_DAYS) / DAYS_A_MONTH,
    responseMs: responseCount === 0 ? null : Math.round(responseMs / responseCount),
  };
}

/** As the onboarding has it, extensions and the rep's own date included; by the days alone where there is none. */
function isNewcomer(policy: Policy, rep: RepRow, today: string): boolean {
  if (policyOf(policy, rep.team).onboarding === null) return isNewlyHired(rep.hiredOn, today);
  return onboardingOf(policy, rep, dayBounds(today, zoneOf(policy, rep)).fromMs) !== null;
}
