/**
 * A small database that keeps every invariant, written row by row with SQL of its own, so that the
 * auditor is tested against neither the code that writes rows nor itself.
 *
 * Reps 1 and 2. Lead 1: won by rep 1, contacted, an opportunity. Lead 2: won by rep 2, released,
 * offered again with a second lane to come. Lead 3: waiting. Lead 4: won by rep 1, closed. Lead 5:
 * assigned to rep 2 by a manager. And rep 2 has helped rep 1.
 */
import { migrateFile } from '../../server/platform/migrate.ts';
import { openWriter } from '../../server/platform/sqlite.ts';

const DAY = '2026-11-23';

/** A cap of two claims on the day: one before this may stand. */
const LIMITS = JSON.stringify([
  { rule: 'dailyCap', terms: [{ counter: `claims:day:${DAY}`, coefficient: 1 }], max: 1 },
  {
    rule: 'dailyCap',
    terms: [{ counter: `claims:day:${DAY}`, coefficient: 1 }],
    max: -1,
    untilMs: 5,
  },
]);
const INCREMENTS = JSON.stringify([
  { counter: `claims:day:${DAY}`, by: 1, untilMs: 90_000 },
  { counter: 'claims:day:2026-11-24', by: 1, fromMs: 90_000 },
]);

function leads(): string {
  const row = (n: number, status: string, stage: string | null) =>
    `('l${n}', 'src', 'web', 'PT ${n}', 50, 'warm', 'standard', '${status}', ${stage === null ? 'NULL' : `'${stage}'`}, ${n})`;
  return `INSERT INTO leads
    (id, source_id, source, company_name, score, temperature, pool, status, stage, accepted_at) VALUES
    ${[
      row(1, 'owned', 'opportunity'),
      row(2, 'offered', null),
      row(3, 'waiting', null),
      row(4, 'finished', 'won'),
      row(5, 'owned', null),
    ].join(',')};
  INSERT INTO deadlines (id, kind, due_at, lead_id, offer_id, lane) VALUES
    ('dl_route3', 'routeAgain', 9000, 'l3', NULL, NULL),
    ('dl_expire3', 'offerExpires', 90000, 'l2', 'o3', NULL),
    ('dl_lane3', 'laneOpens', 60000, 'l2', 'o3', 1);`;
}

function offers(): string {
  const row = (id: string, lead: string, state: string, opened: number, closes: number) =>
    `('${id}', '${lead}', '${state}', 'standard', 1, ${opened}, ${closes}, 1000, '${LIMITS}', '${INCREMENTS}')`;
  return `INSERT INTO offers
    (id, lead_id, state, pool, policy_version, opened_at, closes_at, clear_ms, limits, increments) VALUES
    ${[
      row('o1', 'l1', 'claimed', 1000, 2000),
      row('o2', 'l2', 'claimed', 1000, 2000),
      row('o3', 'l2', 'open', 50_000, 90_000),
      row('o4', 'l4', 'claimed', 3000, 4000),
    ].join(',')};
  INSERT INTO offer_lanes (offer_id, lane, opens_at, sent_at, reps) VALUES
    ('o1', 0, 1000, 1000, '[1,2]'), ('o2', 0, 1000, 1000, '[2]'), ('o2', 1, 1500, NULL, '[1]'),
    ('o3', 0, 50000, 50000, '[2]'), ('o3', 1, 60000, NULL, '[1]'), ('o4', 0, 3000, 3000, '[2]');
  INSERT INTO offer_admissions (offer_id, rep_id, lane, opens_at, sent_at) VALUES ('o4', 'r1', 0, 3100, 3100);
  INSERT INTO race_notes (offer_id, part, notes) VALUES
    ('o1', 0, '{"attempts":[{"n":1,"repId":"r1","atMs":1100,"verdict":"won"},
      {"n":2,"repId":"r2","atMs":1105,"verdict":"lost","winnerId":"r1","byMs":5}],"receipts":[]}'),
    ('o2', 0, '{"attempts":[{"n":1,"repNum":2,"atMs":1200,"verdict":"won"},
      {"n":2,"repNum":1,"atMs":1210,"verdict":"early"}]}'),
    ('o3', 0, '{}');`;
}

function ownerships(): string {
  return `INSERT INTO ownerships (id, lead_id, rep_id, via, offer_id, started_at, day, claim_speed_ms,
    first_contact_due_at, first_contact_at, first_contact_day, opportunity_at, opportunity_day,
    won_at, won_day, revenue, ended_at, end_reason) VALUES
    ('o1', 'l1', 'r1', 'claim', 'o1', 1100, '${DAY}', 100, 9000, 5000, '${DAY}', 6000, '${DAY}', NULL, NULL, NULL, NULL, NULL),
    ('o2', 'l2', 'r2', 'claim', 'o2', 1200, '${DAY}', 200, 9000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 40000, 'released'),
    ('o4', 'l4', 'r1', 'claim', 'o4', 3200, '${DAY}', 100, 9000, NULL, NULL, NULL, NULL, 7000, '2026-11-24', 500, NULL, NULL),
    ('own5', 'l5', 'r2', 'manager', NULL, 8000, '${DAY}', NULL, 9000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO counters (rep_id, name, value) VALUES
    ('r1', 'claims:day:${DAY}', 2), ('r2', 'claims:day:${DAY}', 1), ('r2', 'claims:day:2026-11-22', 0),
    ('r1', 'leads:open', 1), ('r2', 'leads:open', 1), ('r2', 'manager:week:${DAY}', 1), ('r2', 'warmReturned:week:${DAY}', 1);`;
}

function events(): string {
  const row = (
    seq: number,
    at: number,
    kind: string,
    [lead, offer, rep]: (string | null)[],
    data: object,
    timer: string | null = null,
  ) => {
    const ids = [lead, offer, rep].map((id) => (id ? `'${id}'` : 'NULL')).join(', ');
    return `(${seq}, ${at}, '${kind}', ${ids}, 'system', '${JSON.stringify(data)}', ${timer === null ? 'NULL' : `'${timer}'`})`;
  };
  const accepted = [1, 2, 3, 4, 5].map((n) => row(n, n, 'lead.accepted', [`l${n}`, null, null], {}));
  return `INSERT INTO events (seq, at, kind, lead_id, offer_id, rep_id, actor, data, deadline_id) VALUES
    ${[
      ...accepted,
      row(10, 1100, 'lead.claimed', ['l1', 'o1', 'r1'], { ownershipId: 'o1', day: DAY }),
      row(11, 1200, 'lead.claimed', ['l2', 'o2', 'r2'], { ownershipId: 'o2', day: DAY }),
      row(12, 3200, 'lead.claimed', ['l4', 'o4', 'r1'], { ownershipId: 'o4', day: DAY }),
      row(13, 5000, 'lead.contacted', ['l1', null, 'r1'], { ownershipId: 'o1', day: DAY }),
      row(14, 6000, 'lead.stage', ['l1', null, 'r1'], { ownershipId: 'o1', day: DAY }),
      row(15, 7000, 'lead.stage', ['l4', null, 'r1'], { ownershipId: 'o4', stage: 'won', day: '2026-11-24' }),
      row(16, 8000, 'lead.assigned', ['l5', null, 'r2'], { ownershipId: 'own5', day: DAY }),
      row(17, 8500, 'assist.confirmed', ['l1', null, 'r2'], { assistId: 'a1', day: DAY }),
      row(18, 40_000, 'lead.released', ['l2', 'o2', 'r2'], { ownershipId: 'o2', day: DAY }),
      row(20, 50_000, 'timer.fired', ['l2', null, null], {}, 'dl_route2'),
    ].join(',')};`;
}

function points(): string {
  return `INSERT INTO point_entries
    (id, event_seq, rule, rep_id, lead_id, ownership_id, points, at, day, reverses) VALUES
    (1, 10, 'claimWithin60s', 'r1', 'l1', 'o1', 5, 1100, '${DAY}', NULL),
    (2, 11, 'claimWithin60s', 'r2', 'l2', 'o2', 5, 1200, '${DAY}', NULL),
    (3, 13, 'contactWithin300s', 'r1', 'l1', 'o1', 3, 5000, '${DAY}', NULL),
    (4, 14, 'opportunity', 'r1', 'l1', 'o1', 20, 6000, '${DAY}', NULL),
    (5, 15, 'won', 'r1', 'l4', 'o4', 50, 7000, '2026-11-24', NULL),
    (6, 17, 'help', 'r2', 'l1', NULL, 2, 8500, '${DAY}', NULL),
    (7, 18, 'claimWithin60s', 'r2', 'l2', 'o2', -5, 40000, '${DAY}', 2);
  INSERT INTO rep_days (rep_id, day, points, claims, speed_ms, speed_count, converted, opportunities,
    revenue, response_ms, response_count) VALUES
    ('r1', '${DAY}', 28, 2, 200, 2, 2, 1, 0, 3900, 1),
    ('r1', '2026-11-24', 50, 0, 0, 0, 0, 0, 500, 0, 0),
    ('r2', '${DAY}', 2, 0, 0, 0, 0, 0, 0, 0, 0),
    ('r2', '2026-11-22', 0, 0, 0, 0, 0, 0, 0, 0, 0);`;
}

/** Writes it, and leaves one whole file without a log beside it, fit to be copied. */
export function writeSoundDatabase(file: string): void {
  migrateFile(file);
  const { sqlite } = openWriter(file);
  sqlite.exec(`INSERT INTO reps (num, id, name, email, tier, created_at) VALUES
    (1, 'r1', 'Ayu', 'ayu@example.com', 1, 0), (2, 'r2', 'Budi', 'budi@example.com', 2, 0);`);
  for (const rows of [leads(), offers(), ownerships(), events(), points()]) sqlite.exec(rows);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
}
