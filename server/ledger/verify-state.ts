/** Boards against the record (6), every lead in its place (7), timers and their effects (8). */
import { type Check, rule } from './verify-check.ts';

/** What each fact is worth to a rep's local day, a row a fact. */
const WORTH = `
  SELECT rep_id, day, 0 AS points, 1 AS claims,
    coalesce(claim_speed_ms, 0) AS speed_ms, claim_speed_ms IS NOT NULL AS speed_count,
    opportunity_at IS NOT NULL OR won_at IS NOT NULL AS converted,
    0 AS opportunities, 0 AS revenue, 0 AS response_ms, 0 AS response_count
  FROM ownerships WHERE end_reason IS NULL AND via = 'claim'
  UNION ALL
  SELECT rep_id, opportunity_day, 0, 0, 0, 0, 0, 1, 0, 0, 0
  FROM ownerships WHERE end_reason IS NULL AND opportunity_at IS NOT NULL
  UNION ALL
  SELECT rep_id, won_day, 0, 0, 0, 0, 0, 0, coalesce(revenue, 0), 0, 0
  FROM ownerships WHERE end_reason IS NULL AND won_at IS NOT NULL
  UNION ALL
  SELECT rep_id, first_contact_day, 0, 0, 0, 0, 0, 0, 0, first_contact_at - started_at, 1
  FROM ownerships WHERE end_reason IS NULL AND first_contact_at IS NOT NULL AND method IS NOT 'pool'
  UNION ALL
  SELECT rep_id, day, points, 0, 0, 0, 0, 0, 0, 0, 0 FROM point_entries`;

const SUMS = [
  'points',
  'claims',
  'speed_ms',
  'speed_count',
  'converted',
  'opportunities',
  'revenue',
  'response_ms',
  'response_count',
];

/** Each board metric and the sums it is made of. */
const METRICS = {
  boardPoints: ['points'],
  boardClaims: ['claims'],
  boardSpeed: ['speed_ms', 'speed_count'],
  boardConverted: ['converted'],
  boardOpportunities: ['opportunities'],
  boardRevenue: ['revenue'],
  boardResponse: ['response_ms', 'response_count'],
};

/** The pairs of (stored, recounted) of one rep and day, side by side. */
const COMPARED = `
  SELECT coalesce(d.rep_id, r.rep_id) AS rep_id, coalesce(d.day, r.day) AS day,
    ${SUMS.map((sum) => `coalesce(d.${sum}, 0) AS ${sum}, coalesce(r.${sum}, 0) AS true_${sum}`).join(', ')}
  FROM rep_days d FULL JOIN (
    SELECT rep_id, day, ${SUMS.map((sum) => `sum(${sum}) AS ${sum}`).join(', ')}
    FROM (${WORTH}) GROUP BY rep_id, day
  ) r ON r.rep_id = d.rep_id AND r.day IS d.day`;

/** A day that a sum is booked on is the day that the fact's own event names. */
const DAYS = `
  SELECT 'ownership ' || w.id || ' starts on ' || w.day AS detail FROM ownerships w
  WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.lead_id = w.lead_id
    AND e.kind IN ('lead.claimed', 'lead.assigned') AND e.rep_id = w.rep_id
    AND e.data ->> 'ownershipId' = w.id AND e.data ->> 'day' = w.day)
  UNION ALL
  SELECT 'ownership ' || w.id || ' has its first contact on ' || coalesce(w.first_contact_day, 'no day')
  FROM ownerships w WHERE w.first_contact_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.lead_id = w.lead_id AND e.kind = 'lead.contacted'
      AND e.rep_id = w.rep_id AND e.data ->> 'day' = w.first_contact_day)
  UNION ALL
  SELECT 'ownership ' || w.id || ' is an opportunity on ' || coalesce(w.opportunity_day, 'no day')
  FROM ownerships w WHERE w.opportunity_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.lead_id = w.lead_id AND e.kind = 'lead.stage'
      AND e.at = w.opportunity_at AND e.data ->> 'day' = w.opportunity_day)
  UNION ALL
  SELECT 'ownership ' || w.id || ' is won on ' || coalesce(w.won_day, 'no day')
  FROM ownerships w WHERE w.won_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.lead_id = w.lead_id AND e.kind = 'lead.stage'
      AND e.at = w.won_at AND e.data ->> 'day' = w.won_day)
  UNION ALL
  SELECT 'entry ' || p.id || ' is paid on ' || p.day
  FROM point_entries p JOIN events e ON e.seq = p.event_seq
  WHERE p.reverses IS NULL AND e.data ->> 'day' IS NOT NULL AND e.data ->> 'day' <> p.day`;

export const boardChecks: Check[] = [
  {
    invariant: 6,
    names: Object.keys(METRICS) as [string, ...string[]],
    *find(sqlite) {
      const metrics = Object.entries(METRICS);
      for (const row of sqlite.prepare<[], Record<string, unknown>>(COMPARED).iterate()) {
        for (const [name, sums] of metrics) {
          const wrong = sums.filter((sum) => row[sum] !== row[`true_${sum}`]);
          if (wrong.length === 0) continue;
          const told = wrong.map((sum) => `${sum} ${row[sum]}, recount ${row[`true_${sum}`]}`);
          yield { name, detail: `${row.rep_id} on ${row.day}: ${told.join(', ')}` };
        }
      }
    },
  },
  rule(6, 'dayOnRecord', DAYS),
];

/** How many of something a lead has, beside the lead. */
const OPEN_OFFERS = `(SELECT count(*) FROM offers f WHERE f.lead_id = l.id AND f.state = 'open')`;
const LIVE_OWNERS = `(SELECT count(*) FROM ownerships w WHERE w.lead_id = l.id AND w.ended_at IS NULL)`;
const ROUTE_TIMERS = `(SELECT count(*) FROM deadlines t WHERE t.lead_id = l.id AND t.kind = 'routeAgain')`;

/** The lead's stage is one after which nothing is owed. */
const FINAL = `(coalesce(l.stage, '') IN ('won', 'lost', 'disqualified'))`;

function place(name: string, status: string, wrong: string): Check {
  return rule(
    7,
    name,
    `SELECT 'lead ' || l.id || ' (${status}): ' || ${OPEN_OFFERS} || ' open offers, ' || ${LIVE_OWNERS}
       || ' live owners, ' || ${ROUTE_TIMERS} || ' timers, stage ' || coalesce(l.stage, 'none')
     FROM leads l WHERE l.status = '${status}' AND (${wrong})`,
  );
}

export const leadChecks: Check[] = [
  rule(
    7,
    'leadAccepted',
    `SELECT 'lead ' || l.id || ' has not one lead.accepted event' FROM leads l
     WHERE 1 <> (SELECT count(*) FROM events e WHERE e.lead_id = l.id AND e.kind = 'lead.accepted')`,
  ),
  rule(
    7,
    'acceptedLeadExists',
    `SELECT 'lead ' || coalesce(e.lead_id, '?') || ' was accepted (event ' || e.seq || ') and is not there'
     FROM events e WHERE e.kind = 'lead.accepted'
       AND NOT EXISTS (SELECT 1 FROM leads l WHERE l.id = e.lead_id)`,
  ),
  rule(
    7,
    'leadStatusKnown',
    `SELECT 'lead ' || id || ' is ' || status FROM leads
     WHERE status NOT IN ('waiting', 'offered', 'owned', 'finished')`,
  ),
  place('leadOffered', 'offered', `${OPEN_OFFERS} <> 1 OR ${LIVE_OWNERS} <> 0`),
  place('leadOwned', 'owned', `${LIVE_OWNERS} <> 1 OR ${OPEN_OFFERS} <> 0 OR ${FINAL}`),
  place('leadWaiting', 'waiting', `${ROUTE_TIMERS} = 0 OR ${LIVE_OWNERS} <> 0 OR ${OPEN_OFFERS} <> 0`),
  place('leadFinished', 'finished', `NOT ${FINAL} OR ${OPEN_OFFERS} <> 0`),
  rule(
    7,
    'offerExpires',
    `SELECT 'open offer ' || f.id || ' has no expiry timer of its own' FROM offers f
     WHERE f.state = 'open' AND 1 <> (
       SELECT count(*) FROM deadlines t WHERE t.offer_id = f.id AND t.kind = 'offerExpires')`,
  ),
  rule(
    7,
    'laneOpens',
    `SELECT 'lane ' || n.lane || ' of open offer ' || n.offer_id || ' has no timer'
     FROM offers f JOIN offer_lanes n ON n.offer_id = f.id
     WHERE f.state = 'open' AND n.sent_at IS NULL AND NOT EXISTS (
       SELECT 1 FROM deadlines t
       WHERE t.offer_id = n.offer_id AND t.lane = n.lane AND t.kind = 'laneOpens')`,
  ),
];

export const timerChecks: Check[] = [
  rule(
    8,
    'oneEffect',
    `SELECT 'timer ' || deadline_id || ' had ' || count(*) || ' effects'
     FROM events WHERE deadline_id IS NOT NULL GROUP BY deadline_id HAVING count(*) > 1`,
  ),
  rule(
    8,
    'firedTimerGone',
    `SELECT 'timer ' || t.id || ' is owed and had its effect' FROM deadlines t
     WHERE EXISTS (SELECT 1 FROM events e WHERE e.deadline_id = t.id)`,
  ),
];
