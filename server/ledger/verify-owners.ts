/** Who owns what, by what right, who was told so (1, 2, 3), and what it paid (5). */
import { type Check, rule } from './verify-check.ts';

/** Attempts on record, with the rep by id however the note names it. */
const ATTEMPTS = `(
  SELECT n.offer_id,
    json_extract(a.value, '$.verdict') AS verdict,
    json_extract(a.value, '$.winnerId') AS winner_id,
    coalesce(json_extract(a.value, '$.repId'),
      (SELECT id FROM reps WHERE num = json_extract(a.value, '$.repNum'))) AS rep_id
  FROM race_notes n, json_each(
    CASE WHEN json_valid(n.notes) THEN n.notes ELSE '{}' END, '$.attempts') a)`;

export const ownershipChecks: Check[] = [
  rule(
    1,
    'oneLiveOwner',
    `SELECT 'lead ' || lead_id || ' has ' || count(*) || ' live owners'
     FROM ownerships WHERE ended_at IS NULL GROUP BY lead_id HAVING count(*) > 1`,
  ),
  rule(
    1,
    'oneClaimPerOffer',
    `SELECT 'offer ' || offer_id || ' was won ' || count(*) || ' times'
     FROM ownerships WHERE offer_id IS NOT NULL GROUP BY offer_id HAVING count(*) > 1`,
  ),
  rule(
    1,
    'claimedOfferHasClaim',
    `SELECT 'offer ' || f.id || ' is claimed by nobody' FROM offers f
     WHERE f.state = 'claimed'
       AND NOT EXISTS (SELECT 1 FROM ownerships w WHERE w.offer_id = f.id AND w.via = 'claim')`,
  ),
  rule(
    1,
    'claimHasClaimedOffer',
    `SELECT 'claim ' || w.id || ' of an offer that is ' || coalesce(f.state, 'not there')
     FROM ownerships w LEFT JOIN offers f ON f.id = w.offer_id AND f.lead_id = w.lead_id
     WHERE (w.via = 'claim' OR w.offer_id IS NOT NULL)
       AND (f.state IS NOT 'claimed' OR w.via <> 'claim')`,
  ),
  rule(
    1,
    'claimOnRecord',
    `SELECT 'claim ' || w.id || ' by ' || w.rep_id || ' has not one matching lead.claimed event'
     FROM ownerships w WHERE w.via = 'claim' AND 1 <> (
       SELECT count(*) FROM events e WHERE e.lead_id = w.lead_id AND e.offer_id = w.offer_id
         AND e.kind = 'lead.claimed' AND e.rep_id = w.rep_id AND e.at = w.started_at)`,
  ),
  rule(
    1,
    'claimEventHasClaim',
    `SELECT 'event ' || e.seq || ' tells of a claim that is not there' FROM events e
     WHERE e.kind = 'lead.claimed' AND NOT EXISTS (
       SELECT 1 FROM ownerships w WHERE w.lead_id = e.lead_id AND w.offer_id = e.offer_id)`,
  ),
  rule(
    1,
    'ownersInTurn',
    `SELECT 'lead ' || lead_id || ': ' || kind || ' (event ' || seq || ') after ' || coalesce(before, 'nothing')
     FROM (SELECT seq, lead_id, kind, data,
             lag(kind) OVER (PARTITION BY lead_id ORDER BY seq) AS before
           FROM events WHERE kind IN ('lead.claimed', 'lead.assigned', 'lead.released'))
     WHERE (kind = 'lead.claimed' AND coalesce(before, 'lead.released') <> 'lead.released')
        OR (kind = 'lead.released' AND coalesce(before, 'lead.released') = 'lead.released')`,
  ),
  rule(
    1,
    'poolNeverClaimed',
    `SELECT 'offer ' || f.id || ' of the team pool ' || f.team_pool || ' was claimed' FROM offers f
     WHERE f.team_pool IS NOT NULL AND (f.state = 'claimed'
       OR EXISTS (SELECT 1 FROM ownerships w WHERE w.offer_id = f.id))`,
  ),
  rule(
    1,
    'poolOwnerWorkedIt',
    `SELECT 'ownership ' || w.id || ' of a team pool began without work of its rep' FROM ownerships w
     WHERE w.method = 'pool' AND (
       NOT EXISTS (SELECT 1 FROM events e WHERE e.lead_id = w.lead_id AND e.kind IN ('lead.contacted', 'lead.stage')
         AND e.rep_id = w.rep_id AND e.at = w.started_at AND e.data ->> 'ownershipId' = w.id)
       OR NOT EXISTS (SELECT 1 FROM offers f WHERE f.lead_id = w.lead_id AND f.team_pool IS NOT NULL
         AND f.close_reason = 'assigned' AND f.ended_at = w.started_at))`,
  ),
  rule(
    1,
    'endHasReason',
    `SELECT 'ownership ' || id || ' has ended_at without end_reason or the reverse' FROM ownerships
     WHERE (ended_at IS NULL) <> (end_reason IS NULL)`,
  ),
  rule(
    3,
    'raceNotesReadable',
    `SELECT 'race notes of offer ' || offer_id || ', part ' || part FROM race_notes
     WHERE NOT json_valid(notes)`,
  ),
  rule(
    3,
    'loserToldWinner',
    `SELECT 'offer ' || a.offer_id || ': ' || coalesce(a.rep_id, 'a rep') || ' was told ' || a.winner_id
     FROM ${ATTEMPTS} a WHERE a.verdict = 'lost' AND a.winner_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM ownerships w WHERE w.offer_id = a.offer_id AND w.rep_id = a.winner_id)`,
  ),
  rule(
    2,
    'winnerHasClaim',
    `SELECT 'offer ' || a.offer_id || ': ' || a.rep_id || ' was told "won"'
     FROM ${ATTEMPTS} a WHERE a.verdict = 'won' AND a.rep_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM ownerships w WHERE w.offer_id = a.offer_id AND w.rep_id = a.rep_id)`,
  ),
];

/** Which facts earn which rule, and which take points back. */
const EARNS = `(
  (p.reverses IS NOT NULL AND e.kind IN ('lead.released', 'lead.assigned', 'lead.stage'))
  OR (p.reverses IS NULL AND (
    (p.rule = 'claimWithin60s' AND e.kind = 'lead.claimed')
    OR (p.rule = 'contactWithin300s' AND e.kind = 'lead.contacted')
    OR (p.rule IN ('opportunity', 'won') AND e.kind = 'lead.stage')
    OR (p.rule = 'help' AND e.kind = 'assist.confirmed'))))`;

/** Entry `p` is paid and was not taken back. */
const STANDS = `p.reverses IS NULL
  AND NOT EXISTS (SELECT 1 FROM point_entries later WHERE later.reverses = p.id)`;

export const pointChecks: Check[] = [
  rule(
    5,
    'pointsEarned',
    `SELECT 'entry ' || p.id || ' (' || p.rule || ') by event ' || p.event_seq || ', '
       || coalesce('a ' || e.kind, 'which is not there')
     FROM point_entries p LEFT JOIN events e ON e.seq = p.event_seq
     WHERE e.seq IS NULL OR NOT ${EARNS}`,
  ),
  rule(
    5,
    'pointsToEarner',
    `SELECT 'entry ' || p.id || ' pays ' || p.rep_id || ' for what ' || coalesce(e.rep_id, 'nobody') || ' did'
     FROM point_entries p JOIN events e ON e.seq = p.event_seq
     WHERE p.reverses IS NULL AND (e.rep_id IS NOT p.rep_id OR e.lead_id IS NOT p.lead_id)`,
  ),
  rule(
    5,
    'pointsOnce',
    `SELECT 'event ' || event_seq || ' pays ' || rule || ' ' || count(*) || ' times'
     FROM point_entries WHERE reverses IS NULL GROUP BY event_seq, rule HAVING count(*) > 1`,
  ),
  rule(
    5,
    'reversalNegates',
    `SELECT 'entry ' || p.id || ' takes back entry ' || p.reverses
     FROM point_entries p LEFT JOIN point_entries o ON o.id = p.reverses
     WHERE p.reverses IS NOT NULL AND (o.id IS NULL OR o.reverses IS NOT NULL OR o.id >= p.id
       OR o.points <> -p.points OR o.rep_id <> p.rep_id OR o.rule <> p.rule)`,
  ),
  rule(
    5,
    'reversedOnce',
    `SELECT 'entry ' || reverses || ' is taken back ' || count(*) || ' times'
     FROM point_entries WHERE reverses IS NOT NULL GROUP BY reverses HAVING count(*) > 1`,
  ),
  rule(
    5,
    'pointsOfEnded',
    `SELECT 'entry ' || p.id || ' stands though ownership ' || w.id || ' was ' || w.end_reason
     FROM point_entries p JOIN ownerships w ON w.id = p.ownership_id
     WHERE w.end_reason IN ('released', 'reassigned') AND ${STANDS}`,
  ),
  rule(
    5,
    'pointsOfCorrected',
    `SELECT 'entry ' || p.id || ' (' || p.rule || ') stands though the lead does not'
     FROM point_entries p JOIN ownerships w ON w.id = p.ownership_id
     WHERE ${STANDS} AND ((p.rule = 'opportunity' AND w.opportunity_at IS NULL)
       OR (p.rule = 'won' AND w.won_at IS NULL))`,
  ),
  rule(
    5,
    'onePerLeadAndRule',
    `SELECT 'lead ' || p.lead_id || ' pays ' || p.rule || ' ' || count(*) || ' times'
     FROM point_entries p WHERE p.ownership_id IS NOT NULL AND p.lead_id IS NOT NULL AND ${STANDS}
     GROUP BY p.lead_id, p.rule HAVING count(*) > 1`,
  ),
];
