/**
 * Priority windows as reps see them: the schedule ahead, and the reminder before the start (FAIR-10). One timer is on
 * file, for the next slot of any team; who is reminded is looked up when it fires. So a restart loses no reminder;
 * one that was due while the server was down comes late to whoever is connected by then, as long as its window runs.
 */
import { repRoom } from '../alerts/announcer.ts';
import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import {
  isAwayThroughout,
  nextPriorityWindow,
  nextReminderMs,
  priorityWindowOf,
  remindedAheadMs,
} from '../distribution/priority-windows-rules.ts';
import { type Day, type DaySpan, localDay } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;

const iso = (ms: number) => new Date(ms).toISOString();
const shown = ({ fromMs, untilMs }: DaySpan) => ({ opensAt: iso(fromMs), endsAt: iso(untilMs) });

/** The window a rep has now or next; null: there are none. */
export function ownPriorityWindow(world: World, repId: string) {
  const nowMs = world.clock.nowMs();
  const rep = world.directory.rep(repId);
  const window =
    rep && nextPriorityWindow(world.policy.at(nowMs).policy, rep, nowMs, world.routing.timeOffOf(repId, nowMs));
  return window ? shown(window) : null;
}

/** Who holds which window on a day (absent: today where each team is), by the policy in force; the first first. */
export function prioritySchedule(
  world: World,
  asked: { day?: Day | undefined; teams: (string | null)[] | null; names: boolean },
) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  // Wherever a team is, its day begins within a day of UTC's.
  const awayOf = world.routing.timeOffByRep((asked.day === undefined ? nowMs : Date.parse(asked.day)) - DAY_MS);
  const showNames = asked.names || policy.competition.showWinnerName;
  const items = world.directory
    .reps()
    .filter(({ active, team }) => active && (asked.teams === null || asked.teams.includes(team)))
    .flatMap((rep) => {
      const day = asked.day ?? localDay(nowMs, zoneOf(policy, { team: rep.team }));
      const window = priorityWindowOf(policy, rep, day);
      if (window === null || isAwayThroughout(policy, awayOf.get(rep.id) ?? [], window)) return [];
      return [{ repId: rep.id, name: showNames ? rep.name : null, team: rep.team, day, ...shown(window) }];
    });
  return items.sort((a, b) => (a.opensAt + a.repId < b.opensAt + b.repId ? -1 : 1));
}

function reminderTimer(world: World, nowMs: number) {
  const dueAt = nextReminderMs(world.policy.at(nowMs).policy, nowMs);
  return dueAt === null ? null : { id: newId('dl', nowMs, world.random), kind: 'priorityReminder' as const, dueAt };
}

/** Sets the timer of the next reminder anew: other rules are in force, or there is none yet. */
export async function armReminder(world: World): Promise<void> {
  const at = await world.arbiter.now();
  const timer = reminderTimer(world, at);
  await world.ledger.write('replaceTimer', { kind: 'priorityReminder', timer, at });
  if (timer !== null) world.timersChanged(timer.dueAt);
}

/** The timer's effect: whoever was to be reminded since it was due, and whose window has not ended. */
export async function remindHolders(world: World, row: DeadlineRow): Promise<void> {
  const nowMs = await world.arbiter.now();
  const { policy } = world.policy.at(nowMs);
  const next = reminderTimer(world, nowMs);
  const { result } = await world.ledger.write('fireTimer', {
    deadlineId: row.id,
    at: nowMs,
    kind: row.kind,
    nextDeadline: next,
  });
  if (!result.fired) return;
  if (next !== null) world.timersChanged(next.dueAt);
  const awayOf = world.routing.timeOffByRep(nowMs);
  for (const rep of world.directory.reps()) {
    const aheadMs = rep.active ? remindedAheadMs(policy, rep.team) : null;
    const window = aheadMs === null ? null : nextPriorityWindow(policy, rep, nowMs, awayOf.get(rep.id));
    if (window === null || aheadMs === null) continue;
    const remindAtMs = window.fromMs - aheadMs;
    if (row.dueAt <= remindAtMs && remindAtMs <= nowMs) {
      world.announcer.emit('priority:soon', [repRoom(rep.id)], shown(window));
    }
  }
}
