/** Reads of ownership and of the race's notes, for verdicts from the file, lists and race records. */
import { and, desc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { statement } from '../platform/statement.ts';
import { isHeld } from './counters.ts';
import type { OwnershipRow } from './ownership-store.ts';
import type { PackedNotes } from './race-notes.ts';
import { counters, ownerships, raceNotes } from './schema.ts';

export interface OwnershipReader {
  live(leadId: string): OwnershipRow | undefined;
  byOffer(offerId: string): OwnershipRow | undefined;
  ofLead(leadId: string): OwnershipRow[];
  /** The leads a rep owns now, newest first. */
  leadsOf(repId: string, limit: number): OwnershipRow[];
  latestClaims(limit: number): OwnershipRow[];
  /** How fast a rep's last claims were up to an instant and with it, ms, the newest first. */
  claimSpeeds(repId: string, upToMs: number, limit: number): number[];
  notes(offerId: string): PackedNotes;
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
    latestClaims: (limit) =>
      db.select().from(ownerships).where(eq(ownerships.via, 'claim')).orderBy(sql`rowid desc`).limit(limit).all(),
    claimSpeeds: (repId, upToMs, limit) =>
      db
        .select({ speedMs: ownerships.claimSpeedMs })
        .from(ownerships)
        .where(and(eq(ownerships.repId, repId), lte(ownerships.startedAt, upToMs), eq(ownerships.via, 'claim')))
        .orderBy(desc(ownerships.startedAt))
        .limit(limit)
        .all()
        .map(({ speedMs }) => speedMs ?? 0),
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
    countersHeld: (firstDay) =>
      db
        .select()
        .from(counters)
        .all()
        .filter(({ name }) => isHeld(name, firstDay)),
  };
}
