/** The only writer of `accounts`, `rule_uses` and `time_off`. */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { accounts, ruleUses, timeOff } from './schema.ts';

export type AccountRow = typeof accounts.$inferSelect;
export type TimeOffRow = typeof timeOff.$inferSelect;

const DAY_MS = 86_400_000;

export interface RoutingStore {
  putAccount(row: AccountRow): void;
  dropAccount(key: string): void;
  /** A lead came by this rule; written once a day, since it is asked by weeks. */
  ruleUsed(rule: string, at: number): void;
  insertTimeOff(row: TimeOffRow): void;
  /** False: it is over, or there is none. */
  endTimeOff(id: string, at: number): boolean;
}

export function createRoutingStore(db: Db): RoutingStore {
  const noted = new Map<string, number>();
  return {
    ruleUsed(rule, at) {
      if (at - (noted.get(rule) ?? Number.NEGATIVE_INFINITY) < DAY_MS) return;
      noted.set(rule, at);
      const set = { lastUsedAt: sql`max(last_used_at, ${at})` };
      db.insert(ruleUses).values({ rule, lastUsedAt: at }).onConflictDoUpdate({ target: ruleUses.rule, set }).run();
    },
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
