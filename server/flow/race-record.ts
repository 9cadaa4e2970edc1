/**
 * The race of one lead as it was: offer by offer, alert by alert, attempt by attempt, each with the
 * server's time and the rule that decided it.
 */

import type { OwnershipRow } from '../claims/ownership-store.ts';
import { plausibilityFlags, REGULAR_CLAIMS, reactionMs } from '../claims/plausibility-rules.ts';
import type { AttemptNote } from '../claims/race-notes.ts';
import type { WholeOffer } from '../distribution/offers-reader.ts';
import { placeOf } from '../distribution/open-offers.ts';
import type { MixRecord } from '../distribution/releases.ts';
import { winnerName } from './settlement.ts';
import type { World } from './world.ts';

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

interface AlertRecord {
  repId: string;
  repName: string | null;
  lane: number;
  opensAt: string | null;
  sentAt: string | null;
  deliveredAt: string | null;
  seenAt: string | null;
}

type NameOf = (repId: string) => string | null;

/**
 * `forRep`: the record as this rep may read it, without the others' names where the offer hid them, and without the
 * flags, which are a question for a manager to ask.
 */
export function raceRecord(world: World, leadId: string, forRep?: string) {
  const lead = world.leads.row(leadId);
  if (lead === undefined) return null;
  const owners = world.owners.ofLead(leadId);
  const offers = world.offersOnFile.ofLead(leadId).reverse();
  const wasBlind = offers.some(({ offer }) => offer.blind !== null);
  const hidden = (repId: string) => forRep !== undefined && forRep !== repId;
  return {
    leadId,
    status: lead.status,
    acceptedAt: iso(lead.acceptedAt),
    offers: offers.map((whole) => {
      const nameOf: NameOf = (repId) =>
        hidden(repId)
          ? winnerName(world, repId, whole.offer.policyVersion)
          : (world.directory.rep(repId)?.name ?? null);
      return offerRecord(world, whole, owners, nameOf, forRep === undefined);
    }),
    owners: owners.map((owner) => ({
      repId: owner.repId,
      via: owner.via,
      ...(forRep === undefined && { method: owner.method }),
      offerId: owner.offerId,
      startedAt: iso(owner.startedAt),
      // How long an owner has for the first contact tells the temperature (FAIR-07).
      firstContactDueAt: wasBlind && hidden(owner.repId) ? null : iso(owner.firstContactDueAt),
      firstContactAt: iso(owner.firstContactAt),
      endedAt: iso(owner.endedAt),
      endReason: owner.endReason,
    })),
  };
}

function offerRecord(world: World, whole: WholeOffer, owners: OwnershipRow[], nameOf: NameOf, withFlags: boolean) {
  const { offer } = whole;
  const winner = owners.find(({ offerId }) => offerId === offer.id);
  const notes = notesOf(world, offer.id);
  return {
    offerId: offer.id,
    state: offer.state,
    closeReason: offer.closeReason,
    pool: offer.pool,
    blind: offer.blind !== null,
    // What quality a lead counts as is no rep's to know (FAIR-07).
    ...(withFlags && { mix: offer.mix === null ? null : (JSON.parse(offer.mix) as MixRecord) }),
    policyVersion: offer.policyVersion,
    openedAt: iso(offer.openedAt),
    closesAt: iso(offer.closesAt),
    endedAt: iso(offer.endedAt),
    limits: JSON.parse(offer.limits) as unknown,
    winner:
      winner === undefined
        ? null
        : {
            repId: winner.repId,
            requestId: winner.requestId,
            claimedAt: iso(winner.startedAt),
            claimSpeedMs: winner.claimSpeedMs,
          },
    alerts: alertRecords(world, whole, notes.receipts, nameOf),
    attempts: attemptRecords(notes.attempts, winner).map(withFlags ? flaggedBy(world, whole, winner) : (one) => one),
  };
}

/** Receipts and losing attempts of an offer, those that are not on file yet among them. */
export function notesOf(world: World, offerId: string) {
  const stored = world.owners.notes(offerId);
  const fresh = world.notes.pending(offerId);
  return {
    attempts: [...stored.attempts, ...fresh.attempts],
    receipts: [...stored.receipts, ...fresh.receipts],
  };
}

function alertRecords(
  world: World,
  whole: WholeOffer,
  receipts: { repId: string; kind: string; atMs: number }[],
  nameOf: NameOf,
): AlertRecord[] {
  const firstReceipt = (repId: string, kind: string) =>
    iso(receipts.find((receipt) => receipt.repId === repId && receipt.kind === kind)?.atMs ?? null);
  const record = (repId: string, place: { lane: number; opensAt: number; sentAt: number | null }): AlertRecord => ({
    repId,
    repName: nameOf(repId),
    lane: place.lane,
    opensAt: iso(place.opensAt),
    sentAt: iso(place.sentAt),
    deliveredAt: firstReceipt(repId, 'delivered'),
    seenAt: firstReceipt(repId, 'seen'),
  });
  const ofLanes = whole.lanes.flatMap((lane) =>
    (JSON.parse(lane.reps) as number[])
      .map((num) => world.directory.repByNum(num)?.id)
      .filter((repId) => repId !== undefined)
      .map((repId) => record(repId, lane)),
  );
  return [...ofLanes, ...whole.admissions.map((admission) => record(admission.repId, admission))];
}

/** In the order in which the server took them; the win comes from the ledger, not from the notes. */
function attemptRecords(notes: AttemptNote[], winner: OwnershipRow | undefined) {
  const attempts = notes.map(({ atMs, ...note }) => ({ atMs, ...note }));
  if (winner !== undefined) {
    attempts.push({ atMs: winner.startedAt, repId: winner.repId, requestId: winner.requestId ?? '', verdict: 'won' });
  }
  const rank = (verdict: string) => (verdict === 'won' ? 0 : 1);
  attempts.sort((a, b) => a.atMs - b.atMs || rank(a.verdict) - rank(b.verdict));
  return attempts.map(({ atMs, ...attempt }, index) => ({ n: index + 1, at: iso(atMs), ...attempt }));
}

/**
 * Adds what is implausible about an attempt (`flags`, where there are any). Told from the times on record at each
 * reading: nothing a crash could lose, and a race of last month is told by the same rule.
 */
function flaggedBy(world: World, whole: WholeOffer, winner: OwnershipRow | undefined) {
  return (attempt: ReturnType<typeof attemptRecords>[number]) => {
    const { repId, verdict, at } = attempt;
    const isWin = verdict === 'won' && winner !== undefined;
    const reaction = isWin ? winner.claimSpeedMs : reactionMs(Date.parse(at ?? ''), placeOnFile(world, whole, repId));
    const latest = isWin ? world.owners.claimSpeeds(repId, winner.startedAt, REGULAR_CLAIMS) : [];
    const flags = plausibilityFlags(reaction, latest);
    return flags.length === 0 ? attempt : { ...attempt, flags };
  };
}

/** The rep's lane, or its own admission, as the file has it. */
function placeOnFile(world: World, { lanes, admissions }: WholeOffer, repId: string) {
  const num = world.directory.rep(repId)?.num ?? -1;
  return (
    admissions.find((admission) => admission.repId === repId) ??
    lanes.find((lane) => (JSON.parse(lane.reps) as number[]).includes(num))
  );
}

/** Whether a rep was in any of the lead's offers, and so may read its race. */
export function wasInRace(world: World, leadId: string, repId: string): boolean {
  return world.offersOnFile.ofLead(leadId).some((whole) => placeOnFile(world, whole, repId) !== undefined);
}

/** Notes a losing attempt on an offer that is open or has ended lately; of one nobody knows, nothing. */
export function noteAttempt(world: World, offerId: string, note: AttemptNote): void {
  const endedAtMs = world.offers.ended(offerId)?.atMs;
  const late = endedAtMs !== undefined && note.atMs - endedAtMs <= LATE_RECEIPT_MS_MAX;
  if (late || world.offers.get(offerId) !== undefined) world.notes.attempt(offerId, note);
}

/** Receipts are gathered on the phone, and races are short: one that comes this long after the end still counts. */
const LATE_RECEIPT_MS_MAX = 600_000;

/** Notes that an alert arrived or was seen; of somebody who was not in the offer, nothing. */
export function noteReceipt(
  world: World,
  offerId: string,
  receipt: { repId: string; kind: 'delivered' | 'seen' },
): void {
  const atMs = world.arbiter.nearlyNow();
  const open = world.offers.get(offerId);
  const ended = open === undefined ? world.offersOnFile.find(offerId) : undefined;
  const late = ended !== undefined && atMs - (ended.offer.endedAt ?? atMs) <= LATE_RECEIPT_MS_MAX;
  const concerned =
    open === undefined
      ? late && placeOnFile(world, ended, receipt.repId) !== undefined
      : placeOf(open, receipt.repId) !== null;
  if (concerned) world.notes.receipt(offerId, { ...receipt, atMs });
}
