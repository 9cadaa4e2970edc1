/** Reads of ownership and of the race's notes, for verdicts from the file, lists and race records. */
import { and, between, desc, eq, gte, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import { isHeld } from './counters.ts';
import type { OwnershipRow } from './ownership-store.ts';
import type { AttemptNote, PackedNotes } from './race-notes.ts';
import { counters, ownerships, raceNotes } from './schema.ts';

/** Leads of a rep over some days, claimed or assigned; given back and reassigned ones left out. */
export interface Work {
  owned: number;
  /** Contacted, or moved to a stage that took work. */
  worked: number;
  /** Opportunity or won. */
  converted: number;
}

/** A packed row of `race_notes`; an id that no offer has stands before those that sort after it. */
export interface NotesAt {
  offerId: string;
  part: number;
}

/** An ownership's place in the order in which first contacts fall due. */
export interface DueAt {
  dueAt: number;
  id: string;
}

export interface OwnershipReader {
  live(leadId: string): OwnershipRow | undefined;
  byOffer(offerId: string): OwnershipRow | undefined;
  /** Live ones without a first contact that fell or falls due from an instant on: the soonest first, after one of them. */
  uncontacted(asked: { fromMs: number; after: DueAt | undefined; limit: number }): OwnershipRow[];
  ofLead(leadId: string): OwnershipRow[];
  /** The leads a rep owns now, newest first. */
  leadsOf(repId: string, limit: number): OwnershipRow[];
  /** Leads that a rep has got since an instant: without a race, and by a claim. */
  gotSince(repId: string, sinceMs: number): { assigned: number; claimed: number };
  /** What reps got in this way, newest first. */
  latest(via: OwnershipRow['via'], limit: number): OwnershipRow[];
  /** How fast a rep's last claims were up to an instant and with it, ms, the newest first. */
  claimSpeeds(repId: string, upToMs: number, limit: number): number[];
  /** What a rep got from an instant on, on local days of a range (both inside), and still has or has finished. */
  workOf(repId: string, range: { fromMs: number; from: string; to: string }): Work;
  /** All that a rep got from an instant on, on local days of a range (both inside), the oldest first. */
  gotOn(repId: string, range: { fromMs: number; from: string; to: string }): OwnershipRow[];
  notes(offerId: string): PackedNotes;
  /** So many packed rows that have a refusal, in the order of their offers: after one row, of offers before an id. */
  refusedNotes(after: NotesAt, beforeId: string, limit: number): (NotesAt & { attempts: AttemptNote[] })[];
  /** All but those of days before `firstDay` (YYYY-MM-DD), which decide nothing any more. */
  countersHeld(firstDay: string): { repId: string; name: string; value: number }[];
}

export function createOwnershipReader(db: Db): OwnershipReader {
  const live = statement(
    db
      .select()
      .from(ownerships)
      .where(and(eq(ownerships.leadId, sql.placeholder('leadId')), isNull(ownerships.endedAt)))
      .prepare(),
  );
  const byOffer = statement(
    db
      .select()
      .from(ownerships)
      .where(eq(ownerships.offerId, sql.placeholder('offerId')))
      .prepare(),
  );
  return {
    live: (leadId) => live.get({ leadId }),
    byOffer: (offerId) => byOffer.get({ offerId }),
    uncontacted: ({ fromMs, after, limit }) =>
      db
        .select()
        .from(ownerships)
        .where(
          and(
            isNull(ownerships.endedAt),
            isNull(ownerships.firstContactAt),
            gte(ownerships.firstContactDueAt, fromMs),
            after === undefined
              ? undefined
              : sql`(${ownerships.firstContactDueAt}, ${ownerships.id}) > (${after.dueAt}, ${after.id})`,
          ),
        )
        .orderBy(ownerships.firstContactDueAt, ownerships.id)
        .limit(limit)
        .all(),
    ofLead: (leadId) =>
      db.select().from(ownerships).where(eq(ownerships.leadId, leadId)).orderBy(ownerships.startedAt).all(),
    leadsOf: (repId, limit) =>
      db
        .select()
        .from(ownerships)
        .where(and(eq(ownerships.repId, repId), isNull(ownerships.endedAt)))
        .orderBy(desc(ownerships.startedAt))
        .limit(limit)
        .all(),
    gotSince(repId, sinceMs) {
      const claims = sql<number>`coalesce(sum(${ownerships.via} = 'claim'), 0)`;
      const row = db
        .select({ all: sql<number>`count(*)`, claimed: claims })
        .from(ownerships)
        .where(and(eq(ownerships.repId, repId), gte(ownerships.startedAt, sinceMs)))
        .get();
      const { all, claimed } = row ?? { all: 0, claimed: 0 };
      return { assigned: all - claimed, claimed };
    },
    latest: (via, limit) =>
      db.select().from(ownerships).where(eq(ownerships.via, via)).orderBy(sql`rowid desc`).limit(limit).all(),
    claimSpeeds: (repId, upToMs, limit) =>
      db
        .select({ speedMs: ownerships.claimSpeedMs })
        .from(ownerships)
        .where(and(eq(ownerships.repId, repId), lte(ownerships.startedAt, upToMs), eq(ownerships.via, 'claim')))
        .orderBy(desc(ownerships.startedAt))
        .limit(limit)
        .all()
        .map(({ speedMs }) => speedMs ?? 0),
    workOf(repId, { fromMs, from, to }) {
      const converted = sql`(opportunity_at is not null or won_at is not null)`;
      const count = (what: SQL) => sql<number>`coalesce(sum(${what}), 0)`;
      const row = db
        .select({
          owned: sql<number>`count(*)`,
          worked: count(sql`first_contact_at is not null or ${converted}`),
          converted: count(converted),
        })
        .from(ownerships)
        .where(
          and(
            eq(ownerships.repId, repId),
            gte(ownerships.startedAt, fromMs),
            between(ownerships.day, from, to),
            isNull(ownerships.endedAt),
          ),
        )
        .get();
      return row ?? { owned: 0, worked: 0, converted: 0 };
    },
    gotOn: (repId, { fromMs, from, to }) =>
      db
        .select()
        .from(ownerships)
        .where(and(eq(ownerships.repId, repId), gte(ownerships.startedAt, fromMs), between(ownerships.day, from, to)))
        .orderBy(ownerships.startedAt)
        .all(),
    notes(offerId) {
      const parts = db
        .select({ notes: raceNotes.notes })
        .from(raceNotes)
        .where(eq(raceNotes.offerId, offerId))
        .orderBy(raceNotes.part)
        .all()
        .map(({ notes }) => JSON.parse(notes) as PackedNotes);
      return {
        attempts: parts.flatMap((part) => part.attempts),
        receipts: parts.flatMap((part) => part.receipts),
      };
    },
    refusedNotes: (after, beforeId, limit) =>
      db
        .select()
        .from(raceNotes)
        .where(
          and(
            gte(raceNotes.offerId, after.offerId),
            sql`(${raceNotes.offerId}, ${raceNotes.part}) > (${after.offerId}, ${after.part})`,
            lt(raceNotes.offerId, beforeId),
            // Read with a glance; most offers have none.
            sql`instr(${raceNotes.notes}, '"refused"') > 0`,
          ),
        )
        .orderBy(raceNotes.offerId, raceNotes.part)
        .limit(limit)
        .all()
        .map(({ offerId, part, notes }) => ({ offerId, part, attempts: (JSON.parse(notes) as PackedNotes).attempts })),
    countersHeld: (firstDay) =>
      db
        .select()
        .from(counters)
        .all()
        .filter(({ name }) => isHeld(name, firstDay)),
  };
}
