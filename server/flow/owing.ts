/** What a refused rep owes, in the figure that its message names (CLAIM-11). */
import type { RefusalRule } from '../../client-sdk/protocol/verdict.ts';
import { withinLimits } from '../distribution/distribution-rules.ts';
import { placeOf } from '../distribution/open-offers.ts';
import { owedBy } from '../distribution/standing-rules.ts';
import { isDebt } from '../kernel/messages.ts';
import type { World } from './world.ts';

/** By the limits that the offer was opened with and the counters of now; null: nothing is owed, or the offer is over. */
export function owedNow(world: World, rule: RefusalRule, offerId: string, repId: string): number | null {
  const offer = world.offers.get(offerId);
  const place = offer === undefined ? null : placeOf(offer, repId);
  if (!isDebt(rule) || offer === undefined || place === null) return null;
  const nowMs = world.arbiter.nearlyNow();
  const { of: counterOf } = world.counters;
  const broken = offer.limits.find(
    (limit) => limit.rule === rule && !withinLimits(repId, place.lane, [limit], nowMs, counterOf),
  );
  return broken === undefined ? null : owedBy(broken, repId, counterOf);
}
