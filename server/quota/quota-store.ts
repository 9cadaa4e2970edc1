/** The only writer of `quota_months`. */
import type { Db } from '../platform/db.ts';
import { insertion } from '../platform/statement.ts';
import { quotaMonths } from './schema.ts';

export type QuotaMonthRow = typeof quotaMonths.$inferSelect;
export type NewQuotaMonthRow = Omit<typeof quotaMonths.$inferInsert, 'id'>;

export interface QuotaStore {
  /** False, and nothing written, when the rep's month is closed already. */
  insert(row: NewQuotaMonthRow): boolean;
}

export function createQuotaStore(db: Db): QuotaStore {
  const insert = insertion(db, quotaMonths, 'nothing');
  return { insert: (row) => insert(row).changes === 1 };
}
