/** When a team works (CONV-03). Pure. */
import { addDays, type Day, type DaySpan, dayBounds, instantOf, WEEKDAYS, weekdayOf } from '../kernel/calendar.ts';
import { type Policy, zoneOf } from './policy-rules.ts';

/** A thousand teams for some days; a policy that is in force for years begins anew. */
const SPANS_HELD = 4_000;
const spansOf = new WeakMap<Policy, Map<string, DaySpan | null>>();

/**
 * The span in which a team is open on a local day of its zone: first instant inside, last outside. Null: it is closed
 * that day. A team without hours of its own, and a rep without a team (`null`), has the calendar's. Held, because it is asked for every rep of every offer.
 */
export function openHoursOf(policy: Policy, team: string | null, day: Day): DaySpan | null {
  const before = spansOf.get(policy);
  const held = before === undefined || before.size >= SPANS_HELD ? new Map<string, DaySpan | null>() : before;
  if (held !== before) spansOf.set(policy, held);
  const key = `${day} ${team ?? ''}`;
  const known = held.get(key);
  if (known !== undefined) return known;
  const span = findHours(policy, team, day);
  held.set(key, span);
  return span;
}

const DAY_MS = 86_400_000;
/** A Monday before all that is on file. */
const FIRST_MONDAY_MS = Date.parse('1973-01-01');

/** How many of the team's working days lie before this one: those that follow each other have numbers that do. */
export function workingDaysBefore(policy: Policy, team: string | null, day: Day): number {
  const { days } = hoursOf(policy, team);
  const number = (Date.parse(day) - FIRST_MONDAY_MS) / DAY_MS;
  const worked = (weekdays: readonly (typeof WEEKDAYS)[number][]) =>
    weekdays.filter((one) => days.includes(one)).length;
  return Math.floor(number / 7) * worked(WEEKDAYS) + worked(WEEKDAYS.slice(0, number % 7));
}

function hoursOf(policy: Policy, team: string | null): Policy['calendar']['hours'] {
  const ofTeam = team !== null && Object.hasOwn(policy.teams, team) ? policy.teams[team]?.hours : undefined;
  return ofTeam ?? policy.calendar.hours;
}

function findHours(policy: Policy, team: string | null, day: Day): DaySpan | null {
  const { days, open, close } = hoursOf(policy, team);
  if (!days.includes(weekdayOf(day))) return null;
  const zone = zoneOf(policy, { team });
  // Where clocks skip an hour its times are all one instant; a day starts where the calendar says it does.
  const { fromMs, untilMs } = dayBounds(day, zone);
  const span = {
    fromMs: Math.max(fromMs, instantOf(day, open, zone)),
    untilMs: Math.min(untilMs, instantOf(day, close, zone)),
  };
  return span.fromMs < span.untilMs ? span : null;
}

/** A rep's time off; `untilAt` is outside. */
export interface Away {
  fromAt: number;
  untilAt: number;
}

/** Whether time off covers the whole span. */
export function isAwayFor(away: readonly Away[], { fromMs, untilMs }: DaySpan): boolean {
  let coveredMs = fromMs;
  for (const { fromAt, untilAt } of [...away].sort((a, b) => a.fromAt - b.fromAt)) {
    if (fromAt <= coveredMs) coveredMs = Math.max(coveredMs, untilAt);
  }
  return coveredMs >= untilMs;
}

/** The team's working days in the week that begins on `monday`, and those of them that time off leaves, in part at least. */
export function daysWorked(
  policy: Policy,
  team: string | null,
  monday: Day,
  away: readonly Away[],
): { worked: number; working: number } {
  const spans = WEEKDAYS.map((_, index) => openHoursOf(policy, team, addDays(monday, index))).filter(
    (span) => span !== null,
  );
  const worked = away.length === 0 ? spans.length : spans.filter((span) => !isAwayFor(away, span)).length;
  return { worked, working: spans.length };
}
