/**
 * What a start does before anybody is let in: open offers go back up as the file has them, with their
 * windows; an offer whose time ran out while the server was down gets its time again; reps on a break
 * or gone stay out of them.
 */
import type { OpenOffer } from '../distribution/open-offers.ts';
import { arbiterOffer, restoreOffer } from './offering.ts';
import type { World } from './world.ts';

export async function restoreRace(world: World): Promise<void> {
  for (const [repId, counters] of countersByRep(world)) await world.arbiter.restoreCounters(repId, counters);
  const nowMs = await world.arbiter.now();
  const seq = world.events.lastSeq();
  world.offers.note(seq);
  for (const whole of world.offersOnFile.open()) {
    const lead = world.leads.row(whole.offer.leadId);
    if (lead === undefined) continue;
    const offer = restoreOffer(world, whole, lead, seq);
    if (offer.closesAtMs <= nowMs) await giveTimeAgain(world, offer, nowMs);
    world.offers.add(offer, seq);
    await world.arbiter.open(arbiterOffer(offer));
    for (const [repId, { lane, opensAtMs }] of offer.admissions) {
      await world.arbiter.admit({ offerId: offer.offerId, repId, lane, opensAtMs });
    }
  }
  for (const rep of world.directory.reps()) {
    if (rep.active && rep.status === 'ready') continue;
    await world.arbiter.raise({ scope: 'rep', repId: rep.id }, rep.active ? 'notReady' : 'inactive');
  }
}

function countersByRep(world: World): Map<string, Record<string, number>> {
  const byRep = new Map<string, Record<string, number>>();
  for (const { repId, name, value } of world.owners.allCounters()) {
    const own = byRep.get(repId) ?? {};
    own[name] = value;
    byRep.set(repId, own);
  }
  return byRep;
}

async function giveTimeAgain(world: World, offer: OpenOffer, nowMs: number): Promise<void> {
  const closesAt = nowMs + offer.clearMs;
  const { offerId, leadId } = offer;
  await world.ledger.write('extendOffer', { offerId, leadId, closesAt, at: nowMs });
  offer.closesAtMs = closesAt;
}
