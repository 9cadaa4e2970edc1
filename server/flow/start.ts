/**
 * What a start does before anybody is let in: open offers go back up as the file has them, with their
 * windows; an offer whose time ran out while the server was down gets its time again; reps on a break
 * or gone stay out of them.
 */
import { COUNTER_DAYS_HELD } from '../claims/counters.ts';
import type { WholeOffer } from '../distribution/offers-reader.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import { localDay } from '../kernel/calendar.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import { gateOf, raiseGate } from './lanes.ts';
import { routableOf } from './offering.ts';
import { openOrTakeDown } from './putting-up.ts';
import type { World } from './world.ts';

/** Reads the open offers from the file into memory; the arbiter gets them from there. */
export async function restoreOffers(world: World): Promise<void> {
  const seq = world.events.lastSeq();
  world.offers.note(seq);
  for (const whole of world.offersOnFile.open()) {
    const lead = world.leads.row(whole.offer.leadId);
    if (lead !== undefined) world.offers.add(restoreOffer(world, whole, lead, seq), seq);
  }
}

/** An open offer as the file has it: for the start. */
function restoreOffer(world: World, whole: WholeOffer, lead: LeadRow, openedSeq: number): OpenOffer {
  const { offer } = whole;
  const { facts, blindFacts } = routableOf(lead, null);
  const repId = (num: number) => world.directory.repByNum(num)?.id;
  return {
    leadId: lead.id,
    facts,
    blindFacts,
    lead: null,
    offerId: offer.id,
    openedSeq,
    openedAtMs: offer.openedAt,
    closesAtMs: offer.closesAt,
    clearMs: offer.clearMs,
    pool: offer.pool,
    policyVersion: offer.policyVersion,
    rule: offer.rule,
    ruleStep: offer.ruleStep,
    method: offer.method,
    teamPool: offer.teamPool,
    limits: JSON.parse(offer.limits),
    increments: JSON.parse(offer.increments),
    attemptRate: offer.attemptRate === null ? null : JSON.parse(offer.attemptRate),
    blind: offer.blind === null ? null : JSON.parse(offer.blind),
    lanes: whole.lanes.map((row) => ({
      lane: row.lane,
      tiers: JSON.parse(row.tiers) as number[],
      opensAtMs: row.opensAt,
      sentAtMs: row.sentAt,
      seq: row.sentAt === null ? null : openedSeq,
      repIds: (JSON.parse(row.reps) as number[]).map(repId).filter((id) => id !== undefined),
    })),
    admissions: new Map(
      whole.admissions.map((row) => [
        row.repId,
        { lane: row.lane, opensAtMs: row.opensAt, sentAtMs: row.sentAt, seq: openedSeq },
      ]),
    ),
  };
}

/** Puts counters, offers and gates before the arbiter as they stand: at a start, or after it lost them. */
export async function putRaceUp(world: World): Promise<void> {
  const firstDay = firstCounterDay(world.clock.nowMs());
  for (const { id } of world.directory.reps()) await world.counting.restore(id, firstDay);
  const nowMs = await world.arbiter.now();
  for (const offer of [...world.offers.all()]) {
    // In turn with whatever else befalls the lead: an expiry or an admission that was under way would be undone.
    await world.perLead.run(offer.leadId, () => putOfferUp(world, offer, nowMs));
  }
  for (const { id } of world.directory.reps()) {
    if (gateOf(world.directory.rep(id)) !== null) await raiseGate(world, id);
  }
}

async function putOfferUp(world: World, offer: OpenOffer, nowMs: number): Promise<void> {
  if (offer.closesAtMs <= nowMs) await giveTimeAgain(world, offer, nowMs);
  // It may have ended while the others were put up.
  if (world.offers.get(offer.offerId) !== offer) return;
  if (!(await openOrTakeDown(world, offer))) return;
  for (const [repId, { lane, opensAtMs }] of offer.admissions) {
    await world.arbiter.admit({ offerId: offer.offerId, repId, lane, opensAtMs });
  }
}

async function giveTimeAgain(world: World, offer: OpenOffer, nowMs: number): Promise<void> {
  const closesAt = nowMs + offer.clearMs;
  const { offerId, leadId } = offer;
  const { result: seq } = await world.ledger.write('extendOffer', { offerId, leadId, closesAt, at: nowMs });
  if (seq === null) return;
  offer.closesAtMs = closesAt;
  world.offers.note(seq);
  world.alerts.windowMoved(offer, seq);
  world.timersChanged(closesAt);
}

/** The first day whose counters are held in memory; wherever on earth a rep's day began. */
export function firstCounterDay(nowMs: number): string {
  return localDay(nowMs - COUNTER_DAYS_HELD * 86_400_000, 'UTC');
}
