/** One lead of the rebuild: its rows on file beside its fold, and the writing of what differs. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import { ownerships } from '../claims/schema.ts';
import { deadlines } from '../deadlines/schema.ts';
import { offerAdmissions, offerLanes, offers } from '../distribution/schema.ts';
import { newId } from '../kernel/ids.ts';
import type { Random } from '../kernel/random.ts';
import { leads } from '../leads/schema.ts';
import type { Db } from '../platform/db.ts';
import { compareRows, type Difference } from './rebuild-compare.ts';
import type { FoldedLead, FoldedOffer } from './rebuild-fold.ts';

type OwedTimer = Pick<typeof deadlines.$inferSelect, 'kind' | 'dueAt' | 'leadId' | 'offerId' | 'lane'>;
type LaneRow = typeof offerLanes.$inferSelect;

/** The kinds of timers that a lead's own state owes. */
const OWED = ['offerExpires', 'laneOpens', 'routeAgain'] as const;

/** Where a lane stands: alerted with the offer, alerted later by its own event, or not yet. */
function lanesOf(rows: readonly LaneRow[], offer: FoldedOffer): LaneRow[] {
  return rows.map((row) => {
    const opened = offer.lanesOpened.get(row.lane);
    if (opened !== undefined) return { ...row, ...opened };
    return { ...row, sentAt: row.opensAt <= offer.openedAt ? offer.openedAt : null };
  });
}

function owedTimers(lead: FoldedLead, lanes: ReadonlyMap<string, LaneRow[]>): OwedTimer[] {
  const { leadId, status, waitsUntil } = lead;
  const owed: OwedTimer[] = [];
  if (status === 'waiting' && waitsUntil !== null) {
    owed.push({ kind: 'routeAgain', dueAt: waitsUntil, leadId, offerId: null, lane: null });
  }
  for (const { id: offerId, state, closesAt } of lead.offers.values()) {
    if (state !== 'open') continue;
    owed.push({ kind: 'offerExpires', dueAt: closesAt, leadId, offerId, lane: null });
    for (const { lane, opensAt, sentAt } of lanes.get(offerId) ?? []) {
      if (sentAt === null) owed.push({ kind: 'laneOpens', dueAt: opensAt, leadId, offerId, lane });
    }
  }
  return owed;
}

const timerKey = ({ kind, leadId, offerId, lane }: OwedTimer) => [kind, leadId, offerId, lane].join(' ');

function offerColumns({ id, state, closesAt, closeReason, endedAt }: FoldedOffer) {
  return { id, state, closesAt, closeReason, endedAt };
}

/** The lanes on file of the offers that the record knows, as they should stand, by offer. */
function rebuiltLanes(lead: FoldedLead, rows: readonly LaneRow[]): Map<string, LaneRow[]> {
  const lanes = new Map<string, LaneRow[]>();
  for (const offer of lead.offers.values()) {
    lanes.set(
      offer.id,
      lanesOf(
        rows.filter(({ offerId }) => offerId === offer.id),
        offer,
      ),
    );
  }
  return lanes;
}

function statements(db: Db) {
  const ofLead = sql.placeholder('leadId');
  const leadId = sql`${sql.placeholder('leadId')}`;
  return {
    lead: db
      .select({ id: leads.id, status: leads.status, stage: leads.stage })
      .from(leads)
      .where(eq(leads.id, ofLead))
      .prepare(),
    ownerships: db.select().from(ownerships).where(eq(ownerships.leadId, ofLead)).prepare(),
    offers: db.select().from(offers).where(eq(offers.leadId, ofLead)).prepare(),
    lanes: db
      .select()
      .from(offerLanes)
      .where(sql`offer_id in (select id from offers where lead_id = ${leadId})`)
      .prepare(),
    admissions: db
      .select()
      .from(offerAdmissions)
      .where(sql`offer_id in (select id from offers where lead_id = ${leadId})`)
      .prepare(),
    timers: db
      .select()
      .from(deadlines)
      .where(and(eq(deadlines.leadId, ofLead), inArray(deadlines.kind, [...OWED])))
      .prepare(),
  };
}

/** Compares one lead with its fold; writes it only where something was found. */
export class LeadRebuilder {
  readonly #db: Db;
  readonly #random: Random;
  readonly #stored: ReturnType<typeof statements>;

  constructor(db: Db, random: Random) {
    this.#db = db;
    this.#random = random;
    this.#stored = statements(db);
  }

  #compareOffers(lead: FoldedLead, lanes: ReadonlyMap<string, LaneRow[]>, laneRows: readonly LaneRow[]): Difference[] {
    const { leadId } = lead;
    const ofOffers = compareRows(
      'offers',
      ({ id }) => id,
      this.#stored.offers.all({ leadId }),
      [...lead.offers.values()].map(offerColumns),
    );
    // An offer's limits and lanes are in its row alone: a row that is gone, or that no event knows, stays so.
    for (const difference of ofOffers) if (difference.column === null) difference.lost = true;
    return [
      ...ofOffers,
      ...compareRows(
        'offer_lanes',
        ({ offerId, lane }) => `${offerId} ${lane}`,
        laneRows.filter(({ offerId }) => lead.offers.has(offerId)),
        [...lanes.values()].flat(),
      ),
      ...compareRows(
        'offer_admissions',
        ({ offerId, repId }) => `${offerId} ${repId}`,
        this.#stored.admissions.all({ leadId }),
        [...lead.offers.values()].flatMap(({ admissions }) => [...admissions.values()]),
      ),
    ];
  }

  #writeOffers(lead: FoldedLead, lanes: ReadonlyMap<string, LaneRow[]>): void {
    // One open offer a lead is a unique index: none is open while they are put right.
    this.#db.update(offers).set({ state: 'closed' }).where(eq(offers.leadId, lead.leadId)).run();
    for (const offer of lead.offers.values()) {
      this.#db.update(offers).set(offerColumns(offer)).where(eq(offers.id, offer.id)).run();
      for (const { lane, opensAt, sentAt } of lanes.get(offer.id) ?? []) {
        this.#db
          .update(offerLanes)
          .set({ opensAt, sentAt })
          .where(and(eq(offerLanes.offerId, offer.id), eq(offerLanes.lane, lane)))
          .run();
      }
      this.#db.delete(offerAdmissions).where(eq(offerAdmissions.offerId, offer.id)).run();
      if (offer.admissions.size > 0)
        this.#db
          .insert(offerAdmissions)
          .values([...offer.admissions.values()])
          .run();
    }
  }

  /** A timer that is right keeps its id, which may be on its way to being fired. */
  #writeTimers(lead: FoldedLead, lanes: ReadonlyMap<string, LaneRow[]>, nowMs: number): void {
    const missing = new Map(owedTimers(lead, lanes).map((timer) => [timerKey(timer), timer]));
    for (const timer of this.#stored.timers.all({ leadId: lead.leadId })) {
      const wanted = missing.get(timerKey(timer));
      missing.delete(timerKey(timer));
      if (wanted === undefined) this.#db.delete(deadlines).where(eq(deadlines.id, timer.id)).run();
      else if (wanted.dueAt !== timer.dueAt)
        this.#db.update(deadlines).set({ dueAt: wanted.dueAt }).where(eq(deadlines.id, timer.id)).run();
    }
    for (const timer of missing.values())
      this.#db
        .insert(deadlines)
        .values({ ...timer, id: newId('dl', nowMs, this.#random) })
        .run();
  }

  compare(lead: FoldedLead): Difference[] {
    const { leadId, status, stage } = lead;
    const laneRows = this.#stored.lanes.all({ leadId });
    const lanes = rebuiltLanes(lead, laneRows);
    const ofLeads = compareRows('leads', ({ id }) => id, this.#stored.lead.all({ leadId }), [
      { id: leadId, status, stage },
    ]);
    for (const difference of ofLeads) if (difference.column === null) difference.lost = true;
    return [
      ...ofLeads,
      ...compareRows('ownerships', ({ id }) => id, this.#stored.ownerships.all({ leadId }), lead.ownerships.values()),
      ...this.#compareOffers(lead, lanes, laneRows),
      ...compareRows('deadlines', timerKey, this.#stored.timers.all({ leadId }), owedTimers(lead, lanes)),
    ];
  }

  /** Brings the file to what the fold says. */
  write(lead: FoldedLead, nowMs: number): void {
    const { leadId, status, stage } = lead;
    const lanes = rebuiltLanes(lead, this.#stored.lanes.all({ leadId }));
    this.#db.update(leads).set({ status, stage }).where(eq(leads.id, leadId)).run();
    // One live owner a lead is a unique index: all go before any is written.
    this.#db.delete(ownerships).where(eq(ownerships.leadId, leadId)).run();
    for (const row of lead.ownerships.values()) {
      this.#db.delete(ownerships).where(eq(ownerships.id, row.id)).run();
      this.#db.insert(ownerships).values(row).run();
    }
    this.#writeOffers(lead, lanes);
    this.#writeTimers(lead, lanes, nowMs);
  }
}
