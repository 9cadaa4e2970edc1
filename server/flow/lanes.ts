/** Lanes that open: on their time, or at once when nobody before them can claim (COMP-20, COMP-28). */
import { lanesToOpenEarly, withinLimits } from '../distribution/distribution-rules.ts';
import { type OpenOffer, repsOfLane } from '../distribution/open-offers.ts';
import type { RepRow } from '../people/people-store.ts';
import { rulesOfOffer } from './routing.ts';
import type { World } from './world.ts';

/** What claims of this rep hear; null: it may claim. */
export function gateOf(rep: RepRow | undefined): 'notReady' | 'inactive' | null {
  if (rep?.active !== true) return 'inactive';
  return rep.status === 'ready' ? null : 'notReady';
}

/** Gates a rep who may not claim by now: in turn with the rep's own changes, or a late gate would stand over one who is back. */
export function raiseGate(world: World, repId: string): Promise<void> {
  return world.perLead.run(`rep:${repId}`, async () => {
    const gate = gateOf(world.directory.rep(repId));
    if (gate !== null) await world.arbiter.raise({ scope: 'rep', repId }, gate);
  });
}

export function isReady(world: World, repId: string): boolean {
  return gateOf(world.directory.rep(repId)) === null;
}

/** Opens one lane: on disk with its `sentAt`, then the alert to its reps and to those admitted since. */
export async function openLane(
  world: World,
  offer: OpenOffer,
  laneIndex: number,
  opening: { opensAtMs: number; nowMs: number; deadlineId: string | null },
): Promise<void> {
  const lane = offer.lanes[laneIndex];
  if (lane === undefined || lane.sentAtMs !== null) return;
  const { opensAtMs, nowMs, deadlineId } = opening;
  const { result: seq } = await world.ledger.write('openLane', {
    offerId: offer.offerId,
    leadId: offer.leadId,
    lane: laneIndex,
    opensAt: opensAtMs,
    sentAt: nowMs,
    deadlineId,
  });
  if (seq === null) return;
  const early = opensAtMs < lane.opensAtMs;
  world.offers.laneOpened(offer, lane, { opensAtMs, sentAtMs: nowMs, seq });
  if (early) world.alerts.windowMoved(offer, seq, lane);
  world.alerts.laneOpened(offer, lane);
  await alertAdmitted(world, offer, nowMs);
}

/** Reps admitted one by one are alerted when their time has come: with their lane at the latest. */
async function alertAdmitted(world: World, offer: OpenOffer, nowMs: number): Promise<void> {
  const { offerId, leadId } = offer;
  for (const [repId, admission] of offer.admissions) {
    const { lane } = admission;
    const opensAtMs = Math.min(admission.opensAtMs, offer.lanes[lane]?.opensAtMs ?? admission.opensAtMs);
    if (admission.sentAtMs !== null || opensAtMs > nowMs) continue;
    const { result: seq } = await world.ledger.write('admitRep', {
      offerId,
      leadId,
      repId,
      lane,
      opensAt: opensAtMs,
      sentAt: nowMs,
      at: nowMs,
    });
    if (seq === null) return;
    world.offers.admit(offerId, repId, { lane, opensAtMs, sentAtMs: nowMs, seq });
    world.alerts.repAdmitted(offer, repId);
  }
}

/**
 * COMP-28 while offers run: opens the next lane wherever nobody in an open one can claim any more. Looks
 * only where `causeRepId` cannot: where it still can, it has taken nobody's place away.
 */
export async function openLanesNobodyHolds(world: World, causeRepId: string): Promise<void> {
  const waiting = world.offers.waitingOf(causeRepId);
  if (waiting.length === 0) return;
  const nowMs = world.arbiter.nearlyNow();
  for (const { lane, offers } of waiting) {
    const [one] = offers;
    if (one === undefined) continue;
    const isAble = withinLimits(causeRepId, lane, one.limits, nowMs, world.counters.of);
    if (isAble && isReady(world, causeRepId)) continue;
    for (const offer of [...offers]) {
      const { policy } = world.policy.version(offer.policyVersion) ?? world.policy.latest();
      if (!rulesOfOffer(policy, offer).competition.openEarlyIfLaneEmpty) continue;
      await world.perLead.run(offer.leadId, () => openEarly(world, offer));
    }
  }
}

async function openEarly(world: World, offer: OpenOffer): Promise<void> {
  const nowMs = await world.arbiter.now();
  const now = { nowMs, counterOf: world.counters.of, isReady: (repId: string) => isReady(world, repId) };
  // Whoever was admitted since holds a lane as those do who were in it from the first.
  const lanes = offer.lanes.map(({ lane, opensAtMs }) => ({ opensAtMs, repIds: repsOfLane(offer, lane) }));
  for (const lane of lanesToOpenEarly({ lanes, limits: offer.limits }, now)) {
    // A lane that was alerted has opened: it looks closed to a clock that was set back, and stays as the file has it.
    if (offer.lanes[lane]?.sentAtMs !== null) continue;
    const stands = await world.arbiter.admit({ offerId: offer.offerId, lane, opensAtMs: nowMs });
    if (stands === null) return;
    await openLane(world, offer, lane, { opensAtMs: stands, nowMs, deadlineId: null });
  }
}
