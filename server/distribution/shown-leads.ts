/**
 * How many leads of each kind a rep had its chance of in a week: what nobody owes who had none (CON-10). In memory,
 * folded from lanes, admissions and assignments on file at the start, and from each alert and assignment since.
 */
import { addDays, type Day } from '../kernel/calendar.ts';
import { remembered } from '../kernel/recent-map.ts';
import { COLD_WEEKS } from './cold-minimum-rules.ts';
import type { ShownKind } from './fairness-rules.ts';

/** Rules look at this week and at those before it; in some zone it may be the next already. */
const DAYS_HELD = 7 * (COLD_WEEKS + 1);

export interface ShownLeads {
  /** A rep was alerted, or in the rotation, in the week of this Monday. */
  note(repId: string, kind: ShownKind, week: Day): void;
  of(repId: string, kind: ShownKind, week: Day): number;
}

export function createShownLeads(): ShownLeads {
  /** By week, kind and rep: no key is put together, since it is asked several times for every rep of every offer. */
  const weeks = new Map<Day, Map<ShownKind, Map<string, number>>>();

  function ofWeek(week: Day): Map<ShownKind, Map<string, number>> {
    const known = weeks.get(week);
    if (known !== undefined) return known;
    const made = new Map<ShownKind, Map<string, number>>();
    weeks.set(week, made);
    for (const old of weeks.keys()) if (old < addDays(week, -DAYS_HELD)) weeks.delete(old);
    return made;
  }

  return {
    note(repId, kind, week) {
      const counts = remembered(ofWeek(week), kind, () => new Map<string, number>());
      counts.set(repId, (counts.get(repId) ?? 0) + 1);
    },
    of: (repId, kind, week) => weeks.get(week)?.get(kind)?.get(repId) ?? 0,
  };
}
