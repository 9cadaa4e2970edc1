/** The only writer of `leads` and `lead_private`. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { insertion, statement } from '../platform/statement.ts';
import { leadPrivate, leads } from './schema.ts';

export type LeadRow = typeof leads.$inferSelect;
export type NewLeadRow = typeof leads.$inferInsert;
export type LeadStatus = LeadRow['status'];
export type LeadStage = NonNullable<LeadRow['stage']>;

export interface LeadsStore {
  /** False, and nothing written, when this source already posted this `externalId`. */
  insert(row: NewLeadRow): boolean;
  find(id: string): LeadRow | undefined;
  findByExternalId(sourceId: string, externalId: string): LeadRow | undefined;
  setStatus(id: string, status: LeadStatus): void;
  setStage(id: string, stage: LeadStage | null, status: LeadStatus): void;
  putPrivate(leadId: string, item: string, value: unknown, at: number): void;
  /** Deletes everything that could name a person; answers whether the lead was there and not yet forgotten. */
  forget(id: string, at: number): boolean;
}

export function createLeadsStore(db: Db): LeadsStore {
  const insert = insertion(db, leads, 'nothing');
  const byExternalId = statement(
    db
      .select()
      .from(leads)
      .where(and(eq(leads.sourceId, sql.placeholder('sourceId')), eq(leads.externalId, sql.placeholder('externalId'))))
      .prepare(),
  );
  const putPrivate = statement(
    db
      .insert(leadPrivate)
      .values({
        leadId: sql.placeholder('leadId'),
        item: sql.placeholder('item'),
        json: sql.placeholder('json'),
        at: sql.placeholder('at'),
      })
      .onConflictDoUpdate({
        target: [leadPrivate.leadId, leadPrivate.item],
        set: { json: sql`excluded.json`, at: sql`excluded.at` },
      })
      .prepare(),
  );
  const status = statement(
    db
      .update(leads)
      .set({ status: sql`${sql.placeholder('status')}` })
      .where(eq(leads.id, sql.placeholder('id')))
      .prepare(),
  );
  const byId = statement(
    db
      .select()
      .from(leads)
      .where(eq(leads.id, sql.placeholder('id')))
      .prepare(),
  );
  return {
    insert: (row) => insert(row).changes === 1,
    find: (id) => byId.get({ id }),
    findByExternalId: (sourceId, externalId) => byExternalId.get({ sourceId, externalId }),
    setStatus: (id, value) => void status.run({ id, status: value }),
    setStage: (id, stage, value) => void db.update(leads).set({ stage, status: value }).where(eq(leads.id, id)).run(),
    putPrivate: (leadId, item, value, at) => void putPrivate.run({ leadId, item, json: JSON.stringify(value), at }),
    forget(id, at) {
      const changed = db
        .update(leads)
        .set({ forgottenAt: at, externalId: null, contactTitle: null })
        .where(and(eq(leads.id, id), isNull(leads.forgottenAt)))
        .run().changes;
      db.delete(leadPrivate).where(eq(leadPrivate.leadId, id)).run();
      return changed === 1;
    },
  };
}
