/**
 * FAIR-03 `coldPerWeek`: so many cold claims a week; what was missed is made up in the next week, before hot and
 * warm claims. Pure.
 *
 * A claim pays once. Those that make up for the week before do not count for their own:
 *
 *   owed(w) = min(required(w), max(0, owed(w - 1) + required(w) - claimed(w)))
 *
 * which never grows beyond one week's minimum: a week that was suspended whole is not asked for twice. It is told from
 * the last four weeks alone, as if nothing had been owed before them: a rep who makes up each week's debt and does
 * no more is free of it in one week of five.
 */
import { addDays, type Day } from '../kernel/calendar.ts';
import { claimsInWeek, returnedInWeek } from './counter-rules.ts';

/** Weeks looked back on: counters are held for 35 days (five Mondays, this week's among them). */
export const COLD_WEEKS = 4;

/** One week of one rep that is over. */
export interface ColdWeek {
  required: number;
  /** Claimed and not given back. */
  claimed: number;
}

/** The team's working days in a week, and those on which the rep was not away. */
export interface DaysWorked {
  worked: number;
  working: number;
}

/** FAIR-03: a minimum pro rata of the days worked, in whole leads: never more than the share. */
export function proRata(minimum: number, { worked, working }: DaysWorked): number {
  return working === 0 ? minimum : Math.floor((minimum * worked) / working);
}

/**
 * How many cold claims last week and this one must have together: last week's minimum, and as many more as last week
 * paid for the week before. Who owes nothing is asked for the minimum alone, and so stands in one lane with the others.
 * @param weekAgo 1: last week; asked for no further back than the answer depends on, and never beyond `COLD_WEEKS`
 */
export function coldAsked(weekAgo: (weeks: number) => ColdWeek): number {
  const { required, claimed } = weekAgo(1);
  if (required === 0 || claimed === 0) return required;
  const spent = Math.min(claimed, owedAfter(2, weekAgo));
  return claimed - spent >= required ? required : required + spent;
}

function owedAfter(weeks: number, weekAgo: (weeks: number) => ColdWeek): number {
  if (weeks > COLD_WEEKS) return 0;
  const { required, claimed } = weekAgo(weeks);
  if (required === 0 || claimed === 0) return required;
  return Math.min(required, Math.max(0, owedAfter(weeks + 1, weekAgo) + required - claimed));
}

/** The limit: claims of last week and this one, less those given back, are at least `asked`. */
export function coldPerWeekRule(asked: number, week: Day) {
  const terms = [addDays(week, -7), week].flatMap((of) => [
    { counter: claimsInWeek('cold', of), coefficient: -1 },
    { counter: returnedInWeek('cold', of), coefficient: 1 },
  ]);
  return { rule: 'coldPerWeek' as const, terms, max: -asked };
}
