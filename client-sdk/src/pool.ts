/**
 * The offers a rep may claim now or soon: a pure fold over facts that may come late, twice, in any
 * order, or (over a lost link) not at all.
 *
 * An offer keeps the facts heard of it since the last snapshot, each once, and its view is worked
 * out from them in the order of their ids. So the order of arrival cannot matter: an alert that
 * comes after `lead:taken` has the smaller id and changes nothing, while one with a greater id (a
 * rep who came back from a break) puts the offer up again.
 */
import type { LeadTaken, LeadWindow, LeadWithdrawn, OfferCard, PoolSnapshot, UpcomingCard } from '../protocol/down.ts';

export type PoolFact =
  | { name: 'lead:alert'; payload: OfferCard }
  | { name: 'lead:listed'; payload: OfferCard }
  | { name: 'lead:upcoming'; payload: UpcomingCard }
  | { name: 'lead:window'; payload: LeadWindow }
  | { name: 'lead:taken'; payload: LeadTaken }
  | { name: 'lead:withdrawn'; payload: LeadWithdrawn };

/** What a rep sees. `offers` have a card and can be claimed from `opensAt`; of `upcoming` nothing is told. */
export interface Pool {
  offers: OfferCard[];
  upcoming: UpcomingCard[];
}

interface OfferFacts {
  facts: readonly PoolFact[];
  /** Over for this rep by a verdict: facts up to this id cannot put it up again. */
  settledAt: number;
}

export interface PoolState {
  /** What a fact must be above: the last snapshot already tells the rest. */
  readonly upTo: number;
  readonly offers: ReadonlyMap<string, OfferFacts>;
}

/** Won or lost: final for the offer, whatever id comes. */
const FOR_EVER = Number.POSITIVE_INFINITY;
/**
 * Offers remembered as over, so that a late alert finds its end. Both travel one ordered link, so
 * an alert is never later than a few; the bound keeps a phone that is on for weeks from growing.
 */
export const ENDED_KEPT = 64;

export const EMPTY_POOL: PoolState = { upTo: -1, offers: new Map() };
const UNKNOWN_OFFER: OfferFacts = { facts: [], settledAt: -1 };

/** The same state (by identity) when the fact says nothing new. */
export function withFact(state: PoolState, fact: PoolFact): PoolState {
  if (fact.payload.id <= state.upTo) return state;
  const known = state.offers.get(fact.payload.offerId) ?? UNKNOWN_OFFER;
  if (known.facts.some((other) => isSame(other, fact))) return state;
  const offers = new Map(state.offers);
  offers.set(fact.payload.offerId, { ...known, facts: [...known.facts, fact] });
  return { ...state, offers: withoutOldEnds(offers) };
}

/**
 * `isFirst`: the first of a connection is the whole truth as this server has it, and what an earlier
 * connection heard beyond it is told again (or was undone by a restored backup). Of a later one what
 * is known beyond it stays; and one overtaken by a newer one is not taken.
 */
export function withSnapshot(state: PoolState, snapshot: PoolSnapshot, isFirst: boolean): PoolState {
  if (!isFirst && snapshot.upTo < state.upTo) return state;
  const offers = new Map<string, OfferFacts>();
  for (const [offerId, known] of state.offers) {
    const isBeyond = ({ payload }: PoolFact): boolean => !isFirst && payload.id > snapshot.upTo;
    const facts = known.facts.filter(isBeyond);
    if (facts.length > 0 || known.settledAt === FOR_EVER) offers.set(offerId, { ...known, facts });
  }
  for (const card of snapshot.offers) {
    const known = offers.get(card.offerId) ?? UNKNOWN_OFFER;
    const told = factOf(card, snapshot.upTo);
    // What a snapshot shows is up, whatever an earlier `gone` said; won and lost stay final.
    const settledAt = known.settledAt === FOR_EVER ? FOR_EVER : -1;
    offers.set(card.offerId, { settledAt, facts: [told, ...known.facts] });
  }
  return { upTo: snapshot.upTo, offers: withoutOldEnds(offers) };
}

/** A verdict ended the offer for this rep; `isFinal` for won and lost. */
export function withSettled(state: PoolState, offerId: string, isFinal: boolean): PoolState {
  const known = state.offers.get(offerId);
  if (known === undefined) return state;
  const lastId = Math.max(state.upTo, ...known.facts.map(({ payload }) => payload.id));
  const settledAt = Math.max(known.settledAt, isFinal ? FOR_EVER : lastId);
  const offers = new Map(state.offers);
  offers.set(offerId, { ...known, settledAt });
  return { ...state, offers: withoutOldEnds(offers) };
}

export function poolOf(state: PoolState): Pool {
  const pool: Pool = { offers: [], upcoming: [] };
  for (const known of state.offers.values()) {
    const view = viewOf(known);
    if (view === undefined) continue;
    if (isOfferCard(view)) pool.offers.push(view);
    else pool.upcoming.push(view);
  }
  pool.offers.sort(byIdThenOffer);
  pool.upcoming.sort(byIdThenOffer);
  return pool;
}

/** The offer as it now stands; undefined when it is over, or when nothing told what it is. */
export function offerOf(state: PoolState, offerId: string): OfferCard | UpcomingCard | undefined {
  const known = state.offers.get(offerId);
  return known === undefined ? undefined : viewOf(known);
}

export function isOfferCard(card: OfferCard | UpcomingCard): card is OfferCard {
  return 'company' in card;
}

function viewOf(known: OfferFacts): OfferCard | UpcomingCard | undefined {
  const endedAt = endOf(known);
  const live = known.facts.filter(({ payload }) => payload.id > endedAt).sort(byFactId);
  let card: OfferCard | UpcomingCard | undefined;
  let opensAt: string | undefined;
  let closesAt: string | undefined;
  for (const fact of live) {
    const { payload } = fact;
    if (fact.name === 'lead:alert' || fact.name === 'lead:listed') card = fact.payload;
    if (fact.name === 'lead:upcoming' && (card === undefined || !isOfferCard(card))) {
      card = fact.payload;
    }
    // A lane only ever opens earlier, and an offer only ever closes later.
    if ('opensAt' in payload) opensAt = earlier(opensAt, payload.opensAt);
    if ('closesAt' in payload) closesAt = later(closesAt, payload.closesAt);
  }
  if (card === undefined || opensAt === undefined) return undefined;
  if (!isOfferCard(card)) return { ...card, opensAt };
  return { ...card, opensAt, closesAt: closesAt ?? card.closesAt };
}

function endOf(known: OfferFacts): number {
  let endedAt = known.settledAt;
  for (const { name, payload } of known.facts) {
    if (name === 'lead:taken' || name === 'lead:withdrawn') endedAt = Math.max(endedAt, payload.id);
  }
  return endedAt;
}

function factOf(card: OfferCard | UpcomingCard, upTo: number): PoolFact {
  // Facts above `upTo` must come after what the snapshot says, so its id is never above it.
  const id = Math.min(card.id, upTo);
  return isOfferCard(card)
    ? { name: 'lead:alert', payload: { ...card, id } }
    : { name: 'lead:upcoming', payload: { ...card, id } };
}

/** Several facts of one offer may share an id when they stem from one cause; their names differ. */
function isSame(one: PoolFact, other: PoolFact): boolean {
  return one.name === other.name && one.payload.id === other.payload.id;
}

function earlier(one: string | undefined, other: string): string {
  return one !== undefined && Date.parse(one) <= Date.parse(other) ? one : other;
}

function later(one: string | undefined, other: string): string {
  return one !== undefined && Date.parse(one) >= Date.parse(other) ? one : other;
}

function byFactId(one: PoolFact, other: PoolFact): number {
  return one.payload.id - other.payload.id;
}

function byIdThenOffer(one: { id: number; offerId: string }, other: typeof one): number {
  return one.id - other.id || (one.offerId < other.offerId ? -1 : 1);
}

/** Forgets the offers that ended longest ago. Only now and then: each look costs a view of every offer. */
function withoutOldEnds(offers: Map<string, OfferFacts>): Map<string, OfferFacts> {
  if (offers.size <= 2 * ENDED_KEPT) return offers;
  // A map keeps the order in which offers became known, which is close to that of their ends.
  const ended = [...offers].filter(([, known]) => viewOf(known) === undefined);
  for (const [offerId] of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) {
    offers.delete(offerId);
  }
  return offers;
}
