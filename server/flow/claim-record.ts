/**
 * Verdicts from the file: for claims on offers that the arbiter no longer remembers (or never knew),
 * and for an owner who asks again. The order is that of SPEC.md.
 */
import type { GoneReason, LeadView, Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { ClaimAttempt, ClaimRecord } from '../claims/claims.ts';
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { shownFacts } from '../distribution/blind-rules.ts';
import type { WholeOffer } from '../distribution/offers-reader.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import { refusalMessage } from '../kernel/messages.ts';
import { type OwnerOfLead, wonLead } from '../leads/leads.ts';
import { winnerName } from './settlement.ts';
import type { World } from './world.ts';

/** The whole lead with its owner, as its owner sees it. `owner`: its live ownership, where that is known. */
export function leadFor(
  world: World,
  leadId: string,
  withContact: boolean,
  owner: OwnershipRow | undefined = world.owners.live(leadId),
): LeadView | null {
  const row = world.leads.row(leadId);
  if (row === undefined) return null;
  const claim =
    owner === undefined
      ? null
      : {
          repId: owner.repId,
          repName: world.directory.rep(owner.repId)?.name ?? null,
          startedAt: owner.startedAt,
          claimSpeedMs: owner.claimSpeedMs,
        };
  return world.leads.view(row, claim, withContact);
}

/** Whether a lead is these teams' business: its owner is of one of them, or it has none. `teams` null: all. */
export function isTeamsLead(world: World, leadId: string, teams: readonly string[] | null): boolean {
  const owner = world.owners.live(leadId);
  if (teams === null || owner === undefined) return true;
  const team = world.directory.rep(owner.repId)?.team ?? null;
  return team !== null && teams.includes(team);
}

function wonOf(
  claimId: string,
  offerId: string | null,
  owner: Pick<OwnerOfLead, 'startedAt' | 'claimSpeedMs'>,
  lead: LeadView,
): Verdict {
  return {
    verdict: 'won',
    leadId: lead.id,
    offerId,
    claimId,
    claimedAt: new Date(owner.startedAt).toISOString(),
    claimSpeedMs: owner.claimSpeedMs ?? 0,
    lead,
  };
}

/** A lead as its blind offer shows it: nothing of it but what the policy lists, until it is won (FAIR-04). */
export function blindLead(offer: OpenOffer) {
  const { industry, region, country, source, acceptedAt } = shownFacts(offer.blindFacts, offer.blind ?? []);
  const company = { name: null, size: null, industry, country, region };
  return { id: offer.leadId, status: 'offered', blind: true, source, company, createdAt: acceptedAt, claim: null };
}

export interface FileRecord extends ClaimRecord {
  /** The verdict of this rep's win of this offer, contacts and all; null: on file it is not this rep's. */
  wonBy(repId: string, offerId: string): Verdict | null;
}

export function createClaimRecord(world: World): FileRecord {
  function wonVerdict(owner: OwnershipRow): Verdict {
    const live = owner.endedAt === null ? owner : undefined;
    const lead = leadFor(world, owner.leadId, true, live);
    if (lead === null) throw new Error('an owned lead must exist');
    return wonOf(owner.id, owner.offerId, owner, lead);
  }

  function memberOf(whole: WholeOffer, repId: string): boolean {
    const num = world.directory.rep(repId)?.num ?? -1;
    return (
      whole.admissions.some((admission) => admission.repId === repId) ||
      whole.lanes.some((lane) => (JSON.parse(lane.reps) as number[]).includes(num))
    );
  }

  /** The offer a claim speaks of: the one it names, else the rep's newest, else the newest. */
  function offerMeant({ leadId, offerId, repId }: ClaimAttempt): WholeOffer | null | undefined {
    const offers = world.offersOnFile.ofLead(leadId);
    if (offerId !== undefined) return offers.find(({ offer }) => offer.id === offerId) ?? null;
    return offers.find((whole) => memberOf(whole, repId)) ?? offers[0];
  }

  async function judge(attempt: ClaimAttempt): Promise<Verdict | null> {
    const { leadId, repId, language } = attempt;
    if (world.leads.row(leadId) === undefined) return null;
    const meant = offerMeant(attempt);
    if (meant === null) return null;
    const refused = (offerId: string | null): Verdict => ({
      verdict: 'refused',
      leadId,
      offerId,
      rule: 'notInOffer',
      message: refusalMessage('notInOffer', language),
    });
    if (meant === undefined) return refused(null);
    const { offer } = meant;
    const winner = world.owners.byOffer(offer.id);
    if (winner?.repId === repId) {
      if (winner.endedAt === null) return wonVerdict(winner);
      return { verdict: 'gone', leadId, offerId: offer.id, reason: winner.endReason ?? 'released' };
    }
    if (!memberOf(meant, repId)) return refused(offer.id);
    if (winner !== undefined) {
      const byMs = Math.max(0, (await world.arbiter.now()) - winner.startedAt);
      const name = winnerName(world, winner.repId, offer.policyVersion);
      return { verdict: 'lost', leadId, offerId: offer.id, winner: { id: winner.repId, name }, byMs };
    }
    if (offer.state === 'closed') {
      return { verdict: 'gone', leadId, offerId: offer.id, reason: (offer.closeReason ?? 'withdrawn') as GoneReason };
    }
    return { verdict: 'retry', leadId, offerId: offer.id, reason: 'rebuilding', afterMs: 250 };
  }

  function wonBy(repId: string, offerId: string): Verdict | null {
    const owner = world.owners.byOffer(offerId);
    return owner?.repId === repId ? wonVerdict(owner) : null;
  }

  async function won(notice: Parameters<ClaimRecord['won']>[0]): Promise<Verdict> {
    const { offerId, winnerId, claimedAtMs, claimSpeedMs, lead } = notice;
    if (lead !== undefined) {
      const repName = world.directory.rep(winnerId)?.name ?? null;
      const claim = { repId: winnerId, repName, startedAt: claimedAtMs, claimSpeedMs };
      return wonOf(offerId, offerId, claim, wonLead(lead, claim));
    }
    const verdict = wonBy(notice.winnerId, notice.offerId);
    if (verdict === null) throw new Error('a committed claim must be readable');
    return verdict;
  }

  return { judge, wonBy, won };
}
