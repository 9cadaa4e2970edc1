/**
 * How many leads of each temperature a rep was alerted to in a week: what nobody owes who had no chance
 * (CON-10). In memory, folded from the lanes and admissions on file at the start and from each alert since.
 */
import { addDays, type Day } from '../kernel/calendar.ts';
import type { Temperature } from '../policy/policy-rules.ts';

/** Rules look at this week and the one before; an offer may reach into the next. */
const DAYS_HELD = 21;

export interface ShownLeads {
  /** A rep was alerted in the week of this Monday. */
  note(repId: string, temperature: Temperature, week: Day): void;
  of(repId: string, temperature: Temperature, week: Day): number;
}

export function createShownLeads(): ShownLeads {
  const weeks = new Map<Day, Map<string, number>>();

  function ofWeek(week: Day): Map<string, number> {
    const known = weeks.get(week);
    if (known !== undefined) return known;
    const made = new Map<string, number>();
    weeks.set(week, made);
    for (const old of weeks.keys()) if (old < addDays(week, -DAYS_HELD)) weeks.delete(old);
    return made;
  }

  return {
    note(repId, temperature, week) {
      const counts = ofWeek(week);
      const key = `${temperature} ${repId}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    of: (repId, temperature, week) => weeks.get(week)?.get(`${temperature} ${repId}`) ?? 0,
  };
}
