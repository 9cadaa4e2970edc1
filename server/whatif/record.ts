/**
 * What the file has on record of a span: which leads came, who reacted how fast to what, what owners did, and what
 * people changed by hand. Read once, into memory, before anything is tried.
 */
import type { PackedNotes } from '../claims/race-notes.ts';
import type { ScoredRow } from '../flow/intake.ts';
import type { LeadStage } from '../leads/leads-store.ts';
import type { RecordedMembers } from '../people/change-rules.ts';
import type { Connection } from '../platform/sqlite.ts';

/** One time that a lead was put up to a rep, and how often and when the rep tapped. */
export interface RecordedPlace {
  /** Since the rep's own alert; none: it never tapped. */
  taps: number[];
  /** How long after the own alert the offer was over: who had not tapped by then is slower than that. */
  openForMs: number;
  sentAtMs: number;
}

export interface RecordedOffer {
  leadId: string;
  /** The lead's first is 0. */
  nth: number;
  openedAtMs: number;
  pool: string;
  isBlind: boolean;
  lanes: { opensAtMs: number; tiers: string; reps: string[] }[];
  /** False: when the record was read it was still up, and more may have become of it. */
  isOver: boolean;
  winner: { repId: string; atMs: number } | null;
  /** By rep. */
  places: Map<string, RecordedPlace>;
}

export interface RecordedWork {
  kind: 'contact' | 'stage' | 'released';
  afterMs: number;
  stage?: LeadStage;
  revenue?: number;
}

export interface RecordedOwnership {
  leadId: string;
  nth: number;
  repId: string;
  /** By which rule's method it was given; null: claimed, or by a manager. */
  method: string | null;
  /** It went round because of a pause. */
  paused: 0 | 1;
  startedAtMs: number;
  works: RecordedWork[];
}

/** Done by hand, and done again at the same instant whatever the policy. */
export type ByHand =
  | { atMs: number; kind: 'rep'; repId: string; change: RepChanged }
  | { atMs: number; kind: 'assign'; leadId: string; repId: string }
  | { atMs: number; kind: 'pause'; team: string; days: number }
  | { atMs: number; kind: 'resume'; team: string };

type RepChanged = RecordedMembers & { active?: boolean; status?: 'ready' | 'break'; tier?: number };

/** What it asks for is routed on, and no part of its row. */
export type RecordedLead = ScoredRow & { interest: string | null };

export interface TheRecord {
  leads: RecordedLead[];
  offers: RecordedOffer[];
  ownerships: RecordedOwnership[];
  byHand: ByHand[];
}

interface Span {
  fromMs: number;
  untilMs: number;
}

export function readRecord({ sqlite }: Connection, { fromMs, untilMs }: Span): TheRecord {
  const all = <T>(sql: string, ...values: (string | number)[]) =>
    sqlite.prepare<(string | number)[], T>(sql).all(...values);
  const leads = all<RecordedLead>(LEADS, fromMs, untilMs);
  return {
    leads,
    offers: offersOf(all, { fromMs, untilMs }),
    ownerships: ownershipsOf(all, { fromMs, untilMs }),
    byHand: byHandOf(all, { fromMs, untilMs }),
  };
}

type All = <T>(sql: string, ...values: (string | number)[]) => T[];

/** In the order in which they were accepted. */
const LEADS = `SELECT id, source_id AS sourceId, external_id AS externalId, source, type, company_name AS companyName,
    company_size AS companySize, industry, country, region, contact_title AS contactTitle, deal_value AS dealValue,
    signals, score, temperature, pool, 'waiting' AS status, NULL AS stage, accepted_at AS acceptedAt,
    (SELECT json_extract(json, '$') FROM lead_private p WHERE p.lead_id = l.id AND p.item = 'interest') AS interest
  FROM leads l WHERE accepted_at >= ? AND accepted_at < ?
  ORDER BY (SELECT min(seq) FROM events e WHERE e.lead_id = l.id AND e.kind = 'lead.accepted')`;

/** Of the leads that were up, or came, in the span; in the order in which they were opened. */
const OFFERS = `SELECT o.id, o.lead_id AS leadId, o.opened_at AS openedAtMs, o.pool, o.closes_at AS closesAt,
    o.blind IS NOT NULL AS isBlind,
    o.ended_at AS endedAt, w.rep_id AS winnerId, w.started_at AS wonAt,
    (SELECT count(*) FROM offers p WHERE p.lead_id = o.lead_id AND p.rowid < o.rowid) AS nth
  FROM offers o LEFT JOIN ownerships w ON w.offer_id = o.id
  WHERE o.opened_at < ? AND coalesce(o.ended_at, o.closes_at) >= ? ORDER BY o.rowid`;

interface OfferOnFile {
  id: string;
  leadId: string;
  openedAtMs: number;
  pool: string;
  closesAt: number;
  isBlind: 0 | 1;
  endedAt: number | null;
  winnerId: string | null;
  wonAt: number | null;
  nth: number;
}

/** Of these verdicts the rep had seen the card and wanted the lead; an early tap is one on what is not open yet. */
const NO_REACTION = new Set(['early', 'retry']);

function offersOf(all: All, { fromMs, untilMs }: Span): RecordedOffer[] {
  const ids = new Map(all<{ num: number; id: string }>('SELECT num, id FROM reps').map(({ num, id }) => [num, id]));
  return all<OfferOnFile>(OFFERS, untilMs, fromMs).map((offer) => {
    const lanes = all<{ opensAt: number; sentAt: number | null; tiers: string; reps: string }>(
      'SELECT opens_at AS opensAt, sent_at AS sentAt, tiers, reps FROM offer_lanes WHERE offer_id = ? ORDER BY lane',
      offer.id,
    ).map((lane) => ({ ...lane, reps: (JSON.parse(lane.reps) as number[]).map((num) => ids.get(num) ?? '') }));
    const sent = new Map<string, number>();
    for (const { sentAt, reps } of lanes) for (const repId of reps) if (sentAt !== null) sent.set(repId, sentAt);
    const admitted = 'SELECT rep_id AS repId, sent_at AS sentAt FROM offer_admissions WHERE offer_id = ?';
    for (const { repId, sentAt } of all<{ repId: string; sentAt: number | null }>(admitted, offer.id)) {
      if (sentAt !== null) sent.set(repId, sentAt);
    }
    const { leadId, nth, openedAtMs, pool, winnerId, wonAt } = offer;
    return {
      leadId,
      nth,
      openedAtMs,
      pool,
      isBlind: offer.isBlind === 1,
      isOver: offer.endedAt !== null,
      lanes: lanes.map(({ opensAt, tiers, reps }) => ({ opensAtMs: opensAt, tiers, reps })),
      winner: winnerId === null || wonAt === null ? null : { repId: winnerId, atMs: wonAt },
      places: placesOf(offer, sent, tapsOf(all, offer)),
    };
  });
}

/** Rep → the instants of its taps, the winning one among them. */
function tapsOf(all: All, { id, winnerId, wonAt }: OfferOnFile): Map<string, number[]> {
  const taps = new Map<string, number[]>();
  const add = (repId: string, atMs: number) => taps.set(repId, [...(taps.get(repId) ?? []), atMs]);
  if (winnerId !== null && wonAt !== null) add(winnerId, wonAt);
  for (const { notes } of all<{ notes: string }>('SELECT notes FROM race_notes WHERE offer_id = ? ORDER BY part', id)) {
    for (const { repId, atMs, verdict } of (JSON.parse(notes) as PackedNotes).attempts) {
      if (NO_REACTION.has(verdict) || verdict === 'won') continue;
      // Of two in one millisecond the winner was first.
      add(repId, verdict === 'lost' && wonAt !== null ? Math.max(atMs, wonAt + 1) : atMs);
    }
  }
  return taps;
}

function placesOf(
  { closesAt, endedAt }: OfferOnFile,
  sent: ReadonlyMap<string, number>,
  taps: ReadonlyMap<string, number[]>,
): Map<string, RecordedPlace> {
  const place = ([repId, sentAtMs]: [string, number]): [string, RecordedPlace] => [
    repId,
    {
      sentAtMs,
      taps: (taps.get(repId) ?? []).map((atMs) => Math.max(0, atMs - sentAtMs)).sort((a, b) => a - b),
      openForMs: Math.max(0, (endedAt ?? closesAt) - sentAtMs),
    },
  ];
  return new Map([...sent].map(place));
}

function ownershipsOf(all: All, { fromMs, untilMs }: Span): RecordedOwnership[] {
  const rows = all<Omit<RecordedOwnership, 'works'> & { id: string }>(
    `SELECT id, lead_id AS leadId, rep_id AS repId, method, started_at AS startedAtMs,
       EXISTS (SELECT 1 FROM events e WHERE e.lead_id = o.lead_id AND e.kind = 'lead.assigned'
         AND json_extract(data, '$.ownershipId') = o.id AND json_extract(data, '$.paused')) AS paused,
       (SELECT count(*) FROM ownerships p WHERE p.lead_id = o.lead_id AND p.rowid < o.rowid) AS nth
     FROM ownerships o WHERE started_at < ? AND coalesce(ended_at, ?) >= ? ORDER BY rowid`,
    untilMs,
    untilMs,
    fromMs,
  );
  return rows.map(({ id, startedAtMs, ...row }) => ({
    ...row,
    startedAtMs,
    works: worksOf(all, id, row.leadId, startedAtMs),
  }));
}

function worksOf(all: All, ownershipId: string, leadId: string, startedAtMs: number): RecordedWork[] {
  const events = all<{ at: number; kind: string; stage: LeadStage | null; revenue: number | null }>(
    `SELECT at, kind, json_extract(data, '$.stage') AS stage, json_extract(data, '$.revenue') AS revenue
     FROM events WHERE lead_id = ? AND kind IN ('lead.contacted', 'lead.stage', 'lead.released')
       AND json_extract(data, '$.ownershipId') = ? ORDER BY seq`,
    leadId,
    ownershipId,
  );
  return events.map(({ at, kind, stage, revenue }) => ({
    kind: kind === 'lead.contacted' ? 'contact' : kind === 'lead.stage' ? 'stage' : 'released',
    afterMs: at - startedAtMs,
    ...(stage !== null && { stage }),
    ...(revenue !== null && { revenue }),
  }));
}

function byHandOf(all: All, span: Span): ByHand[] {
  const acts = [...changesOf(all, span), ...pausesOf(all, span)];
  const { fromMs, untilMs } = span;
  const assigned = `SELECT at, lead_id AS leadId, rep_id AS repId FROM events
    WHERE kind = 'lead.assigned' AND json_extract(data, '$.via') = 'manager' AND at >= ? AND at < ? ORDER BY seq`;
  for (const { at, ...who } of all<{ at: number; leadId: string; repId: string }>(assigned, fromMs, untilMs)) {
    acts.push({ atMs: at, kind: 'assign', ...who });
  }
  return acts.sort((a, b) => a.atMs - b.atMs);
}

/** What one call has changed of a rep comes again as one change. */
function changesOf(all: All, { fromMs, untilMs }: Span): ByHand[] {
  const changes = new Map<string, { atMs: number; repId: string; change: RepChanged }>();
  const add = (atMs: number, repId: string, change: RepChanged) => {
    const key = `${atMs} ${repId}`;
    changes.set(key, { atMs, repId, change: { ...changes.get(key)?.change, ...change } });
  };
  const people = all<{
    at: number;
    repId: string;
    active: number | null;
    status: 'ready' | 'break' | null;
    became: string;
  }>(
    `SELECT at, rep_id AS repId, json_extract(data, '$.active') AS active, json_extract(data, '$.status') AS status,
       coalesce(json_extract(data, '$.became'), '{}') AS became
     FROM events WHERE kind = 'people.changed' AND json_extract(data, '$.what') = 'rep' AND at >= ? AND at < ? ORDER BY seq`,
    fromMs,
    untilMs,
  );
  for (const { at, repId, active, status, became } of people) {
    // A new rep comes in without a word on either.
    const is = { active: active === null || active === 1, ...(status !== null && { status }) };
    add(at, repId, { ...is, ...(JSON.parse(became) as RecordedMembers) });
  }
  const tiers = `SELECT at, rep_id AS repId, tier FROM rep_tiers WHERE cause = 'byHand' AND at >= ? AND at < ? ORDER BY id`;
  for (const { at, repId, tier } of all<{ at: number; repId: string; tier: number }>(tiers, fromMs, untilMs)) {
    add(at, repId, { tier });
  }
  return [...changes.values()].map((one) => ({ kind: 'rep' as const, ...one }));
}

/** A pause that has run out ends by its timer, one that somebody ended ends again. */
function pausesOf(all: All, { fromMs, untilMs }: Span): ByHand[] {
  const began = all<{ atMs: number; team: string; days: number }>(
    `SELECT started_at AS atMs, team, (until_at - started_at) / 86400000.0 AS days
     FROM team_pauses WHERE started_at >= ? AND started_at < ?`,
    fromMs,
    untilMs,
  );
  const ended = all<{ atMs: number; team: string }>(
    `SELECT ended_at AS atMs, team FROM team_pauses WHERE ended_at >= ? AND ended_at < ? AND ended_by <> 'system'`,
    fromMs,
    untilMs,
  );
  return [
    ...began.map((one) => ({ kind: 'pause' as const, ...one })),
    ...ended.map((one) => ({ kind: 'resume' as const, ...one })),
  ];
}

/** Whether a change of a rep since then is on record without what it was before: from before this was recorded. */
export function hasUnknownChanges({ sqlite }: Connection, fromMs: number): boolean {
  const found = sqlite.prepare<[number], number>(
    `SELECT 1 FROM events WHERE kind = 'people.changed' AND json_extract(data, '$.what') = 'rep' AND at >= ?
       AND json_extract(data, '$.active') IS NOT NULL AND json_extract(data, '$.was') IS NULL LIMIT 1`,
  );
  return found.get(fromMs) !== undefined;
}
