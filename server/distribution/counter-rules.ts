/**
 * What is counted of a rep, by name: the period is in it, by its first day, which is the rep's own local
 * day. Nothing is ever reset; all but `leads:open` only grow. Each can be counted again from the file.
 */
import { type Day, periodDays } from '../kernel/calendar.ts';
import { RecentMap, remembered } from '../kernel/recent-map.ts';
import type { Temperature } from '../policy/policy-rules.ts';

/** Leads a rep owns that are not finished (ROUTE-11): the one counter without a period. */
export const OPEN_LEADS = 'leads:open';

const DAY_PREFIX = 'claims:day:';

/** Competitive claims of one local day (FAIR-11). */
export function claimsOnDay(day: Day): string {
  return DAY_PREFIX + day;
}

/** The day that `claimsOnDay` names; null: another counter. */
export function dayNamed(counter: string): Day | null {
  return counter.startsWith(DAY_PREFIX) ? counter.slice(DAY_PREFIX.length) : null;
}

/** Asked for every rep of every offer, of the few days that are today somewhere. */
const weeks = new RecentMap<Day>(50);

/** The Monday that names the week of a day. */
export function weekOf(day: Day): Day {
  return remembered(weeks, day, () => periodDays('week', day).from);
}

/** Competitive claims of one temperature in a week, given back or not. */
export function claimsInWeek(temperature: Temperature, week: Day): string {
  return `${temperature}:week:${week}`;
}

/** Leads that the rotation gave a rep in a week, declined or not. */
export function autoInWeek(week: Day): string {
  return `auto:week:${week}`;
}

/** Leads that a manager gave a rep in a week, or that it took from a team pool: they pay for no claim. */
export function managerInWeek(week: Day): string {
  return `manager:week:${week}`;
}

/** Of the claims or assigned leads of a week, those given back since: they pay for nothing any more. */
export function returnedInWeek(kind: 'warm' | 'cold' | 'auto', week: Day): string {
  return `${kind}Returned:week:${week}`;
}
