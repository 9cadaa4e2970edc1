/** COMP-40.12, HEALTH-20: a team's competition paused: its leads go by turns, what was won stands, and it resumes by itself. */
import { expect, it } from 'vitest';
import { openWriter } from '../../server/platform/sqlite.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { addManager } from '../support/cast.ts';
import { DAY, MINUTE, onBothArbiters, onTwoGateways, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };
const SDR = { name: 'to SDR', when: { field: 'source', in: ['sdr form'] }, target: { teams: ['SDR'] }, method: 'race' };
const EVERYBODY = { name: 'everybody', method: 'race' };

interface Pause {
  team: string;
  pausedAt: string;
  resumesAt: string;
  reason: string;
  by: string;
  resumedAt: string | null;
  resumedBy: string | null;
}

const pause = (race: Race, team: string, more: Record<string, unknown> = {}) =>
  race.done<Pause>('POST', `/v1/teams/${team}/pause`, { reason: 'uneven shares', ...more });
const paused = (race: Race, team: string) =>
  race.done<{ pause: Pause | null; history: Pause[] }>('GET', `/v1/teams/${team}/pause`);

const alerts = (rep: RaceRep, leadId: string) => rep.heard('lead:alert', leadId).length;
const given = (reps: readonly RaceRep[], leadIds: readonly string[]) =>
  leadIds.map((leadId) => reps.filter((rep) => rep.heard('lead:assigned', leadId).length > 0).map(({ name }) => name));

async function setRouting(race: Race, rules: unknown[]): Promise<void> {
  const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
  await race.setPolicy({ ...policy, routing: { ...policy.routing, rules } });
}

onBothArbiters('a pause', (start) => {
  it('HEALTH-20: who is moved into a paused team wins no race that is open; who is moved into the team a race is for is let in', async () => {
    const race = await start();
    const ani = await race.rep('Ani', { team: 'AE' });
    const bram = await race.rep('Bram', { team: 'AE' });
    const cici = await race.rep('Cici', { team: 'BD' });
    await race.rep('Dodi', { team: 'SDR' });
    await pause(race, 'SDR');
    await setRouting(race, [{ name: 'to AE', target: { teams: ['AE'] }, method: 'race' }]);
    const leadId = await race.lead(WARM);
    await race.patch(cici, { team: 'AE' });
    expect([alerts(ani, leadId), alerts(cici, leadId)]).toEqual([1, 1]);
    await race.patch(ani, { team: 'SDR' });
    expect(await ani.claim(leadId)).not.toMatchObject({ verdict: 'won' });
    expect(await bram.claim(leadId)).toMatchObject({ verdict: 'won' });
    const other = await race.lead(WARM);
    expect([ani, bram, cici].map((rep) => alerts(rep, other))).toEqual([0, 1, 1]);
  });

  it('COMP-40.12: new leads go by turns at once; open windows close; claims already won stand; resumes after 14 days', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { team: 'SDR', tier: 1 });
    const two = await race.rep('Dua', { team: 'SDR', tier: 2 });
    const won = await race.lead(WARM);
    expect(await one.claim(won)).toMatchObject({ verdict: 'won' });
    const open = await race.lead(WARM);
    expect([alerts(one, open), two.heard('lead:upcoming', open).length]).toEqual([1, 1]);

    expect(await pause(race, 'SDR')).toMatchObject({
      team: 'SDR',
      pausedAt: race.nowIso,
      resumesAt: new Date(race.nowMs + 14 * DAY).toISOString(),
      reason: 'uneven shares',
      by: 'admin',
    });
    // The open race ended for everybody who was in it, and the lead has its owner.
    expect(one.heard('lead:withdrawn', open)).toMatchObject([{ reason: 'withdrawn' }]);
    expect(await one.claim(open)).toMatchObject({ verdict: 'gone', reason: 'withdrawn' });
    expect(race.file.status(open)).toBe('owned');
    expect(race.file.status(won)).toBe('owned');
    expect(await one.claim(won)).toMatchObject({ verdict: 'won' });

    const leads = [await race.lead(WARM), await race.lead(WARM), await race.lead(WARM)];
    expect(leads.map((leadId) => alerts(one, leadId) + alerts(two, leadId))).toEqual([0, 0, 0]);
    const [first, ...turns] = given([one, two], [open, ...leads]).flat();
    expect([first, ...turns]).toEqual(
      first === 'Satu' ? ['Satu', 'Dua', 'Satu', 'Dua'] : ['Dua', 'Satu', 'Dua', 'Satu'],
    );
    const { decisions } = await race.done<{ decisions: { message: string }[] }>(
      'GET',
      `/v1/leads/${open}/explanation?lang=en`,
    );
    expect(decisions[0]?.message).toContain("The team's competition is paused.");
    expect(await race.done('GET', '/v1/me', undefined, one)).toMatchObject({
      pausedUntil: new Date(race.nowMs + 14 * DAY).toISOString(),
    });

    const until = race.nowMs + 14 * DAY;
    await race.at(until - 1);
    expect(alerts(one, await race.lead(WARM))).toBe(0);
    await race.at(until);
    expect(alerts(one, await race.lead(WARM))).toBe(1);
    expect(await paused(race, 'SDR')).toMatchObject({ pause: null, history: [{ resumedBy: 'system' }] });
  });

  it('is told in words, resumes by hand, and keeps who, when and why', async () => {
    const race = await start({ policy: 'open' });
    const one = await race.rep('Satu', { team: 'SDR' });
    const other = await race.rep('Dua', { team: 'AE' });
    const manager = await addManager(race.app, 'Kepala', ['SDR']);
    const order = { reason: 'rebuild trust', days: 3 };
    await race.done('POST', '/v1/teams/SDR/pause', order, manager);
    expect(await race.call('POST', '/v1/teams/SDR/pause', order, manager)).toMatchObject({
      status: 409,
      body: { code: 'alreadyPaused' },
    });
    for (const by of [other, manager]) {
      expect((await race.call('GET', '/v1/teams/AE/pause', undefined, by)).status).toBe(by === other ? 200 : 403);
    }
    expect((await race.call('POST', '/v1/teams/None/pause', order)).status).toBe(404);
    expect(await race.call('POST', '/v1/teams/AE/pause', { reason: '' })).toMatchObject({ status: 400 });
    const words = await race.done<{ sections: { section: string; lines: string[] }[] }>(
      'GET',
      '/v1/policy/words?lang=en',
      undefined,
      one,
    );
    expect(words.sections[0]).toMatchObject({ section: 'pauses', lines: [expect.stringContaining('SDR')] });
    await race.after(MINUTE);
    expect(await race.done('POST', '/v1/teams/SDR/resume', undefined, manager)).toMatchObject({
      resumedAt: race.nowIso,
      resumedBy: `manager:${manager.id}`,
    });
    expect((await race.call('POST', '/v1/teams/SDR/resume', undefined, manager)).status).toBe(409);
    expect(alerts(one, await race.lead(WARM))).toBe(1);
    expect(await paused(race, 'SDR')).toMatchObject({ pause: null, history: [{ reason: 'rebuild trust' }] });
    // Nothing is left that would end the next pause early.
    await pause(race, 'SDR', { days: 14 });
    await race.after(3 * DAY);
    expect((await paused(race, 'SDR')).pause).not.toBeNull();
  });

  it('reaches the paused team alone: others race on, by heads, and who comes back is not let into their race', async () => {
    const race = await start({ policy: 'open' });
    const sdr = await race.rep('Satu', { team: 'SDR' });
    const away = await race.rep('Dua', { team: 'SDR' });
    await race.patch(away, { status: 'break' });
    const ae = [await race.rep('Tiga', { team: 'AE' }), await race.rep('Empat', { team: 'AE' })];
    await setRouting(race, [SDR, { ...EVERYBODY, target: { teams: ['AE'] } }]);
    const theirs = await race.lead({ ...WARM, source: 'sdr form' });
    const others = await race.lead(WARM);
    await pause(race, 'SDR');
    expect(race.file.status(theirs)).toBe('owned');
    expect(ae.map((rep) => rep.heard('lead:withdrawn', others).length)).toEqual([0, 0]);
    expect(await ae[0]?.claim(others)).toMatchObject({ verdict: 'won' });
    // With one rule for all, some go round among the paused team and the others are raced for.
    await setRouting(race, [EVERYBODY]);
    const leads = await Promise.all(Array.from({ length: 30 }, () => race.app.addLead(WARM)));
    await race.settle();
    const round = leads.filter((leadId) => sdr.heard('lead:assigned', leadId).length > 0);
    const raced = leads.filter((leadId) => alerts(ae[0] as RaceRep, leadId) === 1);
    expect(round.length + raced.length).toBe(30);
    expect([round.length > 0, raced.length > 0]).toEqual([true, true]);
    await race.patch(away, { status: 'ready' });
    expect(raced.map((leadId) => alerts(away, leadId) + alerts(sdr, leadId))).toEqual(raced.map(() => 0));
    const told = await race.done<{ items: { repName: string; lines: { reason: string | null }[] }[] }>(
      'GET',
      `/v1/leads/${raced[0]}/explanation`,
    );
    expect(told.items.find(({ repName }) => repName === 'Satu')?.lines[0]?.reason).toBe('teamPaused');
  });

  it('outlives a restart, and one that ended while the server was down is over', async () => {
    const race = await start({ policy: 'open' });
    const one = await race.rep('Satu', { team: 'SDR' });
    await pause(race, 'SDR', { days: 1 });
    await race.restart();
    expect(alerts(one, await race.lead(WARM))).toBe(0);
    await race.restart(DAY);
    expect(await paused(race, 'SDR')).toMatchObject({ pause: null, history: [{ resumedBy: 'system' }] });
    expect(alerts(one, await race.lead(WARM))).toBe(1);
  });

  it('a kill between the pause and the sweep: the next start withdraws what is still open', async () => {
    const race = await start({ policy: 'open' });
    const one = await race.rep('Satu', { team: 'SDR' });
    const open = await race.lead(WARM);
    // The pause is on disk, and its process ends before the first timer has fired.
    const at = race.nowMs;
    const { sqlite } = openWriter(race.app.databaseFile);
    sqlite.exec(`INSERT INTO team_pauses VALUES ('pause_1', 'SDR', ${at}, ${at + DAY}, 'uneven', 'admin', NULL, NULL);
      INSERT INTO deadlines (id, kind, due_at, subject_id) VALUES
        ('dl_sweep', 'pauseSweeps', ${at}, 'pause_1'), ('dl_end', 'pauseEnds', ${at + DAY}, 'pause_1')`);
    sqlite.close();
    await race.restart();
    expect(race.file.status(open)).toBe('owned');
    expect(await one.claim(open)).toMatchObject({ verdict: 'gone', reason: 'withdrawn' });
    await race.after(DAY);
    expect((await paused(race, 'SDR')).pause).toBeNull();
  });

  it('asked again under the same key is the same pause', async () => {
    const race = await start({ policy: 'open' });
    await race.rep('Satu', { team: 'SDR' });
    const headers = { 'idempotency-key': 'once' };
    const ask = () =>
      race.call<Pause>('POST', '/v1/teams/SDR/pause', { reason: 'a breather' }, { token: ADMIN_KEY }, headers);
    const first = await ask();
    expect((await ask()).body).toEqual(first.body);
    expect((await paused(race, 'SDR')).history).toHaveLength(1);
  });
});

onTwoGateways('a pause', (start) => {
  it('team paused while an offer is open: it is gone at both gateways, its lead has one owner, wins stand', async () => {
    const race = await start({ policy: 'open' });
    const one = await race.rep('Satu', { team: 'SDR' });
    const two = await race.rep('Dua', { team: 'SDR' });
    const won = await race.lead(WARM);
    expect(await one.claim(won)).toMatchObject({ verdict: 'won' });
    const open = await race.lead(WARM);
    await pause(race, 'SDR');
    for (const rep of [one, two]) {
      expect(rep.heard('lead:withdrawn', open)).toMatchObject([{ reason: 'withdrawn' }]);
      expect(await rep.claim(open)).toMatchObject({ verdict: 'gone', reason: 'withdrawn' });
    }
    expect(await two.claim(won)).toMatchObject({ verdict: 'lost', winner: { id: one.id } });
    expect(given([one, two], [open]).flat()).toHaveLength(1);
    expect(await race.done('GET', `/v1/leads/${open}/explanation`, undefined, two)).toMatchObject({
      decisions: [{ method: 'roundRobin' }, { method: 'race' }],
      items: [{ repId: two.id }],
    });
    await race.after(14 * DAY);
    const after = await race.lead(WARM);
    expect(await two.claim(after)).toMatchObject({ verdict: 'won' });
  });
});
