/** The speed board (COMP-29, COMP-30): folded from ownerships at each reading, so that a late note or a taken-back one is in it. */
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { onboardingOf } from '../distribution/onboarding-rules.ts';
import { dayBounds, localDay, periodDays } from '../kernel/calendar.ts';
import { rankedBySpeed, speedFigures, type Work } from '../leaderboard/speed-board-rules.ts';
import type { RepRow } from '../people/people-store.ts';
import { policyOf } from '../policy/policy-rules.ts';
import type { World } from './world.ts';

/** Local days begin and end within so much of UTC's. */
const ZONES_MS = 86_400_000;

export interface SpeedBoardAsked {
  period: 'week' | 'month';
  /** A local day inside the period; absent: today. */
  day?: string | undefined;
  team?: string | undefined;
  top: number;
}

/** By the rules of the team that is asked for, else the company's. Null: these have no speed board. */
export function speedBoard(world: World, { period, day, team, top }: SpeedBoardAsked, forRep?: string) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const rules = policyOf(policy, team).speedBoard;
  if (rules === null) return null;
  const { from, to } = periodDays(period, day ?? localDay(nowMs, policy.calendar.timeZone));
  const fromMs = dayBounds(from, 'UTC').fromMs - ZONES_MS;
  const workOf = (owner: OwnershipRow): Work => ({
    ...owner,
    answeredAt: rules.contact === 'call' ? firstCall(world, owner) : owner.firstContactAt,
    converted: owner.opportunityAt !== null || owner.wonAt !== null,
  });
  const members = world.directory.reps().filter((rep) => rep.active && (team === undefined || rep.team === team));
  const figuresOf = (rep: RepRow) => {
    // From a team pool a lead is a rep's with its first contact: that says nothing of speed.
    const got = world.owners.gotOn(rep.id, { fromMs, from, to }).filter(({ method }) => method !== 'pool');
    const name = policy.competition.showWinnerName || rep.id === forRep ? rep.name : null;
    return { repId: rep.id, name, ...speedFigures(rules, got.map(workOf), nowMs) };
  };
  // FAIR-15: a newcomer stands outside the ranking, as on every board, and reads its own figures.
  const isNew = (rep: RepRow) => onboardingOf(policy, rep, nowMs) !== null;
  const rows = rankedBySpeed(members.filter((rep) => !isNew(rep)).map(figuresOf));
  const newcomers = members.filter((rep) => rep.id === forRep && isNew(rep)).map(figuresOf);
  const unranked = newcomers.filter(({ answered }) => answered > 0).map((row) => ({ rank: null, ...row }));
  const me = rows.find(({ repId }) => repId === forRep) ?? unranked[0] ?? null;
  return {
    ...{ period, from, to, team: team ?? null, asOf: new Date(nowMs).toISOString(), rules },
    rows: rows.slice(0, top),
    ...(forRep !== undefined && { me }),
  };
}

/** A back-dated call was made when it was logged: nobody saw it happen. */
function firstCall(world: World, owner: OwnershipRow): number | null {
  const calls = world.events.ofLead(owner.leadId).flatMap(({ kind, at, data }) => {
    if (kind !== 'lead.contacted' && kind !== 'lead.activity') return [];
    const call = JSON.parse(data) as { kind: string; ownershipId: string; happenedAt: number; backDated: boolean };
    if (call.kind !== 'call' || call.ownershipId !== owner.id) return [];
    return [Math.max(owner.startedAt, call.backDated ? at : call.happenedAt)];
  });
  return calls.length === 0 ? null : Math.min(...calls);
}
