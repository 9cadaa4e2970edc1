/** An offer that ended without an owner, and what its lead gets instead: one commit, then everybody concerned. */
import type { OpenOffer } from '../distribution/open-offers.ts';
import { assignByRule } from './assigning.ts';
import { follow } from './following.ts';
import { committed } from './mixing.ts';
import type { Planned } from './offering.ts';
import type { World } from './world.ts';

/** The arbiter has closed the offer already. `deadlineId`: the timer whose effect this is; null: none. */
export async function replaceOffer(
  world: World,
  offer: OpenOffer,
  planned: Planned,
  end: { reason: 'expired' | 'withdrawn'; deadlineId: string | null; nowMs: number },
): Promise<void> {
  const { offerId, leadId } = offer;
  const { reason, deadlineId, nowMs } = end;
  if (planned.push !== null) {
    // Refused, it is still open on file: whoever ended it looks again.
    await assignByRule(world, { ...planned.push, leadId, closes: { offerId, reason, deadlineId } });
    return;
  }
  const order = { offerId, leadId, reason, deadlineId, at: nowMs, next: planned.next };
  const { result } = await committed(world, planned, world.ledger.write('replaceOffer', order));
  if (result.seq === null) return;
  world.offers.remove(offerId, result.seq, nowMs);
  world.alerts.withdrawn(offer, result.seq, reason);
  world.wall.changed();
  await follow(world, planned, result.openedSeq);
}
