/**
 * The offers that are open now, as the deciding process knows them: what snapshots are made of, whom
 * an alert goes to, which lanes still wait. Changed only by what the ledger has committed, in commit
 * order and in the turn in which the commit is known, so that `upTo` never runs ahead of the content.
 */
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import type { Increment, Limit } from '../claims/arbiter.ts';
import { RecentMap } from '../kernel/recent-map.ts';
import type { BlindFact } from '../policy/policy-rules.ts';
import type { BlindFacts } from './blind-rules.ts';
import { createWaitingLanes, type WaitingGroup } from './waiting-lanes.ts';

export interface OpenLane {
  lane: number;
  opensAtMs: number;
  /** Null until the lane's alert is on disk and out. */
  sentAtMs: number | null;
  /** The `id` under which the lane was alerted; null until then. */
  seq: number | null;
  /** In the order in which they are alerted. */
  repIds: string[];
  tiers: number[];
}

export interface OpenAdmission {
  lane: number;
  opensAtMs: number;
  sentAtMs: number | null;
  seq: number;
}

export interface OfferFacts {
  company: { name: string; size: number | null };
  contact: { title: string | null };
  source: string;
  score: number;
  temperature: 'hot' | 'warm' | 'cold';
}

export interface OpenOffer {
  /** What a blind offer shows instead of `facts`; null: it is not blind. */
  blind: BlindFact[] | null;
  /** What it may show. */
  blindFacts: BlindFacts;
  offerId: string;
  leadId: string;
  openedSeq: number;
  openedAtMs: number;
  closesAtMs: number;
  clearMs: number;
  pool: 'premium' | 'standard' | 'cohort';
  policyVersion: number;
  /** The routing rule it was opened by, null: none; which of the rule's steps; whether anybody is alerted. */
  rule: string | null;
  ruleStep: number;
  method: 'race' | 'queue' | 'pool';
  /** The team pool that it is in (DIST-08); null: in none. */
  teamPool: string | null;
  facts: OfferFacts;
  /** The whole lead for its winner, as it was just taken in; null: only the file has it. */
  lead: LeadView | null;
  limits: Limit[];
  increments: Increment[];
  attemptRate: { perSecond: number; perMinute: number } | null;
  lanes: OpenLane[];
  admissions: Map<string, OpenAdmission>;
}

/** Where one rep stands in an offer. */
export interface OwnPlace {
  lane: number;
  opensAtMs: number;
  sentAtMs: number | null;
  seq: number | null;
}

export interface EndedOffer {
  atMs: number;
  /** The rules it was opened with. */
  policyVersion: number;
}

export interface OpenOffers {
  add(offer: OpenOffer, seq: number): void;
  get(offerId: string): OpenOffer | undefined;
  ofLead(leadId: string): OpenOffer | undefined;
  all(): IterableIterator<OpenOffer>;
  /** The offers this rep is in, whether its lane is open or not. */
  ofRep(repId: string): OpenOffer[];
  /** Those of them in which a lane waits, grouped. */
  waitingOf(repId: string): WaitingGroup[];
  admit(offerId: string, repId: string, admission: OpenAdmission): void;
  /** A lane's alert is on disk. */
  laneOpened(offer: OpenOffer, lane: OpenLane, opened: { opensAtMs: number; sentAtMs: number; seq: number }): void;
  /** Takes an ended offer off; answers it as it last stood. */
  remove(offerId: string, seq: number, atMs: number): OpenOffer | undefined;
  /** An offer that ended lately; undefined: it is open, or nobody remembers it here. */
  ended(offerId: string): EndedOffer | undefined;
  /** Notes the seq of a fact that changed an offer in place. */
  note(seq: number): void;
  /** The last seq whose effect is in here. */
  upTo(): number;
  size(): number;
}

/** The rep's own admission, or else its lane; null: not in this offer. */
export function placeOf(offer: OpenOffer, repId: string): OwnPlace | null {
  const admission = offer.admissions.get(repId);
  if (admission !== undefined) return admission;
  return offer.lanes.find((lane) => lane.repIds.includes(repId)) ?? null;
}

/** The reps of one lane, those who were admitted to it since among them, each once. */
export function repsOfLane(offer: OpenOffer, lane: number): string[] {
  const admitted = [...offer.admissions].filter(([, admission]) => admission.lane === lane);
  return [...new Set([...(offer.lanes[lane]?.repIds ?? []), ...admitted.map(([repId]) => repId)])];
}

/** Everyone in the offer, in alert order, each once: no rep is in two lanes, but one may be admitted to another. */
export function everyoneIn(offer: OpenOffer): readonly string[] {
  const [only] = offer.lanes;
  if (offer.admissions.size === 0) {
    return offer.lanes.length === 1 && only !== undefined ? only.repIds : offer.lanes.flatMap((lane) => lane.repIds);
  }
  return [...new Set([...offer.lanes.flatMap((lane) => lane.repIds), ...offer.admissions.keys()])];
}

/** Ended offers whose late losers are told, and go on record, without the file; at most twice as many. */
const ENDED_REMEMBERED = 10_000;

export function createOpenOffers(): OpenOffers {
  const offers = new Map<string, OpenOffer>();
  const byLead = new Map<string, string>();
  const byRep = new Map<string, Set<string>>();
  const waiting = createWaitingLanes();
  const ended = new RecentMap<EndedOffer>(ENDED_REMEMBERED);
  let lastSeq = 0;

  const note = (seq: number) => {
    lastSeq = Math.max(lastSeq, seq);
  };
  const index = (repId: string, offerId: string) => {
    const held = byRep.get(repId);
    if (held === undefined) byRep.set(repId, new Set([offerId]));
    else held.add(offerId);
  };

  return {
    add(offer, seq) {
      offers.set(offer.offerId, offer);
      byLead.set(offer.leadId, offer.offerId);
      for (const repId of everyoneIn(offer)) index(repId, offer.offerId);
      waiting.note(offer, true);
      note(seq);
    },
    get: (offerId) => offers.get(offerId),
    ofLead: (leadId) => offers.get(byLead.get(leadId) ?? ''),
    all: () => offers.values(),
    ofRep: (repId) => [...(byRep.get(repId) ?? [])].map((id) => offers.get(id)).filter((offer) => offer !== undefined),
    waitingOf: waiting.groupsOf,
    admit(offerId, repId, admission) {
      const offer = offers.get(offerId);
      offer?.admissions.set(repId, admission);
      index(repId, offerId);
      if (offer !== undefined) waiting.note(offer, true);
      note(admission.seq);
    },
    laneOpened(offer, lane, opened) {
      Object.assign(lane, opened);
      if (offers.get(offer.offerId) === offer) waiting.note(offer, true);
      note(opened.seq);
    },
    remove(offerId, seq, atMs) {
      note(seq);
      const offer = offers.get(offerId);
      if (offer === undefined) return undefined;
      offers.delete(offerId);
      waiting.note(offer, false);
      ended.set(offerId, { atMs, policyVersion: offer.policyVersion });
      if (byLead.get(offer.leadId) === offerId) byLead.delete(offer.leadId);
      for (const repId of everyoneIn(offer)) byRep.get(repId)?.delete(offerId);
      return offer;
    },
    ended: (offerId) => ended.get(offerId),
    note,
    upTo: () => lastSeq,
    size: () => offers.size,
  };
}
