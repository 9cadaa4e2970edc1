/**
 * What the record says that the current-state tables must hold: a pure fold, events in, rows out. One
 * lead's events are folded at a time, so that what is held is one lead and the sums of the reps.
 *
 * It uses the same pure rules as the transactions that wrote the events, and none of their stores:
 * `verify` is the auditor who shares nothing, this is the clerk who writes the books anew.
 */
import type { Increment } from '../claims/arbiter.ts';
import { gainsAt } from '../claims/limits.ts';
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { OPEN_LEADS } from '../distribution/counter-rules.ts';
import type { AdmissionRow, OfferRow } from '../distribution/offers-store.ts';
import { countedOfAssignment, countedOfEnd, countedOfStage, FINISHED } from '../flow/transactions/counting.ts';
import { stageChange, takesTurn } from '../flow/transactions/owning.ts';
import { contributionChange } from '../leaderboard/ownership-contribution.ts';
import type { LeadRow, LeadStage, LeadStatus } from '../leads/leads-store.ts';
import type { EventRow } from '../ledger/events-reader.ts';
import { stageEffects } from '../points/points-rules.ts';
import type { RepTotals } from './rebuild-totals.ts';

/** What only the offer's own row knows: no event repeats it, and nothing ever changes it. */
export type OpenedOffer = Pick<OfferRow, 'id' | 'increments'>;

export interface FoldedOffer extends Pick<OfferRow, 'id' | 'state' | 'closesAt' | 'closeReason' | 'endedAt'> {
  openedAt: number;
  /** Lanes that opened after the offer did. */
  lanesOpened: Map<number, { opensAt: number; sentAt: number }>;
  admissions: Map<string, AdmissionRow>;
}

export interface FoldedLead {
  leadId: string;
  temperature: LeadRow['temperature'];
  status: LeadStatus;
  stage: LeadStage | null;
  /** Of a waiting lead: when routing looks again. */
  waitsUntil: number | null;
  ownerships: Map<string, OwnershipRow>;
  offers: Map<string, FoldedOffer>;
}

/** The record says something that cannot be: an event without the fact that must come before it. */
export class RecordError extends Error {
  override name = 'RecordError';
  readonly code = 'recordUnsound';
}

type Data = Record<string, string | number | boolean | null>;

interface Step {
  lead: FoldedLead;
  event: EventRow;
  data: Data;
  totals: RepTotals;
  openedOffer(id: string): OpenedOffer | undefined;
}

/** Folds all events of one lead, in commit order; sums go into `totals`. */
export function foldLead(
  leadId: string,
  events: readonly EventRow[],
  totals: RepTotals,
  openedOffer: (id: string) => OpenedOffer | undefined,
): FoldedLead {
  const lead: FoldedLead = {
    leadId,
    temperature: 'hot',
    status: 'waiting',
    stage: null,
    waitsUntil: null,
    ownerships: new Map(),
    offers: new Map(),
  };
  for (const event of events) {
    const fold = FOLDS[event.kind];
    if (fold !== undefined) fold({ lead, event, data: dataOf(event), totals, openedOffer });
    else foldAssist(event, totals);
  }
  return lead;
}

/** Folds an event about help, with or without a lead; others are none of its business. */
export function foldAssist(event: EventRow, totals: RepTotals): void {
  if (event.kind !== 'assist.asked' && event.kind !== 'assist.confirmed') return;
  const { assistId, helpedId } = dataOf(event) as { assistId: string; helpedId?: string };
  if (event.kind === 'assist.asked') {
    const { leadId, at } = event;
    totals.assists.set(assistId, {
      id: assistId,
      helperId: event.repId ?? '',
      helpedId: helpedId ?? '',
      leadId,
      at,
      confirmedAt: null,
    });
    return;
  }
  const assist = totals.assists.get(assistId);
  if (assist === undefined) throw unsound(event, 'confirms an assist that nobody asked for');
  assist.confirmedAt = event.at;
}

/** A reversal counts on its own day, as every entry does. */
export function foldPoints(
  entryRow: { repId: string; day: string; at: number; points: number },
  totals: RepTotals,
): void {
  const { repId, day, at, points } = entryRow;
  totals.addDelta({ repId, day, at, points });
}

function dataOf(event: EventRow): Data {
  try {
    return JSON.parse(event.data) as Data;
  } catch {
    throw unsound(event, 'has data that is no JSON');
  }
}

function unsound(event: EventRow, what: string): RecordError {
  return new RecordError(`event ${event.seq} (${event.kind}) ${what}`);
}

const FOLDS: Record<string, ((step: Step) => void) | undefined> = {
  'lead.accepted'({ lead, data }) {
    lead.temperature = data.temperature as LeadRow['temperature'];
    wait(lead, data);
  },
  'timer.fired': ({ lead, data }) => wait(lead, data),
  'offer.opened': offerOpened,
  'offer.extended'(step) {
    offerOf(step).closesAt = step.data.closesAt as number;
  },
  'lane.opened'(step) {
    const { lane, opensAt } = step.data as { lane: number; opensAt: number };
    offerOf(step).lanesOpened.set(lane, { opensAt, sentAt: step.event.at });
  },
  'rep.admitted': repAdmitted,
  'offer.closed'(step) {
    endOffer(step, 'closed', step.data.reason as string);
    wait(step.lead, step.data);
  },
  'lead.claimed': leadClaimed,
  'lead.assigned': leadAssigned,
  'lead.released'(step) {
    const owner = ownershipOf(step, step.data.ownershipId as string);
    step.totals.count(countedOfEnd(owner, 'released', step.lead.temperature));
    changeOwnership(step, step.data.ownershipId as string, { endedAt: step.event.at, endReason: 'released' });
    step.lead.stage = null;
    wait(step.lead, step.data);
  },
  'lead.contacted'(step) {
    const { ownershipId, contactAt, day } = step.data as { ownershipId: string; contactAt: number; day: string };
    changeOwnership(step, ownershipId, { firstContactAt: contactAt, firstContactDay: day });
  },
  'lead.stage': stageMoved,
  'lead.activity': () => undefined,
  'lead.forgotten': () => undefined,
};

/** Waits until the data's time; without one, what follows in the same commit says where the lead is. */
function wait(lead: FoldedLead, data: Data): void {
  lead.status = 'waiting';
  lead.waitsUntil = (data.waitsUntil as number | null | undefined) ?? null;
}

function offerOpened({ lead, event, data }: Step): void {
  const id = event.offerId ?? '';
  lead.offers.set(id, {
    id,
    state: 'open',
    closesAt: data.closesAt as number,
    closeReason: null,
    endedAt: null,
    openedAt: event.at,
    lanesOpened: new Map(),
    admissions: new Map(),
  });
  lead.status = 'offered';
}

function offerOf({ lead, event }: Step): FoldedOffer {
  const offer = lead.offers.get(event.offerId ?? '');
  if (offer === undefined) throw unsound(event, 'names an offer that was not opened');
  return offer;
}

/** Let in twice (again after a break): the earlier opening and the first alert stand. */
function repAdmitted(step: Step): void {
  const { lane, opensAt, sentAt } = step.data as { lane: number; opensAt: number; sentAt: number | null };
  const offer = offerOf(step);
  const repId = step.event.repId ?? '';
  const before = offer.admissions.get(repId);
  if (before === undefined) offer.admissions.set(repId, { offerId: offer.id, repId, lane, opensAt, sentAt });
  else Object.assign(before, { opensAt: Math.min(before.opensAt, opensAt), sentAt: before.sentAt ?? sentAt });
}

function endOffer(step: Step, state: 'claimed' | 'closed', closeReason: string | null): void {
  Object.assign(offerOf(step), { state, closeReason, endedAt: step.event.at });
}

function begin(
  step: Step,
  ownership: Pick<OwnershipRow, 'id' | 'via' | 'day' | 'firstContactDueAt'> & Partial<OwnershipRow>,
): void {
  const { lead, event, totals } = step;
  const row: OwnershipRow = {
    leadId: lead.leadId,
    repId: event.repId ?? '',
    startedAt: event.at,
    method: null,
    rule: null,
    offerId: null,
    requestId: null,
    claimSpeedMs: null,
    firstContactAt: null,
    firstContactDay: null,
    opportunityDay: null,
    wonDay: null,
    opportunityAt: null,
    wonAt: null,
    revenue: null,
    endedAt: null,
    endReason: null,
    ...ownership,
  };
  lead.ownerships.set(row.id, row);
  lead.status = 'owned';
  for (const delta of contributionChange(null, row, event.at)) totals.addDelta(delta);
}

function leadClaimed(step: Step): void {
  const { event, data, totals } = step;
  const { ownershipId, requestId, lane, day, claimSpeedMs, firstContactDueAt } = data as {
    ownershipId: string;
    requestId: string;
    lane: number;
    day: string;
    claimSpeedMs: number | null;
    firstContactDueAt: number;
  };
  endOffer(step, 'claimed', null);
  begin(step, {
    id: ownershipId,
    via: 'claim',
    offerId: event.offerId,
    requestId,
    day,
    claimSpeedMs,
    firstContactDueAt,
  });
  const opened = step.openedOffer(event.offerId ?? '');
  const repId = event.repId ?? '';
  const gains = gainsAt(JSON.parse(opened?.increments ?? '[]') as Increment[], event.at, lane);
  // An offer of before the open leads were counted does not say so; the rep holds the lead all the same.
  totals.count([{ repId, counter: OPEN_LEADS, by: 1 }]);
  totals.count(
    gains.filter(({ counter }) => counter !== OPEN_LEADS).map(({ counter, by }) => ({ repId, counter, by })),
  );
}

function leadAssigned(step: Step): void {
  const { event, data, totals } = step;
  const { ownershipId, via, method, rule, day, endedOwnershipId, firstContactDueAt } = data as {
    ownershipId: string;
    via: 'manager' | 'rotation';
    method?: OwnershipRow['method'];
    rule?: string | null;
    day: string;
    endedOwnershipId: string | null;
    firstContactDueAt: number;
  };
  totals.count(countedOfAssignment({ repId: event.repId ?? '', via, method: method ?? null, day }));
  if (endedOwnershipId !== null) {
    totals.count(countedOfEnd(ownershipOf(step, endedOwnershipId), 'reassigned', step.lead.temperature));
    changeOwnership(step, endedOwnershipId, { endedAt: event.at, endReason: 'reassigned' });
  }
  begin(step, { id: ownershipId, via, method: method ?? null, rule: rule ?? null, day, firstContactDueAt });
  if (takesTurn(via, method ?? null))
    totals.lastAssignedAt.set(event.repId ?? '', Math.max(event.at, totals.lastAssignedAt.get(event.repId ?? '') ?? 0));
}

function stageMoved(step: Step): void {
  const { lead, event, data } = step;
  const { ownershipId, stage, day, revenue } = data as {
    /** Null: a member of a shared team pool moved it, and nobody owns it. */
    ownershipId: string | null;
    stage: LeadStage;
    day: string;
    revenue: number | null;
  };
  if (ownershipId === null) {
    lead.stage = stage;
    return;
  }
  const owner = ownershipOf(step, ownershipId);
  const from = { stage: lead.stage, opportunity: owner.opportunityAt !== null, won: owner.wonAt !== null };
  const effects = stageEffects(from, stage);
  if ('illegal' in effects) throw unsound(event, 'moves a lead to where it stands');
  step.totals.count(countedOfStage(owner.repId, lead.stage, stage));
  changeOwnership(step, ownershipId, stageChange(effects, { at: event.at, day, revenue }));
  lead.stage = stage;
  lead.status = FINISHED.has(stage) ? 'finished' : 'owned';
}

function ownershipOf({ lead, event }: Step, id: string): OwnershipRow {
  const ownership = lead.ownerships.get(id);
  if (ownership === undefined) throw unsound(event, `names an ownership that did not begin: ${id}`);
  return ownership;
}

function changeOwnership(step: Step, id: string, change: Partial<OwnershipRow>): void {
  const before = ownershipOf(step, id);
  const after = { ...before, ...change };
  step.lead.ownerships.set(id, after);
  for (const delta of contributionChange(before, after, step.event.at)) step.totals.addDelta(delta);
}
