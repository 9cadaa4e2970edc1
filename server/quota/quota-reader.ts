/** Reads of the closed months, for the card and the lists. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import type { QuotaMonthRow } from './quota-store.ts';
import { quotaMonths } from './schema.ts';

export interface QuotaReader {
  /** A rep's closed months, the newest first, those before one. */
  history(repId: string, page: { before?: string | undefined; limit: number }): QuotaMonthRow[];
  /** Everybody's of one month. */
  ofMonth(month: string): QuotaMonthRow[];
  /** The newest month that was closed for anybody. */
  lastMonth(): string | undefined;
}

export function createQuotaReader(db: Db): QuotaReader {
  return {
    history: (repId, { before, limit }) =>
      db
        .select()
        .from(quotaMonths)
        .where(and(eq(quotaMonths.repId, repId), before === undefined ? undefined : lt(quotaMonths.month, before)))
        .orderBy(desc(quotaMonths.month))
        .limit(limit)
        .all(),
    ofMonth: (month) => db.select().from(quotaMonths).where(eq(quotaMonths.month, month)).orderBy(quotaMonths.id).all(),
    lastMonth: () =>
      db.select({ month: quotaMonths.month }).from(quotaMonths).orderBy(desc(quotaMonths.month)).limit(1).get()?.month,
  };
}
