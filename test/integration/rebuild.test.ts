/** Every table of current state is a fold of the record: after a history of everything that can happen. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { openReader, openWriter } from '../../server/platform/sqlite.ts';
import { type Rebuild, rebuild } from '../../server/rebuild/rebuild.ts';
import { runCli } from '../../tools/cli.ts';
import { startApp, type TestApp, type TestRep } from '../support/app.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

async function post(rep: TestRep, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await app.call('POST', path, { token: rep.token, body });
  expect([path, answer.status, answer.body.code]).toEqual([path, 201, undefined]);
  return answer.body;
}

async function claimedBy(rep: TestRep, leadId: string): Promise<string> {
  const answer = await app.claimOverHttp(rep.token, leadId, `tap-of-${rep.name}-on-${leadId}`);
  expect(answer.status).toBe(201);
  return leadId;
}

async function assigned(leadId: string, rep: TestRep): Promise<void> {
  const answer = await app.call('POST', `/v1/leads/${leadId}/assignments`, {
    body: { repId: rep.id, reason: 'knows them' },
  });
  expect(answer.status).toBe(201);
}

async function everyone(reps: TestRep[], status: 'ready' | 'break'): Promise<void> {
  for (const { id } of reps) await app.call('PATCH', `/v1/reps/${id}`, { body: { status } });
}

/** Claims, contact, stages and their corrections, release, assignment, help, waiting, lanes, newcomers. */
async function history(): Promise<TestRep[]> {
  const reps = [await app.addRep('Ani'), await app.addRep('Beni'), await app.addRep('Cici')] as const;
  const [ani, beni, cici] = reps;
  const sold = await claimedBy(ani, await app.addLead());
  await post(ani, `/v1/leads/${sold}/activities`, { kind: 'call' });
  await post(ani, `/v1/leads/${sold}/activities`, { kind: 'note', note: 'asks for a discount' });
  await post(ani, `/v1/leads/${sold}/stages`, { stage: 'opportunity' });
  await post(ani, `/v1/leads/${sold}/stages`, { stage: 'won', revenue: 5_000_000 });
  await post(ani, `/v1/leads/${sold}/stages`, { stage: 'won', revenue: 7_000_000 });
  const corrected = await claimedBy(beni, await app.addLead());
  await post(beni, `/v1/leads/${corrected}/stages`, { stage: 'won', revenue: 1_000_000 });
  await post(beni, `/v1/leads/${corrected}/stages`, { stage: 'nurture' });
  const lost = await claimedBy(cici, await app.addLead());
  await post(cici, `/v1/leads/${lost}/stages`, { stage: 'disqualified', reason: 'a student' });
  const released = await claimedBy(beni, await app.addLead());
  await post(beni, `/v1/leads/${released}/activities`, { kind: 'email' });
  await post(beni, `/v1/leads/${released}/releases`, { reason: 'on leave' });
  await claimedBy(cici, released);
  const given = await app.addLead();
  await assigned(given, beni);
  await assigned(given, ani);
  await assigned(released, ani);
  const help = await post(ani, '/v1/assists', { colleagueId: beni.id, leadId: sold });
  await post(beni, `/v1/assists/${help.id as string}/confirmations`, {});
  await post(beni, '/v1/assists', { colleagueId: cici.id });
  await everyone([...reps], 'break');
  await app.addLead();
  await everyone([ani], 'ready');
  await everyone([ani], 'break');
  await app.addLead();
  await app.setPolicy({ preset: 'tiered' });
  const expert = await app.addRep('Dodi', { tier: 1 });
  const other = await app.addRep('Edo', { tier: 2 });
  await app.addLead();
  await claimedBy(expert, await app.addLead());
  await app.addRep('Fina', { tier: 1 });
  await app.app.house?.idle();
  return [ani, beni, cici, expert, other];
}

function timerKinds(): unknown[] {
  const timers = tables().deadlines ?? [];
  return [...new Set(timers.map((timer) => (timer as { kind: string }).kind))].sort();
}

function check(): Rebuild {
  const connection = openReader(app.databaseFile);
  try {
    return rebuild(connection, { write: false, nowMs: 0, random: createSystemRandom() });
  } finally {
    connection.sqlite.close();
  }
}

/** Every row of every folded table; a timer's id is chance and may be another. */
function tables(): Record<string, unknown[]> {
  const { sqlite } = openReader(app.databaseFile);
  const all = (query: string) => sqlite.prepare(query).all();
  const found = {
    leads: all('SELECT id, status, stage FROM leads ORDER BY id'),
    ownerships: all('SELECT * FROM ownerships ORDER BY id'),
    offers: all('SELECT * FROM offers ORDER BY id'),
    lanes: all('SELECT * FROM offer_lanes ORDER BY offer_id, lane'),
    admissions: all('SELECT * FROM offer_admissions ORDER BY offer_id, rep_id'),
    deadlines: all(
      'SELECT kind, due_at, lead_id, offer_id, lane FROM deadlines WHERE lead_id IS NOT NULL ORDER BY lead_id, kind, lane',
    ),
    repDays: all('SELECT * FROM rep_days ORDER BY rep_id, day'),
    counters: all('SELECT * FROM counters ORDER BY rep_id, name'),
    assists: all('SELECT * FROM assists ORDER BY id'),
    turns: all('SELECT id, last_assigned_at FROM reps ORDER BY id'),
  };
  sqlite.close();
  return found;
}

/** Damage of every kind that a fold can put right. */
const DAMAGE = [
  `UPDATE leads SET status = 'waiting', stage = 'won'`,
  'DELETE FROM ownerships WHERE rowid % 2 = 0',
  `UPDATE ownerships SET rep_id = 'rep_nobody', ended_at = NULL, end_reason = NULL, revenue = 1`,
  `UPDATE offers SET state = 'closed', ended_at = 5, close_reason = 'expired', closes_at = closes_at + 1`,
  'UPDATE offer_lanes SET sent_at = 7',
  'DELETE FROM offer_admissions',
  `INSERT INTO deadlines (id, kind, due_at, lead_id, offer_id) SELECT 'dl_' || id, 'offerExpires', 9, lead_id, id FROM offers`,
  `INSERT INTO deadlines (id, kind, due_at, lead_id) VALUES ('dl_stray', 'routeAgain', 9, 'lead_nobody')`,
  `DELETE FROM deadlines WHERE kind IN ('routeAgain', 'laneOpens') AND id <> 'dl_stray'`,
  'UPDATE rep_days SET points = points + 1, claims_at = 3',
  'DELETE FROM counters',
  'UPDATE assists SET confirmed_at = 4',
  'UPDATE reps SET last_assigned_at = 2',
];

describe('rebuild', () => {
  it('finds nothing to change beside a running server, after everything that can happen', async () => {
    const reps = await history();
    const found = check();
    expect(found.differences).toEqual([]);
    expect(found).toMatchObject({ same: true, count: 0, lost: 0 });
    expect(found.counted.leads).toBe(tables().leads?.length);
    expect(tables().admissions).not.toEqual([]);
    expect(timerKinds()).toEqual(['laneOpens', 'offerExpires']);
    // Nobody in the first lane any more: the next one opens early; then a lead for whom nobody is there.
    await everyone(reps, 'break');
    const { body } = await app.call<{ items: { id: string; name: string }[] }>('GET', '/v1/reps');
    for (const { id } of body.items) {
      await app.call('PATCH', `/v1/reps/${id}`, { body: { status: 'break' } });
    }
    await app.addLead();
    await app.app.house?.idle();
    expect(timerKinds()).toEqual(['offerExpires', 'routeAgain']);
    expect(check().differences).toEqual([]);
  });

  it('refuses to write while a server has the file, and says who it is', async () => {
    expect(await runCli(['rebuild', '--file', app.databaseFile])).toBe(2);
  });

  it('brings every table back, row for row, whatever was done to them', async () => {
    await history();
    await app.app.close();
    const before = tables();
    for (const statement of DAMAGE) {
      const { sqlite } = openWriter(app.databaseFile);
      expect([statement, sqlite.prepare(statement).run().changes > 0]).toEqual([statement, true]);
      sqlite.close();
      // Each kind of damage is seen on its own; all of them together are put right at the end.
      expect([statement, check().same]).toEqual([statement, false]);
    }
    expect(await runCli(['rebuild', '--check', '--file', app.databaseFile])).toBe(1);
    expect(await runCli(['rebuild', '--file', app.databaseFile])).toBe(0);
    expect(tables()).toEqual(before);
    expect(check().same).toBe(true);
    expect(verifyFile(app.databaseFile).violations).toEqual([]);
  });

  it('says what no event can bring back, and ends badly', async () => {
    const leadId = await app.addLead();
    await app.app.close();
    const { sqlite } = openWriter(app.databaseFile);
    sqlite.prepare('DELETE FROM leads WHERE id = ?').run(leadId);
    sqlite.close();
    expect(check()).toMatchObject({ same: false, lost: 1 });
    expect(await runCli(['rebuild', '--file', app.databaseFile])).toBe(1);
  });
});
