/** The commit that closes a month: each rep's attainment, and whose manager has something to talk about (COMP-36, COMP-37). */
import type { QuotaMonthRow } from '../../quota/quota-store.ts';
import type { Stores } from './stores.ts';

export type ClosedMonth = Omit<QuotaMonthRow, 'id' | 'at'>;

/** Answers the months that were not closed before. */
export function closeMonths(stores: Stores, args: { at: number; months: ClosedMonth[] }): { closed: ClosedMonth[] } {
  const { at } = args;
  const closed = args.months.filter((month) => {
    if (!stores.quota.insert({ ...month, at })) return false;
    const { repId, attainment, perWeek, fromPerWeek, coaching } = month;
    stores.people.updateRep(repId, { attainment });
    if (perWeek !== fromPerWeek) {
      const data = { month: month.month, perWeek, from: fromPerWeek, coaching };
      stores.events.append({ at, kind: 'quota.band', actor: 'system', repId, data });
    }
    if (month.spiral !== null) {
      const data = { month: month.month, attainments: month.spiral };
      stores.events.append({ at, kind: 'quota.spiral', actor: 'system', repId, data });
    }
    return true;
  });
  return { closed };
}
