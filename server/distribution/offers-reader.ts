/** Reads of offers, open ones for the start, ended ones for verdicts from the file and race records. */
import { desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import type { AdmissionRow, LaneRow, OfferRow } from './offers-store.ts';
import { offerAdmissions, offerLanes, offers } from './schema.ts';

export interface WholeOffer {
  offer: OfferRow;
  lanes: LaneRow[];
  admissions: AdmissionRow[];
}

export interface OffersReader {
  find(offerId: string): WholeOffer | undefined;
  /** The version of the rules that an offer was opened with. */
  policyVersion(offerId: string): number | undefined;
  /** Newest first. */
  ofLead(leadId: string): WholeOffer[];
  /** Whether the lead's last offer was blind; undefined: it has had none. */
  wasBlind(leadId: string): boolean | undefined;
  /** The newest that were released by the mix (FAIR-06), newest first. */
  released(limit: number): { offerId: string; mix: string }[];
  /** The leads that came into a team pool in a span, each once, the newest first. */
  leadsOfPool(pool: string, span: { fromMs: number; untilMs: number }, limit: number): string[];
  /** The newest, whatever became of them, newest first. */
  newest(limit: number): Pick<OfferRow, 'id' | 'leadId' | 'openedAt'>[];
  /** Every open offer, in the order in which they were opened. */
  open(): WholeOffer[];
}

export function createOffersReader(db: Db): OffersReader {
  const lanesOf = statement(
    db
      .select()
      .from(offerLanes)
      .where(eq(offerLanes.offerId, sql.placeholder('id')))
      .orderBy(offerLanes.lane)
      .prepare(),
  );
  const admissionsOf = statement(
    db
      .select()
      .from(offerAdmissions)
      .where(eq(offerAdmissions.offerId, sql.placeholder('id')))
      .prepare(),
  );
  const whole = (offer: OfferRow): WholeOffer => ({
    offer,
    lanes: lanesOf.all({ id: offer.id }),
    admissions: admissionsOf.all({ id: offer.id }),
  });
  const versionOf = statement(
    db
      .select({ version: offers.policyVersion })
      .from(offers)
      .where(eq(offers.id, sql.placeholder('id')))
      .prepare(),
  );
  const byId = statement(
    db
      .select()
      .from(offers)
      .where(eq(offers.id, sql.placeholder('offerId')))
      .prepare(),
  );
  const ofLead = statement(
    db
      .select()
      .from(offers)
      .where(eq(offers.leadId, sql.placeholder('leadId')))
      .orderBy(desc(offers.openedAt), sql`rowid desc`)
      .prepare(),
  );
  const lastBlind = statement(
    db
      .select({ blind: offers.blind })
      .from(offers)
      .where(eq(offers.leadId, sql.placeholder('leadId')))
      .orderBy(desc(offers.openedAt), sql`rowid desc`)
      .limit(1)
      .prepare(),
  );
  return {
    policyVersion: (id) => versionOf.get({ id })?.version,
    find(offerId) {
      const offer = byId.get({ offerId });
      return offer === undefined ? undefined : whole(offer);
    },
    ofLead: (leadId) => ofLead.all({ leadId }).map(whole),
    wasBlind(leadId) {
      const last = lastBlind.get({ leadId });
      return last === undefined ? undefined : last.blind !== null;
    },
    released: (limit) =>
      db
        .select({ offerId: offers.id, mix: sql<string>`mix` })
        .from(offers)
        .where(sql`mix is not null`)
        .orderBy(desc(offers.openedAt), sql`rowid desc`)
        .limit(limit)
        .all(),
    leadsOfPool: (pool, { fromMs, untilMs }, limit) =>
      db
        .select({ leadId: offers.leadId })
        .from(offers)
        .where(sql`team_pool = ${pool} and opened_at >= ${fromMs} and opened_at < ${untilMs}`)
        .groupBy(offers.leadId)
        .orderBy(sql`max(opened_at) desc`)
        .limit(limit)
        .all()
        .map(({ leadId }) => leadId),
    newest: (limit) =>
      db
        .select({ id: offers.id, leadId: offers.leadId, openedAt: offers.openedAt })
        .from(offers)
        .orderBy(sql`rowid desc`)
        .limit(limit)
        .all(),
    open: () => db.select().from(offers).where(sql`state = 'open'`).orderBy(offers.openedAt).all().map(whole),
  };
}
