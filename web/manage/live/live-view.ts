/** What the server tells of now, as `GET /v1/ops/…`, `/v1/safeguards` and `/v1/complaints` answer it. */
import type { Page } from '../desk.ts';
import type { RepView } from '../people/rep-view.ts';

type Temperature = 'hot' | 'warm' | 'cold';

/** A list with the server's time. */
export interface Told<T> extends Page<T> {
  asOf: string;
}

export interface OfferInFlight {
  offerId: string;
  leadId: string;
  company: string;
  temperature: Temperature;
  pool: string;
  blind: boolean;
  closesAt: string;
  reach: { reps: number; alerted: number; delivered: number; seen: number };
  lanes: { lane: number; opensAt: string; reps: number }[];
}

export interface OffersInFlight extends Told<OfferInFlight> {
  /** Of all pages. */
  open: number;
}

export interface Uncontacted {
  leadId: string;
  company: string | null;
  temperature: Temperature | null;
  repId: string;
  repName: string;
  startedAt: string;
  dueAt: string;
}

export interface Fired {
  rule: string;
  team: string | null;
  refusals: number;
  offers: number;
  reps: number;
  /** The newest of them. */
  leadIds: string[];
}

export interface Safeguards extends Page<Fired> {
  from: string;
  until: string;
}

export interface Queued {
  leadId: string;
  company: string;
  acceptedAt: string;
  reason: string;
  rule: string | null;
  leftOut: { reasons: Record<string, number> }[];
}

export interface Complaint {
  id: string;
  repName: string | null;
  category: string;
  leadId: string | null;
  at: string;
  text: string | null;
}

export interface Complaints extends Page<Complaint> {
  counts: { open: number; thisWeek: number; lastWeek: number };
}

/** A rep with how full it is (DASH-09). */
export type LiveRep = RepView & { openLeads: number; maxOpenLeads: number | null; awayUntil: string | null };

export type RepState = 'ready' | 'away' | 'onBreak' | 'offline';

/** What keeps a rep from a race that begins now; of several the one that it can lift last. */
export function stateOf({ awayUntil, status, online }: LiveRep): RepState {
  if (awayUntil !== null) return 'away';
  if (status === 'break') return 'onBreak';
  return online ? 'ready' : 'offline';
}
