/**
 * What reps are told of offers: the messages and their receivers. Every in-app alert of a lane goes
 * out in one emission, encoded once, the rooms in the lane's shuffled order (NOTIF-01, NOTIF-18); no
 * message carries contact details. `id` is the seq of the fact it tells, so it grows for everyone alike.
 */
import type { LeadAssigned, OfferCard, PoolSnapshot, UpcomingCard } from '../../client-sdk/protocol/down.ts';
import { type Announcer, repRoom } from '../alerts/announcer.ts';
import { shownFacts } from '../distribution/blind-rules.ts';
import {
  everyoneIn,
  type OpenLane,
  type OpenOffer,
  type OpenOffers,
  placeOf,
  repsOfLane,
} from '../distribution/open-offers.ts';
import { createInOrder } from '../kernel/in-order.ts';

/** The instants of all open offers, twice over; some 100 bytes each. */
const INSTANTS_HELD = 20_000;
const instants = new Map<number, string>();

/** Held, because writing its instants is most of what a card costs, and a thousand phones come back to the same cards. */
function iso(ms: number): string {
  const held = instants.get(ms);
  if (held !== undefined) return held;
  if (instants.size >= INSTANTS_HELD) instants.clear();
  const text = new Date(ms).toISOString();
  instants.set(ms, text);
  return text;
}

interface Sent {
  seq: number;
  opensAtMs: number;
  sentAtMs: number;
}

/** Of a blind offer, whatever the policy shows of it (FAIR-04). */
const HIDDEN = { company: { name: null, size: null }, contact: { title: null }, score: null, temperature: null };

export function offerCard(offer: OpenOffer, sent: Sent): OfferCard {
  return {
    id: sent.seq,
    offerId: offer.offerId,
    leadId: offer.leadId,
    ...(offer.blind === null ? offer.facts : { ...HIDDEN, ...shownFacts(offer.blindFacts, offer.blind) }),
    opensAt: iso(sent.opensAtMs),
    closesAt: iso(offer.closesAtMs),
    sentAt: iso(sent.sentAtMs),
    blind: offer.blind !== null,
  };
}

function upcomingCard(offer: OpenOffer, opensAtMs: number): UpcomingCard {
  return { id: offer.openedSeq, offerId: offer.offerId, leadId: offer.leadId, opensAt: iso(opensAtMs) };
}

/** Offers of one snapshot, the newest: some 600 KB, which a phone can take and a socket's buffer hold. */
export const SNAPSHOT_OFFERS_MAX = 2_000;

export interface Alerts {
  /** Alerts a lane that is open and whose `sentAt` is on disk. */
  laneOpened(offer: OpenOffer, lane: OpenLane): void;
  /** Tells the reps of lanes that open later that something comes, and nothing about it. */
  upcoming(offer: OpenOffer): void;
  repAdmitted(offer: OpenOffer, repId: string): void;
  /** A lane opens earlier, or the offer closes later. */
  windowMoved(offer: OpenOffer, seq: number, lane?: OpenLane): void;
  /** Tells the others who won, and the winner's own devices that nothing is left to claim. */
  taken(offer: OpenOffer, seq: number, by: { id: string; name: string | null }, atMs: number): void;
  withdrawn(offer: OpenOffer, seq: number, reason: string): void;
  /** Tells a rep of a lead that it owns without a race; later snapshots say that it was told. */
  assigned(repId: string, assigned: LeadAssigned): void;
  snapshot(repId: string): PoolSnapshot;
  /** What is told from now on waits for this: an alert for the arbiter that must know its offer. */
  hold(until: Promise<unknown>): void;
}

export function createAlerts(deps: {
  announcer: Announcer;
  offers: OpenOffers;
  /** False for a rep on a break or gone: its pool is empty. */
  mayClaim(repId: string): boolean;
  nowMs(): number;
  /** The seq of each rep's last assignment on file. */
  assignedBefore?: Iterable<[repId: string, seq: number]>;
  count(reps: number): void;
  /** Whose lane was alerted, those on a break among them. */
  shown(offer: OpenOffer, repIds: readonly string[], sentAtMs: number): void;
}): Alerts {
  const { offers } = deps;
  const order = createInOrder();
  const lastAssigned = new Map(deps.assignedBefore);
  /** Built now, as things stand in this turn; sent in the order of the facts, so that ids only grow. */
  const announcer: Pick<Announcer, 'emit'> = {
    emit: (event, rooms, payload) => order.run(() => deps.announcer.emit(event, rooms, payload)),
  };
  const rooms = (repIds: readonly string[]) => repIds.map(repRoom);

  /**
   * Whoever is on a break is left in peace (NOTIF-16), and shown what is open when it ends. A queue and a team pool are
   * listed and alert nobody (DIST-05, DIST-08).
   */
  function alert(offer: OpenOffer, sent: Sent, repIds: string[]): void {
    const ready = repIds.filter(deps.mayClaim);
    if (ready.length === 0) return;
    const isRace = offer.method === 'race';
    announcer.emit(isRace ? 'lead:alert' : 'lead:listed', rooms(ready), offerCard(offer, sent));
    if (isRace) deps.count(ready.length);
  }

  /** What one rep's snapshot holds of one offer; null while nothing may be shown. */
  function shown(offer: OpenOffer, repId: string): OfferCard | UpcomingCard | null {
    const place = placeOf(offer, repId);
    if (place === null) return null;
    const { seq, opensAtMs, sentAtMs } = place;
    if (seq !== null && sentAtMs !== null) return offerCard(offer, { seq, opensAtMs, sentAtMs });
    return upcomingCard(offer, opensAtMs);
  }

  return {
    hold: order.hold,
    laneOpened(offer, lane) {
      const { seq, opensAtMs, sentAtMs } = lane;
      if (seq === null || sentAtMs === null) return;
      deps.shown(offer, lane.repIds, sentAtMs);
      alert(offer, { seq, opensAtMs, sentAtMs }, lane.repIds);
    },
    upcoming(offer) {
      for (const lane of offer.lanes) {
        const ready = lane.repIds.filter(deps.mayClaim);
        if (lane.sentAtMs !== null || ready.length === 0) continue;
        announcer.emit('lead:upcoming', rooms(ready), upcomingCard(offer, lane.opensAtMs));
      }
    },
    repAdmitted(offer, repId) {
      const place = offer.admissions.get(repId);
      if (place === undefined) return;
      const { seq, opensAtMs, sentAtMs } = place;
      if (sentAtMs !== null) {
        deps.shown(offer, [repId], sentAtMs);
        alert(offer, { seq, opensAtMs, sentAtMs }, [repId]);
      } else announcer.emit('lead:upcoming', [repRoom(repId)], { ...upcomingCard(offer, opensAtMs), id: seq });
    },
    windowMoved(offer, seq, lane) {
      const lanes = lane === undefined ? offer.lanes : [lane];
      for (const { lane: index, opensAtMs } of lanes) {
        const repIds = repsOfLane(offer, index);
        if (repIds.length === 0) continue;
        announcer.emit('lead:window', rooms(repIds), {
          id: seq,
          offerId: offer.offerId,
          leadId: offer.leadId,
          opensAt: iso(opensAtMs),
          closesAt: iso(offer.closesAtMs),
        });
      }
    },
    taken(offer, seq, by, atMs) {
      const { offerId, leadId } = offer;
      announcer.emit('lead:withdrawn', [repRoom(by.id)], { id: seq, offerId, leadId, reason: 'won' });
      const others = everyoneIn(offer).filter((repId) => repId !== by.id);
      if (others.length === 0) return;
      announcer.emit('lead:taken', rooms(others), { id: seq, offerId, leadId, by, at: iso(atMs) });
    },
    withdrawn(offer, seq, reason) {
      const everyone = everyoneIn(offer);
      if (everyone.length === 0) return;
      announcer.emit('lead:withdrawn', rooms(everyone), {
        id: seq,
        offerId: offer.offerId,
        leadId: offer.leadId,
        reason,
      });
    },
    assigned(repId, assigned) {
      lastAssigned.set(repId, assigned.id);
      deps.announcer.emit('lead:assigned', [repRoom(repId)], assigned);
    },
    snapshot(repId) {
      const own = deps.mayClaim(repId) ? offers.ofRep(repId).slice(-SNAPSHOT_OFFERS_MAX) : [];
      return {
        upTo: offers.upTo(),
        sentAt: new Date(deps.nowMs()).toISOString(),
        offers: own.map((offer) => shown(offer, repId)).filter((card) => card !== null),
        assigned: lastAssigned.get(repId) ?? 0,
      };
    },
  };
}
