/** Reads of accounts and time off: each lead asks for one account and, where the policy looks, for who is away. */
import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import { fold } from './condition-rules.ts';
import type { AccountRow, TimeOffRow } from './routing-store.ts';
import { accounts, ruleUses, timeOff } from './schema.ts';

export interface RoutingReader {
  /** The rep whose account the company is; undefined: nobody's. */
  ownerOf(company: string): string | undefined;
  account(company: string): AccountRow | undefined;
  /** By folded name, after `cursor`. */
  accounts(cursor: string, limit: number): AccountRow[];
  /** Who is away at this instant. */
  awayAt(nowMs: number): Set<string>;
  timeOff(id: string): TimeOffRow | undefined;
  /** When a lead last came by each rule that ever brought one, to the day. */
  ruleUses(): Map<string, number>;
  /** What is not over yet, soonest first. */
  timeOffOf(repId: string, nowMs: number): TimeOffRow[];
  /** Everybody's that is not over at this instant. */
  timeOffByRep(atMs: number): Map<string, TimeOffRow[]>;
}

export function createRoutingReader(db: Db): RoutingReader {
  const byKey = statement(
    db
      .select()
      .from(accounts)
      .where(eq(accounts.key, sql.placeholder('key')))
      .prepare(),
  );
  const away = statement(
    db
      .select({ repId: timeOff.repId })
      .from(timeOff)
      .where(and(gt(timeOff.untilAt, sql.placeholder('nowMs')), lte(timeOff.fromAt, sql.placeholder('nowMs'))))
      .prepare(),
  );
  const account = (company: string) => byKey.get({ key: fold(company) });
  return {
    account,
    ownerOf: (company) => account(company)?.repId,
    accounts: (cursor, limit) =>
      db.select().from(accounts).where(gt(accounts.key, cursor)).orderBy(asc(accounts.key)).limit(limit).all(),
    awayAt: (nowMs) => new Set(away.all({ nowMs }).map(({ repId }) => repId)),
    ruleUses: () =>
      new Map(
        db
          .select()
          .from(ruleUses)
          .all()
          .map(({ rule, lastUsedAt }) => [rule, lastUsedAt]),
      ),
    timeOff: (id) => db.select().from(timeOff).where(eq(timeOff.id, id)).get(),
    timeOffByRep(atMs) {
      const byRep = new Map<string, TimeOffRow[]>();
      for (const row of db.select().from(timeOff).where(gt(timeOff.untilAt, atMs)).all()) {
        byRep.set(row.repId, [...(byRep.get(row.repId) ?? []), row]);
      }
      return byRep;
    },
    timeOffOf: (repId, nowMs) =>
      db
        .select()
        .from(timeOff)
        .where(and(eq(timeOff.repId, repId), gt(timeOff.untilAt, nowMs)))
        .orderBy(asc(timeOff.fromAt))
        .limit(100)
        .all(),
  };
}
