/** The only writer of `accounts` and `time_off`. */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { accounts, timeOff } from './schema.ts';

export type AccountRow = typeof accounts.$inferSelect;
export type TimeOffRow = typeof timeOff.$inferSelect;

export interface RoutingStore {
  putAccount(row: AccountRow): void;
  dropAccount(key: string): void;
  insertTimeOff(row: TimeOffRow): void;
  /** False: it is over, or there is none. */
  endTimeOff(id: string, at: number): boolean;
}

export function createRoutingStore(db: Db): RoutingStore {
  return {
    putAccount: (row) =>
      void db
        .insert(accounts)
        .values(row)
        .onConflictDoUpdate({
          target: accounts.key,
          set: { company: sql`excluded.company`, repId: sql`excluded.rep_id`, since: sql`excluded.since` },
        })
        .run(),
    dropAccount: (key) => void db.delete(accounts).where(eq(accounts.key, key)).run(),
    insertTimeOff: (row) => void db.insert(timeOff).values(row).run(),
    endTimeOff: (id, at) =>
      db
        .update(timeOff)
        .set({ untilAt: sql`max(from_at, ${at})` })
        .where(and(eq(timeOff.id, id), gt(timeOff.untilAt, at)))
        .run().changes === 1,
  };
}
