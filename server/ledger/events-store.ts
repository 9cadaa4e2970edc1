/** Appends to the record; the only writer of `events`. */
import { sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import { cell, events, idempotency } from './schema.ts';

export type EventKind =
  | 'lead.accepted'
  | 'offer.opened'
  | 'lane.opened'
  | 'rep.admitted'
  | 'offer.extended'
  | 'offer.closed'
  | 'lead.claimed'
  | 'lead.released'
  | 'lead.assigned'
  | 'lead.activity'
  | 'lead.contacted'
  | 'lead.stage'
  | 'lead.forgotten'
  | 'assist.asked'
  | 'assist.confirmed'
  | 'complaint.made'
  | 'complaint.answered'
  | 'policy.set'
  | 'policy.reviewed'
  | 'team.paused'
  | 'team.resumed'
  | 'people.changed'
  | 'tier.changed'
  | 'quota.band'
  | 'quota.spiral'
  | 'timer.fired';

export interface NewEvent {
  at: number;
  kind: EventKind;
  actor: string;
  leadId?: string | null;
  offerId?: string | null;
  repId?: string | null;
  /** Codes and numbers only: no contact data, no free text. */
  data?: Record<string, string | number | boolean | null>;
  deadlineId?: string | null;
}

export interface EventsStore {
  /** Appends one event and answers its `seq`. */
  append(event: NewEvent): number;
  setCell(key: string, value: string): void;
  cellValue(key: string): string | null;
  /** Drops up to `limit` answers that were given under an idempotency key before this; says how many. */
  dropIdempotencyBefore(at: number, limit: number): number;
}

export function createEventsStore(db: Db): EventsStore {
  const insert = statement(
    db
      .insert(events)
      .values({
        at: sql.placeholder('at'),
        kind: sql.placeholder('kind'),
        actor: sql.placeholder('actor'),
        leadId: sql.placeholder('leadId'),
        offerId: sql.placeholder('offerId'),
        repId: sql.placeholder('repId'),
        data: sql.placeholder('data'),
        deadlineId: sql.placeholder('deadlineId'),
      })
      .prepare(),
  );
  const setCell = statement(
    db
      .insert(cell)
      .values({ key: sql.placeholder('key'), value: sql.placeholder('value') })
      .onConflictDoUpdate({ target: cell.key, set: { value: sql`excluded.value` } })
      .prepare(),
  );
  const readCell = statement(
    db
      .select()
      .from(cell)
      .where(sql`${cell.key} = ${sql.placeholder('key')}`)
      .prepare(),
  );
  return {
    append: (event) =>
      Number(
        insert.run({
          at: event.at,
          kind: event.kind,
          actor: event.actor,
          leadId: event.leadId ?? null,
          offerId: event.offerId ?? null,
          repId: event.repId ?? null,
          data: event.data === undefined ? '{}' : JSON.stringify(event.data),
          deadlineId: event.deadlineId ?? null,
        }).lastInsertRowid,
      ),
    setCell: (key, value) => void setCell.run({ key, value }),
    dropIdempotencyBefore: (at, limit) =>
      db.delete(idempotency).where(sql`rowid IN (SELECT rowid FROM idempotency WHERE at < ${at} LIMIT ${limit})`).run()
        .changes,
    cellValue: (key) => readCell.get({ key })?.value ?? null,
  };
}
