/** The only writer of `offers`, `offer_lanes` and `offer_admissions`. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { insertion, statement } from '../platform/statement.ts';
import { offerAdmissions, offerLanes, offers } from './schema.ts';

export type OfferRow = typeof offers.$inferSelect;
export type NewOfferRow = typeof offers.$inferInsert;
export type LaneRow = typeof offerLanes.$inferSelect;
export type AdmissionRow = typeof offerAdmissions.$inferSelect;

export interface OffersStore {
  insert(offer: NewOfferRow, lanes: LaneRow[]): void;
  find(id: string): OfferRow | undefined;
  lanes(offerId: string): LaneRow[];
  lane(offerId: string, lane: number): LaneRow | undefined;
  admission(offerId: string, repId: string): AdmissionRow | undefined;
  /** Marks a lane as alerted; false when it was already, or the offer is over. */
  markLaneSent(offerId: string, lane: number, opensAt: number, sentAt: number): boolean;
  admit(row: AdmissionRow): void;
  /** Ends an open offer; false when it was not open any more. */
  end(id: string, state: 'claimed' | 'closed', at: number, reason: string | null): boolean;
  /** Moves `closes_at` later; false when the offer is over. */
  extend(id: string, closesAt: number): boolean;
}

export function createOffersStore(db: Db): OffersStore {
  const insertOffer = insertion(db, offers);
  const insertLane = insertion(db, offerLanes);
  const byId = statement(
    db
      .select()
      .from(offers)
      .where(eq(offers.id, sql.placeholder('id')))
      .prepare(),
  );
  const laneOf = statement(
    db
      .select()
      .from(offerLanes)
      .where(and(eq(offerLanes.offerId, sql.placeholder('id')), eq(offerLanes.lane, sql.placeholder('lane'))))
      .prepare(),
  );
  const lanesOf = statement(
    db
      .select()
      .from(offerLanes)
      .where(eq(offerLanes.offerId, sql.placeholder('id')))
      .orderBy(offerLanes.lane)
      .prepare(),
  );
  const admissionOf = statement(
    db
      .select()
      .from(offerAdmissions)
      .where(
        and(eq(offerAdmissions.offerId, sql.placeholder('id')), eq(offerAdmissions.repId, sql.placeholder('repId'))),
      )
      .prepare(),
  );
  const end = statement(
    db
      .update(offers)
      .set({
        state: sql`${sql.placeholder('state')}`,
        endedAt: sql`${sql.placeholder('at')}`,
        closeReason: sql`${sql.placeholder('reason')}`,
      })
      .where(and(eq(offers.id, sql.placeholder('id')), eq(offers.state, 'open')))
      .prepare(),
  );
  return {
    insert(offer, lanes) {
      insertOffer(offer);
      for (const lane of lanes) insertLane(lane);
    },
    find: (id) => byId.get({ id }),
    lanes: (id) => lanesOf.all({ id }),
    lane: (id, lane) => laneOf.get({ id, lane }),
    admission: (id, repId) => admissionOf.get({ id, repId }),
    markLaneSent: (offerId, lane, opensAt, sentAt) =>
      db
        .update(offerLanes)
        .set({ sentAt, opensAt })
        .where(and(eq(offerLanes.offerId, offerId), eq(offerLanes.lane, lane), isNull(offerLanes.sentAt)))
        .run().changes === 1,
    admit: (row) =>
      void db
        .insert(offerAdmissions)
        .values(row)
        .onConflictDoUpdate({
          target: [offerAdmissions.offerId, offerAdmissions.repId],
          set: {
            opensAt: sql`min(opens_at, excluded.opens_at)`,
            sentAt: sql`coalesce(sent_at, excluded.sent_at)`,
          },
        })
        .run(),
    end: (id, state, at, reason) => end.run({ id, state, at, reason }).changes === 1,
    extend: (id, closesAt) =>
      db
        .update(offers)
        .set({ closesAt })
        .where(and(eq(offers.id, id), eq(offers.state, 'open')))
        .run().changes === 1,
  };
}
