/** Leads as people see them: read from the file, shaped by who looks. */
import { and, desc, eq, gte, inArray, lt, or, sql } from 'drizzle-orm';
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import type { LeadRow } from './leads-store.ts';
import { leadPrivate, leads } from './schema.ts';

/** The ownership a lead's `claim` member is made of; `repName` null where names are hidden. */
export interface OwnerOfLead {
  repId: string;
  repName: string | null;
  startedAt: number;
  claimSpeedMs: number | null;
}

/** A search reads so many rows at most: some milliseconds. */
const SEARCHED_MAX = 10_000;

export interface LeadsReader {
  row(id: string): LeadRow | undefined;
  /** What the lead asks for; null: it does not say, or it is forgotten. */
  interest(id: string): string | null;
  /** Free text that was written about a lead under this name; null: none, or it is forgotten. */
  words(leadId: string, item: string): string | null;
  /** The whole lead; contact details only when `withContact`, null once they were forgotten. */
  view(row: LeadRow, owner: OwnerOfLead | null, withContact: boolean): LeadView;
  /** Newest first, `limit` rows after the cursor (a lead's id). */
  page(filter: {
    ids?: string[];
    status?: LeadRow['status'];
    /** A part of the company's name, whatever the case of its Latin letters; of the newest `SEARCHED_MAX` leads alone. */
    company?: string;
    before?: string;
    limit: number;
  }): LeadRow[];
  waitingIds(limit: number): string[];
  countByStatus(): Record<string, number>;
  /** Finished leads accepted before `untilMs` that still hold personal data, oldest first. */
  finishedBefore(untilMs: number, limit: number): string[];
}

export interface PrivateItems {
  contact?: { name: string; email: string | null; phone: string | null };
  interest?: string;
  attributes?: Record<string, unknown>;
}

/** What of a lead's row people see. */
export type ShownRow = Omit<LeadRow, 'sourceId' | 'pool' | 'forgottenAt'>;

/** A lead as its owner sees it, made of its row and what may name a person. */
export function leadView(row: ShownRow, own: PrivateItems, owner: OwnerOfLead | null): LeadView {
  return {
    id: row.id,
    externalId: row.externalId,
    source: row.source,
    type: row.type,
    status: row.status,
    stage: row.stage,
    company: {
      name: row.companyName,
      size: row.companySize,
      industry: row.industry,
      country: row.country,
      region: row.region,
    },
    contact: own.contact === undefined ? null : { ...own.contact, title: row.contactTitle },
    interest: own.interest ?? null,
    dealValue: row.dealValue,
    signals: JSON.parse(row.signals) as string[],
    attributes: own.attributes ?? {},
    score: row.score,
    temperature: row.temperature,
    createdAt: new Date(row.acceptedAt).toISOString(),
    claim: owner === null ? null : claimOf(owner),
  };
}

/** The same lead when it has just been won. */
export function wonLead(lead: LeadView, owner: OwnerOfLead): LeadView {
  return { ...lead, status: 'owned', claim: claimOf(owner) };
}

function claimOf({ repId, repName, startedAt, claimSpeedMs }: OwnerOfLead): LeadView['claim'] {
  return { repId, repName, claimedAt: new Date(startedAt).toISOString(), claimSpeedMs };
}

/** The letters anywhere in a name; what a pattern would read as a sign is a letter too. */
function like(column: typeof leads.companyName, letters: string) {
  return sql`${column} like ${`%${letters.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}

export function createLeadsReader(db: Db): LeadsReader {
  const byId = statement(
    db
      .select()
      .from(leads)
      .where(eq(leads.id, sql.placeholder('id')))
      .prepare(),
  );
  const privateOf = statement(
    db
      .select({ item: leadPrivate.item, json: leadPrivate.json })
      .from(leadPrivate)
      .where(
        and(
          eq(leadPrivate.leadId, sql.placeholder('id')),
          inArray(leadPrivate.item, ['contact', 'interest', 'attributes']),
        ),
      )
      .prepare(),
  );

  const oneItem = statement(
    db
      .select({ json: leadPrivate.json })
      .from(leadPrivate)
      .where(and(eq(leadPrivate.leadId, sql.placeholder('id')), eq(leadPrivate.item, sql.placeholder('item'))))
      .prepare(),
  );

  /** When the oldest lead came in that a search looks at. */
  function oldestSearched(): number {
    const newest = db.select({ at: leads.acceptedAt }).from(leads).orderBy(desc(leads.acceptedAt), desc(leads.id));
    return newest.limit(1).offset(SEARCHED_MAX).get()?.at ?? 0;
  }

  function privateItems(id: string): PrivateItems {
    return Object.fromEntries(privateOf.all({ id }).map(({ item, json }) => [item, JSON.parse(json)]));
  }

  return {
    row: (id) => byId.get({ id }),
    interest: (id) => privateItems(id).interest ?? null,
    words(id, item) {
      const row = oneItem.get({ id, item });
      return row === undefined ? null : (JSON.parse(row.json) as string);
    },
    view: (row, owner, withContact) => leadView(row, withContact ? privateItems(row.id) : {}, owner),
    page({ ids, status, company, before, limit }) {
      const cursor = before === undefined ? undefined : byId.get({ id: before });
      return db
        .select()
        .from(leads)
        .where(
          and(
            ids === undefined ? undefined : inArray(leads.id, ids),
            status === undefined ? undefined : eq(leads.status, status),
            company === undefined
              ? undefined
              : and(gte(leads.acceptedAt, oldestSearched()), like(leads.companyName, company)),
            cursor === undefined
              ? undefined
              : or(
                  lt(leads.acceptedAt, cursor.acceptedAt),
                  and(eq(leads.acceptedAt, cursor.acceptedAt), lt(leads.id, cursor.id)),
                ),
          ),
        )
        .orderBy(desc(leads.acceptedAt), desc(leads.id))
        .limit(limit)
        .all();
    },
    waitingIds: (limit) =>
      db
        .select({ id: leads.id })
        .from(leads)
        .where(sql`status = 'waiting'`)
        .orderBy(leads.acceptedAt)
        .limit(limit)
        .all()
        .map(({ id }) => id),
    finishedBefore: (untilMs, limit) =>
      db
        .select({ id: leads.id })
        .from(leads)
        .where(sql`status = 'finished' and forgotten_at is null and accepted_at < ${untilMs}`)
        .orderBy(leads.acceptedAt)
        .limit(limit)
        .all()
        .map(({ id }) => id),
    countByStatus: () =>
      Object.fromEntries(
        db
          .select({ status: leads.status, n: sql<number>`count(*)` })
          .from(leads)
          .groupBy(leads.status)
          .all()
          .map(({ status, n }) => [status, n]),
      ),
  };
}
