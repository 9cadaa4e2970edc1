/** Each check fires on its own violation, alone; a sound file has none. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { writeSoundDatabase } from '../../test/support/sound-database.ts';
import { tempDatabaseFile } from '../../test/support/temp-database.ts';
import { migrateFile } from '../platform/migrate.ts';
import { openWriter } from '../platform/sqlite.ts';
import { CHECKS, type Progress, verifyFile } from './verify.ts';

/** Without the unique index that would stop the planting. */
const freely = (...indexes: string[]) => indexes.map((index) => `DROP INDEX ${index};`).join(' ');

/** Claims 'o4' under the given limits: rep 1's second of the day. */
const limited = (limits: string) => `UPDATE offers SET limits = '${limits}' WHERE id = 'o4'`;

/** One thing broken, for each name that a check may find. */
const PLANTED: Record<string, string> = {
  integrity: `PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, '''waiting''', '''owned''') WHERE name = 'leads_waiting'`,
  foreignKeys: `PRAGMA foreign_keys = OFF; CREATE TABLE parent (id integer PRIMARY KEY);
    CREATE TABLE child (parent REFERENCES parent); INSERT INTO child VALUES (7)`,
  oneLiveOwner: `${freely('ownerships_one_live')}
    UPDATE leads SET status = 'finished', stage = 'lost' WHERE id = 'l5';
    INSERT INTO ownerships (id, lead_id, rep_id, via, started_at, day, first_contact_due_at)
      VALUES ('own6', 'l5', 'r1', 'rotation', 8100, '2026-11-23', 9000);
    INSERT INTO events (at, kind, lead_id, rep_id, actor, data) VALUES
      (8100, 'lead.assigned', 'l5', 'r1', 'system', '{"ownershipId":"own6","day":"2026-11-23"}');
    UPDATE counters SET value = 2 WHERE rep_id = 'r1' AND name = 'leads:open';
    INSERT INTO counters VALUES ('r1', 'auto:week:2026-11-23', 1)`,
  oneClaimPerOffer: `${freely('ownerships_one_claim')}
    INSERT INTO ownerships (id, lead_id, rep_id, via, offer_id, started_at, day, first_contact_due_at, ended_at, end_reason)
      VALUES ('own6', 'l2', 'r2', 'claim', 'o2', 1300, '2026-11-23', 9000, 41000, 'released');
    INSERT INTO events (at, kind, lead_id, offer_id, rep_id, actor, data) VALUES
      (1300, 'lead.claimed', 'l2', 'o2', 'r2', 'system', '{"ownershipId":"own6","day":"2026-11-23"}'),
      (41000, 'lead.released', 'l2', 'o2', 'r2', 'system', '{}');
    UPDATE counters SET value = 2 WHERE rep_id = 'r2' AND name IN ('claims:day:2026-11-23', 'leads:open')`,
  claimedOfferHasClaim: `INSERT INTO offers (id, lead_id, state, pool, policy_version, opened_at, closes_at, clear_ms)
    VALUES ('o9', 'l3', 'claimed', 'standard', 1, 1, 2, 1)`,
  claimHasClaimedOffer: `UPDATE offers SET state = 'closed' WHERE id = 'o2'`,
  claimOnRecord: `UPDATE events SET at = 1101 WHERE seq = 10`,
  claimEventHasClaim: `INSERT INTO events (at, kind, lead_id, offer_id, rep_id, actor)
    VALUES (1, 'lead.claimed', 'l3', 'o3', 'r1', 'system')`,
  ownersInTurn: `INSERT INTO events (at, kind, lead_id, actor) VALUES (1, 'lead.released', 'l3', 'system')`,
  poolNeverClaimed: `UPDATE offers SET team_pool = 'SDR' WHERE id = 'o1'`,
  poolOwnerWorkedIt: `UPDATE ownerships SET method = 'pool' WHERE id = 'own5'`,
  endHasReason: `UPDATE ownerships SET end_reason = 'released' WHERE id = 'own5'`,
  winnerHasClaim: `UPDATE race_notes SET notes = '{"attempts":[{"repId":"r2","verdict":"won"}]}' WHERE offer_id = 'o1'`,
  raceNotesReadable: `UPDATE race_notes SET notes = '{"attem' WHERE offer_id = 'o1'`,
  loserToldWinner: `UPDATE race_notes SET notes = replace(notes, '"winnerId":"r1"', '"winnerId":"r2"')`,
  claimantInOffer: `UPDATE offer_lanes SET reps = '[2]' WHERE offer_id = 'o1'`,
  claimInWindow: `UPDATE offer_lanes SET opens_at = 1101 WHERE offer_id = 'o1'`,
  limitKept: limited('[{"rule":"dailyCap","terms":[{"counter":"claims:day:2026-11-23","coefficient":1}],"max":0}]'),
  claimCountedOnItsDay: `UPDATE offers SET increments = '[{"counter":"claims:day:2026-11-22","by":1}]' WHERE id = 'o2';
    UPDATE counters SET value = 0 WHERE rep_id = 'r2' AND name LIKE 'claims:%';
    UPDATE counters SET value = 1 WHERE rep_id = 'r2' AND name = 'claims:day:2026-11-22'`,
  offerReadable: `UPDATE offers SET limits = '[{' WHERE id = 'o1'`,
  counterRecount: `UPDATE counters SET value = 3 WHERE rep_id = 'r1'`,
  pointsEarned: `UPDATE point_entries SET rule = 'won' WHERE id = 6`,
  pointsToEarner: `UPDATE events SET lead_id = 'l2' WHERE seq = 17`,
  pointsOnce: `${freely('point_entries_once')}
    INSERT INTO point_entries (event_seq, rule, rep_id, lead_id, points, at, day)
      VALUES (17, 'help', 'r2', 'l1', 0, 8500, '2026-11-23')`,
  reversalNegates: `UPDATE point_entries SET points = -4 WHERE id = 7;
    UPDATE rep_days SET points = 3 WHERE rep_id = 'r2' AND points = 2`,
  reversedOnce: `${freely('point_entries_reversed_once', 'point_entries_once')}
    INSERT INTO point_entries (event_seq, rule, rep_id, lead_id, ownership_id, points, at, day, reverses)
      VALUES (18, 'claimWithin60s', 'r2', 'l2', 'o2', -5, 1, '2026-11-23', 2);
    UPDATE rep_days SET points = -3 WHERE rep_id = 'r2' AND points = 2`,
  pointsOfEnded: `DELETE FROM point_entries WHERE id = 7;
    UPDATE rep_days SET points = 7 WHERE rep_id = 'r2' AND points = 2`,
  pointsOfCorrected: `UPDATE ownerships SET opportunity_at = NULL, opportunity_day = NULL WHERE id = 'o1';
    UPDATE rep_days SET opportunities = 0, converted = 1 WHERE rep_id = 'r1' AND claims = 2`,
  onePerLeadAndRule: `INSERT INTO events (seq, at, kind, lead_id, rep_id, actor, data)
      VALUES (30, 6100, 'lead.contacted', 'l1', 'r1', 'system', '{"day":"2026-11-23"}');
    INSERT INTO point_entries (event_seq, rule, rep_id, lead_id, ownership_id, points, at, day)
      VALUES (30, 'contactWithin300s', 'r1', 'l1', 'o1', 0, 6100, '2026-11-23')`,
  boardPoints: `UPDATE rep_days SET points = points + 1 WHERE rep_id = 'r2' AND points = 2`,
  boardClaims: `UPDATE rep_days SET claims = 3 WHERE rep_id = 'r1' AND claims = 2`,
  boardSpeed: `UPDATE rep_days SET speed_count = 1 WHERE rep_id = 'r1' AND claims = 2`,
  boardConverted: `UPDATE rep_days SET converted = 1 WHERE rep_id = 'r1' AND claims = 2`,
  boardOpportunities: `UPDATE rep_days SET opportunities = 0 WHERE rep_id = 'r1' AND claims = 2`,
  boardRevenue: `UPDATE rep_days SET revenue = 499 WHERE revenue = 500`,
  boardResponse: `UPDATE rep_days SET response_ms = 1 WHERE rep_id = 'r1' AND claims = 2`,
  dayOnRecord: `UPDATE events SET data = replace(data, '2026-11-23', '2026-11-22') WHERE seq = 16`,
  leadAccepted: `DELETE FROM events WHERE seq = 3`,
  acceptedLeadExists: `INSERT INTO events (at, kind, lead_id, actor) VALUES (1, 'lead.accepted', 'l9', 'system')`,
  leadStatusKnown: `UPDATE leads SET status = 'nowhere' WHERE id = 'l3'`,
  leadOffered: `UPDATE offers SET state = 'closed' WHERE id = 'o3'`,
  leadOwned: `UPDATE leads SET status = 'owned' WHERE id = 'l3'`,
  leadWaiting: `DELETE FROM deadlines WHERE id = 'dl_route3'`,
  leadFinished: `UPDATE leads SET stage = 'qualified' WHERE id = 'l4'`,
  offerExpires: `DELETE FROM deadlines WHERE id = 'dl_expire3'`,
  laneOpens: `DELETE FROM deadlines WHERE id = 'dl_lane3'`,
  oneEffect: `${freely('events_deadline')}
    INSERT INTO events (at, kind, actor, deadline_id) VALUES (1, 'timer.fired', 'system', 'dl_route2')`,
  firedTimerGone: `INSERT INTO deadlines (id, kind, due_at) VALUES ('dl_route2', 'retention', 1)`,
};

/** Other ways to break the same rules. */
const ALSO: [string, string][] = [
  ['claimInWindow', `UPDATE offers SET closes_at = 1100 WHERE id = 'o1'`],
  ['claimInWindow', `UPDATE offer_admissions SET opens_at = 3201 WHERE offer_id = 'o4'`],
  ['offerReadable', `UPDATE offer_lanes SET reps = '[' WHERE offer_id = 'o2' AND lane = 1`],
  ['limitKept', limited('[{"rule":"x","terms":[],"max":-1,"lanes":[0]}]')],
  ['counterRecount', `DELETE FROM counters WHERE rep_id = 'r1'`],
  ['counterRecount', `INSERT INTO counters VALUES ('r3', 'claims:day:2026-11-23', 1)`],
  ['counterRecount', `UPDATE counters SET value = 2 WHERE rep_id = 'r1' AND name = 'leads:open'`],
  ['counterRecount', `DELETE FROM counters WHERE name = 'warmReturned:week:2026-11-23'`],
  ['counterRecount', `UPDATE ownerships SET via = 'rotation' WHERE id = 'own5'`],
  ['limitKept', limited('[{"rule":"maxOpenLeads","terms":[{"counter":"leads:open","coefficient":1}],"max":0}]')],
  ['pointsEarned', `UPDATE events SET kind = 'lead.activity' WHERE seq = 17`],
  ['boardPoints', `DELETE FROM rep_days WHERE rep_id = 'r2'`],
  ['boardClaims', `INSERT INTO rep_days (rep_id, day, claims) VALUES ('r3', '2026-11-23', 1)`],
  ['laneOpens', `UPDATE deadlines SET lane = 0 WHERE id = 'dl_lane3'`],
];

let folder: string;
let sound: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sambar-verify-'));
  sound = join(folder, 'sound.db');
  writeSoundDatabase(sound);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function broken(statements: string): string {
  const file = tempDatabaseFile();
  copyFileSync(sound, file);
  const { sqlite } = openWriter(file);
  sqlite.unsafeMode();
  sqlite.exec(statements);
  sqlite.close();
  return file;
}

const namesOf = (file: string) => verifyFile(file).violations.map((violation) => violation.name);

describe('a sound file', () => {
  test('has no violation, and says what was looked at', () => {
    expect(verifyFile(sound)).toEqual({
      ok: true,
      violations: [],
      counted: {
        leads: 5,
        offers: 4,
        claims: 3,
        ownerships: 4,
        events: 15,
        pointEntries: 7,
        repDays: 4,
        deadlines: 3,
        raceNotes: 3,
      },
    });
  });

  test('an empty one neither', () => {
    const file = tempDatabaseFile();
    migrateFile(file);
    expect(verifyFile(file)).toMatchObject({ ok: true, violations: [], counted: { leads: 0 } });
  });

  test('progress names every check once', () => {
    const seen: Progress[] = [];
    verifyFile(sound, (progress) => seen.push(progress));
    expect(seen.map((one) => one.done)).toEqual(CHECKS.map((_, place) => place));
    expect(new Set(seen.map((one) => one.name)).size).toBe(CHECKS.length);
  });

  test('beside a writer in the middle of a transaction, sees what is committed', () => {
    const file = broken('SELECT 1');
    const { sqlite } = openWriter(file);
    onTestFinished(() => void sqlite.close());
    sqlite.exec(`BEGIN IMMEDIATE; DELETE FROM events; DELETE FROM deadlines`);
    expect(verifyFile(file).ok).toBe(true);
  });
});

test('the auditor shares no code with what writes the rows', () => {
  const here = new URL('.', import.meta.url).pathname;
  const own = readdirSync(here).filter((name) => /^verify.*(?<!\.test)\.ts$/.test(name));
  expect(own).toContain('verify.ts');
  const imports = own.flatMap((name) => {
    const source = readFileSync(join(here, name), 'utf8');
    return [...source.matchAll(/^(?:import .*|} )from '([^']+)';$/gm)].map((match) => match[1]!);
  });
  const foreign = imports.filter((path) => !own.includes(path.replace('./', '')));
  expect([...new Set(foreign)]).toEqual(['../platform/sqlite.ts']);
});

describe('a violation', () => {
  test('is planted below for every name there is', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(CHECKS.flatMap((check) => check.names).sort());
  });

  test.each([...Object.entries(PLANTED), ...ALSO])('%s is found, and nothing else', (name, statements) => {
    expect(namesOf(broken(statements))).toEqual([name]);
  });

  test.each([
    ['another lane', '"lanes":[1]'],
    ['another time', '"untilMs":3200'],
    ['later', '"fromMs":3201'],
  ])('a limit of %s does not bind', (_, span) => {
    expect(namesOf(broken(limited(`[{"rule":"x","terms":[],"max":-1,${span}}]`)))).toEqual([]);
  });

  test('is counted whole and told in three cases', () => {
    const rows = Array.from({ length: 9 }, (_, n) => `(1, 'lead.accepted', 'x${n}', 'system')`);
    const file = broken(`INSERT INTO events (at, kind, lead_id, actor) VALUES ${rows.join(',')}`);
    const { ok, violations } = verifyFile(file);
    expect(ok).toBe(false);
    expect(violations).toMatchObject([{ invariant: 7, name: 'acceptedLeadExists', count: 9 }]);
    expect(violations[0]!.detail).toMatch(/x0.*x1.*x2.*; and 6 more$/);
  });

  test('damaged JSON in one place does not stop the other checks', () => {
    const file = broken(`UPDATE events SET data = '{' WHERE seq = 16; DELETE FROM events WHERE seq = 3`);
    const { violations } = verifyFile(file);
    expect(violations.map((one) => one.name)).toEqual(['counterRecount', 'dayOnRecord', 'leadAccepted']);
    expect(violations[1]!.detail).toMatch(/cannot be checked/);
  });
});
