/**
 * Priority windows (FAIR-08 to FAIR-10, COMP-40.7): the open hours of a team are cut into slots, each rep holds one
 * of them a day, and a lead that is released in it is the holder's alone for the head start. Pure.
 *
 * Whose slot it is follows from the rep's own number and the day, and from nobody else:
 *
 *   slot = (number of the rep + working days of the team before this one) mod slots
 *
 * So the schedule needs no table, is the same after a restart and for any day ahead, and nobody's window moves when
 * others come, leave or change teams: who has been told a time keeps it. It moves on by one slot a working day (days on
 * which the team is closed would take the same slots from a rep for ever, where slots are as many as the days of a
 * week), so in as many working days as there are slots each rep has each of them. Reps whose numbers follow each other (a team of up to 16 that was entered together) share none.
 * The price: reps who were entered far apart may share a slot while another is free. Each has a whole window all the same.
 *
 * Whoever is on a break, gone or not eligible for a lead holds nobody back: without a holder there is no head start.
 */
import { addDays, type Day, type DaySpan, localDay } from '../kernel/calendar.ts';
import { type Away, isAwayFor, openHoursOf, workingDaysBefore } from '../policy/hours-rules.ts';
import { type Policy, policyOf, zoneOf } from '../policy/policy-rules.ts';

/** A team that is closed for longer has no next window to tell of. */
const DAYS_AHEAD = 14;

export interface WindowRep {
  /** The small number under which the rep was entered: unique, and never changed. */
  num: number;
  team: string | null;
}

interface Slots {
  fromMs: number;
  lengthMs: number;
  count: number;
}

/** The rep's window on a local day of the team's; its first instant is inside, its last outside. Null: none that day. */
export function priorityWindowOf(policy: Policy, rep: WindowRep, day: Day): DaySpan | null {
  const slots = slotsOf(policy, rep.team, day);
  if (slots === null) return null;
  const slot = (rep.num + workingDaysBefore(policy, rep.team, day)) % slots.count;
  const fromMs = slots.fromMs + slot * slots.lengthMs;
  return { fromMs, untilMs: fromMs + slots.lengthMs };
}

/** Whether `atMs` lies in the rep's window, by its team's rules. */
export function holdsPriorityWindow(policy: Policy, rep: WindowRep, atMs: number): boolean {
  if (policyOf(policy, rep.team).priorityWindows === null) return false;
  const window = priorityWindowOf(policy, rep, localDay(atMs, zoneOf(policy, { team: rep.team })));
  return window !== null && window.fromMs <= atMs && atMs < window.untilMs;
}

/** FAIR-10: time off skips a slot that it covers. Where the policy does not heed time off it skips none (`timeOff`). */
export function isAwayThroughout(policy: Policy, away: readonly Away[], span: DaySpan): boolean {
  return policy.routing.availability.timeOff && isAwayFor(away, span);
}

/** The window that runs at `nowMs`, else the next one, without those `away` skips; null: none within a fortnight. */
export function nextPriorityWindow(
  policy: Policy,
  rep: WindowRep,
  nowMs: number,
  away: readonly Away[] = [],
): DaySpan | null {
  let day = localDay(nowMs, zoneOf(policy, { team: rep.team }));
  for (let days = 0; days <= DAYS_AHEAD; days++, day = addDays(day, 1)) {
    const window = priorityWindowOf(policy, rep, day);
    if (window === null || nowMs >= window.untilMs) continue;
    const rest = { ...window, fromMs: Math.max(nowMs, window.fromMs) };
    if (!isAwayThroughout(policy, away, rest)) return window;
  }
  return null;
}

/**
 * The next instant after `afterMs` at which somebody may have to be reminded: the reminder's time before a slot of any
 * team begins, whoever holds it. Null: windows or reminders are off, or nobody works within a fortnight.
 */
export function nextReminderMs(policy: Policy, afterMs: number): number | null {
  const due = [null, ...Object.keys(policy.teams)].flatMap((team) => {
    const aheadMs = remindedAheadMs(policy, team);
    const start = aheadMs === null ? null : nextSlotMs(policy, team, afterMs + aheadMs);
    return aheadMs === null || start === null ? [] : [start - aheadMs];
  });
  return due.length === 0 ? null : Math.min(...due);
}

/** How long before its window a rep of this team is reminded; null: it is not. */
export function remindedAheadMs(policy: Policy, team: string | null): number | null {
  const seconds = policyOf(policy, team).priorityWindows?.reminderSeconds ?? null;
  return seconds === null ? null : seconds * 1000;
}

/** The first beginning of a slot of this team after `afterMs`. */
function nextSlotMs(policy: Policy, team: string | null, afterMs: number): number | null {
  let day = localDay(afterMs, zoneOf(policy, { team }));
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++, day = addDays(day, 1)) {
    const slots = slotsOf(policy, team, day);
    if (slots === null) continue;
    const slot = Math.max(0, Math.floor((afterMs - slots.fromMs) / slots.lengthMs) + 1);
    if (slot < slots.count) return slots.fromMs + slot * slots.lengthMs;
  }
  return null;
}

function slotsOf(policy: Policy, team: string | null, day: Day): Slots | null {
  const { priorityWindows } = policyOf(policy, team);
  const hours = priorityWindows === null ? null : openHoursOf(policy, team, day);
  if (priorityWindows === null || hours === null) return null;
  const lengthMs = priorityWindows.minutes * 60_000;
  const count = Math.floor((hours.untilMs - hours.fromMs) / lengthMs);
  return count === 0 ? null : { fromMs: hours.fromMs, lengthMs, count };
}
