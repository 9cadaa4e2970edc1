/** A committed offer, before the arbiter and the reps. */
import type { ArbiterOffer } from '../claims/arbiter.ts';
import type { OpenLane, OpenOffer } from '../distribution/open-offers.ts';
import { gateOf, raiseGate } from './lanes.ts';
import { persist, settledOrSoon } from './persist.ts';
import type { World } from './world.ts';

/** An offer as the arbiter takes it. */
export function arbiterOffer(offer: OpenOffer): ArbiterOffer {
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
  await world.arbiter.open(arbiterOffer(offer));
  for (const repId of offer.lanes.flatMap((lane) => lane.repIds)) {
    if (gateOf(world.directory.rep(repId)) !== null) await raiseGate(world, repId);
  }
}

function waitingLanes(offer: OpenOffer): OpenLane[] {
  return offer.lanes.filter(({ sentAtMs }) => sentAtMs === null);
}
