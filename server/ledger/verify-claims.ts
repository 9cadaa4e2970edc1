/**
 * Invariant 4: every claim replayed, rep by rep in commit order. Was the rep in the offer, was the
 * instant inside the window, and did every limit hold over counters that are counted anew: from the
 * increments of the offers won before, and from the leads that came and went without a race? Claims and
 * those stream in order of their rep, so what is held is one rep's counters.
 */
import type { Auditor, Check, Finding } from './verify-check.ts';

/** The shapes of offers.limits and offers.increments, as this auditor reads them. */
interface Span {
  fromMs?: number;
  untilMs?: number;
  /** Only for the reps of these lanes; absent: for all. */
  lanes?: number[];
}
type StoredLimit = Span & {
  rule: string;
  terms: { counter: string; coefficient: number }[];
  max: number;
};
type StoredIncrement = Span & { counter: string; by: number };

/** A claim, or (`counter` is not null) what another fact adds to a counter. */
type FactRow = ClaimRow | { rep_id: string; counter: string; by: number };
interface ClaimRow {
  id: string;
  rep_id: string;
  counter: null;
  rep_num: number | null;
  offer_id: string;
  at: number;
  day: string;
}
interface OfferRow {
  closes_at: number;
  limits: string;
  increments: string;
}
interface LaneRow {
  lane: number;
  opens_at: number;
  /** JSON array of rep numbers; null: an admission of this very rep. */
  reps: string | null;
}

const MONDAY = (day: string) => `date(${day}, '-6 days', 'weekday 1')`;
/** Damaged data is a finding of others. */
const DATA = (key: string) => `json_extract(iif(json_valid(e.data), e.data, '{}'), '$.${key}')`;
const FINISHED = (stage: string) => `coalesce(${DATA(stage)} IN ('won', 'lost', 'disqualified'), 0)`;
const NAMED = (key: string) => `w.id = ${DATA(key)}`;
const counted = (by: string, counter: string, rest: string) =>
  `SELECT w.rep_id, e.seq, ${counter}, ${by}, NULL, NULL, NULL, NULL, NULL FROM events e ${rest}`;

/**
 * The claims of each rep and what else moved the rep's counters, in the order in which they were committed;
 * rows small enough to sort.
 */
const FACTS = `
  SELECT w.rep_id, (
    SELECT min(e.seq) FROM events e WHERE e.lead_id = w.lead_id AND e.offer_id = w.offer_id
      AND e.kind = 'lead.claimed' AND e.rep_id = w.rep_id AND e.at = w.started_at) AS seq,
    NULL AS counter, NULL AS "by", w.id AS id, (SELECT num FROM reps WHERE id = w.rep_id) AS rep_num,
    w.offer_id AS offer_id, w.started_at AS at, w.day AS day
  FROM ownerships w WHERE w.via = 'claim' AND w.offer_id IS NOT NULL
  UNION ALL ${counted('1', `'leads:open'`, `JOIN ownerships w ON ${NAMED('ownershipId')} WHERE e.kind = 'lead.assigned'`)}
  UNION ALL ${counted(
    '1',
    `iif(w.via = 'manager' OR w.method IS 'pool', 'manager', 'auto') || ':week:' || ${MONDAY('w.day')}`,
    `JOIN ownerships w ON ${NAMED('ownershipId')} WHERE e.kind = 'lead.assigned'`,
  )}
  UNION ALL ${counted('-1', `'leads:open'`, `JOIN ownerships w ON ${NAMED('endedOwnershipId')} WHERE e.kind = 'lead.assigned'`)}
  UNION ALL ${counted('-1', `'leads:open'`, `JOIN ownerships w ON ${NAMED('ownershipId')} WHERE e.kind = 'lead.released'`)}
  UNION ALL ${counted(
    '1',
    `iif(w.via = 'claim', l.temperature, 'auto') || 'Returned:week:' || ${MONDAY('w.day')}`,
    `JOIN ownerships w ON ${NAMED('ownershipId')} JOIN leads l ON l.id = w.lead_id
     WHERE e.kind = 'lead.released' AND w.via <> 'manager' AND w.method IS NOT 'pool' AND (w.via <> 'claim' OR l.temperature <> 'hot')`,
  )}
  UNION ALL ${counted(
    `${FINISHED('from')} - ${FINISHED('stage')}`,
    `'leads:open'`,
    `JOIN ownerships w ON ${NAMED('ownershipId')} WHERE e.kind = 'lead.stage'`,
  )}
  ORDER BY 1, 2, 8`;

/** Where the rep of a claim stood: its own admission first, then the lanes. */
const PLACES = `
  SELECT lane, opens_at, NULL AS reps FROM offer_admissions WHERE offer_id = ? AND rep_id = ?
  UNION ALL
  SELECT lane, opens_at, reps FROM offer_lanes WHERE offer_id = ?`;

const DAY_COUNTER = 'claims:day:';
const OPEN_LEADS = 'leads:open';

const NAMES = [
  'limitKept',
  'claimantInOffer',
  'claimInWindow',
  'claimCountedOnItsDay',
  'counterRecount',
  'offerReadable',
] as const;

function finding(name: (typeof NAMES)[number], detail: string): Finding {
  return { name, detail };
}

/** Null: damaged, which is a finding and no reason to stop. */
function arrayOf<T>(json: string): T[] | null {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? (value as T[]) : null;
  } catch {
    return null;
  }
}

function holds(span: Span, at: number, lane: number | null): boolean {
  if (span.fromMs !== undefined && at < span.fromMs) return false;
  if (span.untilMs !== undefined && at >= span.untilMs) return false;
  return span.lanes === undefined || (lane !== null && span.lanes.includes(lane));
}

/** The rep's lane, after checking that it was open to the rep at the instant of the claim. */
function* judgePlace(claim: ClaimRow, offer: OfferRow, places: LaneRow[]): Generator<Finding, number | null> {
  let lane: number | null = null;
  let opensAt = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const invited = place.reps === null ? [claim.rep_num] : arrayOf<number>(place.reps);
    if (invited === null) {
      yield finding('offerReadable', `lane ${place.lane} of offer ${claim.offer_id}`);
    } else if (invited.includes(claim.rep_num)) {
      lane ??= place.lane;
      opensAt = Math.min(opensAt, place.opens_at);
    }
  }
  const who = `claim ${claim.id} by ${claim.rep_id}`;
  if (lane === null) yield finding('claimantInOffer', `${who}, who is not in the offer`);
  else if (claim.at < opensAt || claim.at >= offer.closes_at) {
    const window = `open from ${opensAt} until ${offer.closes_at}`;
    yield finding('claimInWindow', `${who} at ${claim.at}, ${window}`);
  }
  return lane;
}

function* judgeLimits(
  claim: ClaimRow,
  lane: number | null,
  offer: OfferRow,
  counters: Map<string, number>,
): Iterable<Finding> {
  const limits = arrayOf<StoredLimit>(offer.limits);
  if (limits === null) yield finding('offerReadable', `limits of offer ${claim.offer_id}`);
  for (const limit of limits ?? []) {
    if (!holds(limit, claim.at, lane)) continue;
    let sum = 0;
    for (const term of limit.terms) sum += term.coefficient * (counters.get(term.counter) ?? 0);
    if (sum <= limit.max) continue;
    const detail = `claim ${claim.id} by ${claim.rep_id}: ${limit.rule}, ${sum} over ${limit.max}`;
    yield finding('limitKept', detail);
  }
}

function* count(
  claim: ClaimRow,
  lane: number | null,
  offer: OfferRow,
  counters: Map<string, number>,
): Iterable<Finding> {
  const increments = arrayOf<StoredIncrement>(offer.increments);
  if (increments === null) yield finding('offerReadable', `increments of offer ${claim.offer_id}`);
  // An offer of before the open leads were counted does not say so; the rep holds the lead all the same.
  add(counters, OPEN_LEADS, 1);
  for (const increment of increments ?? []) {
    if (!holds(increment, claim.at, lane)) continue;
    const { counter, by } = increment;
    if (counter !== OPEN_LEADS) add(counters, counter, by);
    if (counter.startsWith(DAY_COUNTER) && counter !== DAY_COUNTER + claim.day) {
      const detail = `claim ${claim.id} of ${claim.day} was counted as ${counter}`;
      yield finding('claimCountedOnItsDay', detail);
    }
  }
}

function add(counters: Map<string, number>, counter: string, by: number): void {
  counters.set(counter, (counters.get(counter) ?? 0) + by);
}

/** Every counter of the table and of the recount, where they differ. */
function* compare(
  repId: string,
  recount: Map<string, number>,
  stored: Iterable<{ name: string; value: number }>,
): Iterable<Finding> {
  const left = new Map(recount);
  for (const { name, value } of stored) {
    const counted = left.get(name) ?? 0;
    left.delete(name);
    if (value === counted) continue;
    yield finding('counterRecount', `${repId} ${name}: ${value}, recount ${counted}`);
  }
  for (const [name, counted] of left) {
    if (counted === 0) continue;
    yield finding('counterRecount', `${repId} ${name}: missing, recount ${counted}`);
  }
}

function* replay(sqlite: Auditor): Iterable<Finding> {
  const offerOf = sqlite.prepare<[string], OfferRow>('SELECT closes_at, limits, increments FROM offers WHERE id = ?');
  const placesOf = sqlite.prepare<[string, string, string], LaneRow>(PLACES);
  const countersOf = sqlite.prepare<[string], { name: string; value: number }>(
    'SELECT name, value FROM counters WHERE rep_id = ?',
  );
  let repId: string | null = null;
  let counters = new Map<string, number>();
  for (const fact of sqlite.prepare<[], FactRow>(FACTS).iterate()) {
    if (fact.rep_id !== repId) {
      if (repId !== null) yield* compare(repId, counters, countersOf.all(repId));
      repId = fact.rep_id;
      counters = new Map();
    }
    if (fact.counter !== null) {
      add(counters, fact.counter, fact.by);
      continue;
    }
    const offer = offerOf.get(fact.offer_id);
    if (offer === undefined) continue;
    const places = placesOf.all(fact.offer_id, fact.rep_id, fact.offer_id);
    const lane = yield* judgePlace(fact, offer, places);
    yield* judgeLimits(fact, lane, offer, counters);
    yield* count(fact, lane, offer, counters);
  }
  if (repId !== null) yield* compare(repId, counters, countersOf.all(repId));
  const idle = sqlite.prepare<[], { rep_id: string; name: string; value: number }>(
    `SELECT rep_id, name, value FROM counters c WHERE value <> 0 AND NOT EXISTS (
       SELECT 1 FROM ownerships w WHERE w.rep_id = c.rep_id)`,
  );
  for (const row of idle.iterate()) yield* compare(row.rep_id, new Map(), [row]);
}

export const claimReplayChecks: Check[] = [{ invariant: 4, names: NAMES, find: replay }];
