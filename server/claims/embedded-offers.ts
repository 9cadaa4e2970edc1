/**
 * The offers the embedded arbiter holds: by id, by lead in the order they were opened, and a ring of
 * those that ended, of which the oldest is forgotten when a new one ends (AR38).
 */
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type { ArbiterOffer, Increment, ProvisionalWin } from './arbiter.ts';
import type { GateStamps } from './embedded-gates.ts';
import { LEAD_OFFERS_MAX } from './offer-checks.ts';

/** Late losers ask within minutes; who asks later is answered from the file. */
const ENDED_OFFERS_KEPT = 20_000;

export interface Member {
  opensAtMs: number;
  lane: number;
  /** The generation of the rep's gate when the rep entered. */
  stamp: number;
}

export interface Entry extends GateStamps {
  id: string;
  given: ArbiterOffer;
  state: 'open' | 'pending' | 'claimed' | 'closed';
  closesAtMs: number;
  laneOpensAtMs: number[];
  members: Map<string, Member>;
  /** Reps whose claim got as far as the limits: their next one is a repeat. */
  tried: Set<string>;
  win: ProvisionalWin | null;
  /** What the win has added to the winner's counters: from the lane the winner was in then. */
  gains: readonly Increment[];
  winnerId: string | null;
  claimedAtMs: number;
  order: string;
  reason: GoneReason | null;
  /** Its place in the ring of ended offers; -1 while it lives. */
  endedAt: number;
}

/** Not ended: a lane or a deadline may still change. */
export function isLive(offer: Entry): boolean {
  return offer.state === 'open' || offer.state === 'pending';
}

/** The member, entered into `lane` under `stamp`; a newcomer has no time of its own yet. */
export function memberOf(offer: Entry, repId: string, lane: number, stamp: number): Member {
  let member = offer.members.get(repId);
  if (member === undefined) {
    member = { opensAtMs: Number.POSITIVE_INFINITY, lane, stamp };
    offer.members.set(repId, member);
  }
  member.lane = lane;
  member.stamp = stamp;
  return member;
}

export class OfferBook {
  readonly #offers = new Map<string, Entry>();
  /** Newest first. */
  readonly #byLead = new Map<string, Entry[]>();
  readonly #ended: (Entry | undefined)[] = [];
  #endings = 0;

  get(offerId: string): Entry | undefined {
    return this.#offers.get(offerId);
  }

  /** AR1 to AR3. */
  choose(leadId: string, offerId: string | undefined, repId: string, nowMs: number): Entry | undefined {
    if (offerId !== undefined) {
      const offer = this.#offers.get(offerId);
      return offer?.given.leadId === leadId ? offer : undefined;
    }
    const offers = this.#byLead.get(leadId);
    if (offers === undefined) return undefined;
    for (const offer of offers) {
      const member = offer.members.get(repId);
      if (member !== undefined && member.opensAtMs <= nowMs) return offer;
    }
    return offers.find(isLive) ?? offers[0];
  }

  put(given: ArbiterOffer, stamps: GateStamps, repStamp: (repId: string) => number): void {
    const known = this.#offers.get(given.offerId);
    const entry: Entry = {
      ...stamps,
      id: given.offerId,
      given,
      state: 'open',
      closesAtMs: given.closesAtMs,
      laneOpensAtMs: given.lanes.map((lane) => lane.opensAtMs),
      members: membersOf(given, repStamp),
      tried: new Set(),
      win: null,
      gains: [],
      winnerId: null,
      claimedAtMs: 0,
      order: '',
      reason: null,
      endedAt: -1,
    };
    this.#offers.set(entry.id, entry);
    const offers = this.#byLead.get(given.leadId) ?? [];
    const place = known === undefined ? -1 : offers.indexOf(known);
    if (place >= 0) offers[place] = entry;
    else offers.unshift(entry);
    if (offers.length > LEAD_OFFERS_MAX) offers.length = LEAD_OFFERS_MAX;
    this.#byLead.set(given.leadId, offers);
    if (known !== undefined && known.endedAt >= 0) this.#ended[known.endedAt] = undefined;
  }

  ended(offer: Entry): void {
    const place = this.#endings++ % ENDED_OFFERS_KEPT;
    const oldest = this.#ended[place];
    if (oldest !== undefined) this.#forget(oldest);
    this.#ended[place] = offer;
    offer.endedAt = place;
  }

  #forget(offer: Entry): void {
    this.#offers.delete(offer.id);
    const offers = this.#byLead.get(offer.given.leadId)?.filter((other) => other !== offer) ?? [];
    if (offers.length === 0) this.#byLead.delete(offer.given.leadId);
    else this.#byLead.set(offer.given.leadId, offers);
  }
}

function membersOf(given: ArbiterOffer, repStamp: (repId: string) => number): Map<string, Member> {
  const members = new Map<string, Member>();
  given.lanes.forEach(({ opensAtMs, repIds }, lane) => {
    for (const repId of repIds) {
      const stands = members.get(repId);
      if (stands === undefined) members.set(repId, { opensAtMs, lane, stamp: repStamp(repId) });
      else if (opensAtMs < stands.opensAtMs) Object.assign(stands, { opensAtMs, lane });
    }
  });
  return members;
}
