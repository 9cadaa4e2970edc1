/** A committed offer, before the arbiter and the reps. */
import type { ArbiterOffer } from '../claims/arbiter.ts';
import type { OpenLane, OpenOffer } from '../distribution/open-offers.ts';
import { gateOf, raiseGate } from './lanes.ts';
import { waitingTimer } from './offering.ts';
import { isInvalidCall, persist, settledOrSoon } from './persist.ts';
import type { World } from './world.ts';

/** An offer as the arbiter takes it. */
function arbiterOffer(offer: OpenOffer): ArbiterOffer {
  const { offerId, leadId, closesAtMs, limits, increments, attemptRate } = offer;
  const lanes = offer.lanes.map(({ opensAtMs, repIds }) => ({ opensAtMs, repIds }));
  return { offerId, leadId, lanes, closesAtMs, limits, increments, attemptRate };
}

/**
 * Puts an offer up whose opening is on disk under `seq`: into memory in this very turn (so that no
 * snapshot misses it), before the arbiter, then to the reps. Never rejects: it is on disk, so it goes up.
 */
export async function putUp(world: World, offer: OpenOffer, seq: number): Promise<void> {
  offer.openedSeq = seq;
  for (const lane of offer.lanes) if (lane.sentAtMs !== null) lane.seq = seq;
  world.offers.add(offer, seq);
  world.timersChanged(Math.min(offer.closesAtMs, ...waitingLanes(offer).map(({ opensAtMs }) => opensAtMs)));
  const up = persist(
    world,
    () => openAtArbiter(world, offer),
    () => world.offers.get(offer.offerId) === offer,
  );
  world.alerts.hold(up);
  for (const lane of offer.lanes) world.alerts.laneOpened(offer, lane);
  world.alerts.upcoming(offer);
  world.wall.changed();
  await settledOrSoon(world, up);
}

/**
 * The offer was planned before its commit: a rep who went on a break in between was gated before the
 * offer stood, and must be gated again now that it does.
 */
async function openAtArbiter(world: World, offer: OpenOffer): Promise<void> {
  if (!(await openOrTakeDown(world, offer))) return;
  for (const repId of offer.lanes.flatMap((lane) => lane.repIds)) {
    if (gateOf(world.directory.rep(repId)) !== null) await raiseGate(world, repId);
  }
}

/**
 * Opens at the arbiter what is open on file. What the arbiter refuses as no offer at all it would refuse for ever: that
 * ends, and its lead is routed again. Answers whether the offer is up.
 */
export async function openOrTakeDown(world: World, offer: OpenOffer): Promise<boolean> {
  try {
    await world.arbiter.open(arbiterOffer(offer));
    return true;
  } catch (error) {
    if (!isInvalidCall(error)) throw error;
    world.log.error(
      'the arbiter refuses an offer as unfit; its lead is routed again',
      { offerId: offer.offerId },
      error,
    );
  }
  const { offerId, leadId } = offer;
  const at = await world.arbiter.now();
  const waiting = waitingTimer(world, leadId, at);
  const ending = { offerId, leadId, reason: 'withdrawn' as const, deadlineId: null, at, next: { waiting } };
  const { result } = await world.ledger.write('replaceOffer', ending);
  if (result.seq === null) return false;
  world.offers.remove(offerId, result.seq, at);
  world.alerts.withdrawn(offer, result.seq, 'withdrawn');
  world.wall.changed();
  world.timersChanged(waiting.dueAt);
  return false;
}

function waitingLanes(offer: OpenOffer): OpenLane[] {
  return offer.lanes.filter(({ sentAtMs }) => sentAtMs === null);
}
