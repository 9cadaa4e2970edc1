/** What an owner does with a lead, what a manager decides about it, and who helped whom. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { SimClock } from '../support/sim-clock.ts';

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const clock = new SimClock();
const at = (ms: number) => new Date(clock.nowMs() + ms).toISOString();
let cast: Cast;

beforeAll(async () => {
  cast = await startCast({ clock });
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const send = (path: string, body: unknown, token = cast.a1.token) => cast.app.call('POST', path, { token, body });

describe('activities', () => {
  it.each(['call', 'email', 'sms', 'meeting', 'note'])('of kind %s are taken', async (kind) => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const text = { outcome: 'connected', nextStep: 'send a quote', note: 'asked for a discount' };
    const answer = await send(`/v1/leads/${leadId}/activities`, { kind, ...text });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^act_/),
      leadId,
      kind,
      at: expect.stringMatching(ISO_UTC),
      recordedAt: expect.stringMatching(ISO_UTC),
      backDated: false,
      firstContact: kind !== 'note',
    });
  });

  it('say when in UTC, whatever zone they came in', async () => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const answer = await send(`/v1/leads/${leadId}/activities`, {
      kind: 'call',
      at: '2026-11-01T08:00:00+07:00',
    });
    expect(answer.body).toMatchObject({ at: '2026-11-01T01:00:00.000Z', backDated: true });
  });

  it('in the future are refused and leave no trace, a moment ahead counts as now', async () => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const path = `/v1/leads/${leadId}/activities`;
    const future = await send(path, { kind: 'call', at: at(60_000) });
    expect(future).toMatchObject({ status: 400, body: { code: 'validation', field: 'at' } });
    const ahead = await send(path, { kind: 'call', at: at(2_000) });
    expect(ahead).toMatchObject({ status: 201, body: { at: at(0), firstContact: true } });
  });
});

describe('stages', () => {
  it('move on to won with its revenue, on the board of revenue', async () => {
    const leadId = await ownedLead(cast.app, cast.a2);
    const path = `/v1/leads/${leadId}/stages`;
    for (const stage of ['qualified', 'nurture', 'opportunity']) {
      const answer = await send(path, { stage }, cast.a2.token);
      expect(answer).toMatchObject({ status: 201, body: { leadId, stage } });
    }
    const won = await send(path, { stage: 'won', revenue: 12_000_000 }, cast.a2.token);
    expect(won).toMatchObject({ status: 201, body: { at: expect.stringMatching(ISO_UTC) } });
    const board = await cast.app.call('GET', '/v1/leaderboards/revenue?period=all');
    expect(board.body.rows).toEqual([{ rank: 1, repId: cast.a2.id, name: 'Agus', value: 12_000_000 }]);
    const lead = await cast.app.call('GET', `/v1/leads/${leadId}`);
    expect(lead.body).toMatchObject({ stage: 'won', status: 'finished' });
  });

  it.each([
    [{ stage: 'disqualified' }, 'reason'],
    [{ stage: 'opportunity', revenue: 5 }, 'revenue'],
    [{ stage: 'won', revenue: -1 }, 'revenue'],
    [{ stage: 'won', revenue: 2 ** 53 }, 'revenue'],
    [{ stage: 'won', revenue: 1.5 }, 'revenue'],
    [{ stage: 'sold' }, 'stage'],
    [{}, 'stage'],
  ])('%j is refused by the name of its field', async (body, field) => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const answer = await send(`/v1/leads/${leadId}/stages`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation', field } });
    const lead = await cast.app.call('GET', `/v1/leads/${leadId}`);
    expect(lead.body).toMatchObject({ stage: null, status: 'owned' });
  });

  it('disqualified and lost finish a lead; the same stage twice is 409', async () => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const path = `/v1/leads/${leadId}/stages`;
    const body = { stage: 'disqualified', reason: 'a student' };
    expect((await send(path, body)).status).toBe(201);
    expect(await send(path, body)).toMatchObject({ status: 409, body: { code: 'sameStage' } });
    const release = await send(`/v1/leads/${leadId}/releases`, { reason: 'why not' });
    expect(release).toMatchObject({ status: 409, body: { code: 'finished' } });
  });
});

describe('a release', () => {
  it('puts the lead up again, takes the points back, and the next rep may win it', async () => {
    const { app, a1, b1 } = cast;
    const points = async () => (await app.call<{ points: number }>('GET', '/v1/me', { token: a1.token })).body.points;
    const before = await points();
    const leadId = await ownedLead(app, a1);
    expect(await points()).toBe(before + 10);
    const answer = await send(`/v1/leads/${leadId}/releases`, { reason: 'ill' });
    expect(answer).toMatchObject({
      status: 201,
      body: { leadId, releasedAt: expect.stringMatching(ISO_UTC) },
    });
    expect(await points()).toBe(before);
    const again = await send(`/v1/leads/${leadId}/releases`, { reason: 'ill' });
    expect(again).toMatchObject({ status: 409, body: { code: 'notOwned' } });
    expect((await app.claimOverHttp(b1.token, leadId, 'after-release')).status).toBe(201);
  });

  it('needs a reason', async () => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const answer = await send(`/v1/leads/${leadId}/releases`, { reason: '  ' });
    expect(answer).toMatchObject({ status: 400, body: { field: 'reason' } });
  });
});

describe('an assignment', () => {
  it('by a manager goes to reps of its teams alone', async () => {
    const { app, a2, b1, managerA } = cast;
    const leadId = await app.addLead();
    const path = `/v1/leads/${leadId}/assignments`;
    const order = (repId: string) => send(path, { repId, reason: 'language' }, managerA.token);
    expect(await order(b1.id)).toMatchObject({ status: 404, body: { code: 'unknownRep' } });
    expect(await order(a2.id)).toMatchObject({
      status: 201,
      body: { leadId, repId: a2.id, assignedAt: expect.stringMatching(ISO_UTC) },
    });
    expect(await order(a2.id)).toMatchObject({ status: 409, body: { code: 'sameOwner' } });
    const lead = await app.call('GET', `/v1/leads/${leadId}`);
    expect(lead.body).toMatchObject({ claim: { repId: a2.id, claimSpeedMs: null } });
  });

  it('to a rep who has left is refused', async () => {
    const { app } = cast;
    const gone = await app.addRep('Gone');
    await app.call('PATCH', `/v1/reps/${gone.id}`, { body: { active: false } });
    const answer = await app.call('POST', `/v1/leads/${await app.addLead()}/assignments`, {
      body: { repId: gone.id, reason: 'x' },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknownRep', field: 'repId' } });
  });
});

describe('an assist', () => {
  it('counts once, when the one who was helped says so', async () => {
    const { app, a1, b1 } = cast;
    const card = async () => (await app.call<{ points: number }>('GET', '/v1/me', { token: a1.token })).body.points;
    const assist = await send('/v1/assists', { colleagueId: b1.id, note: 'the demo' });
    expect(assist).toMatchObject({ status: 201, body: { confirmed: false, colleagueId: b1.id } });
    const before = await card();
    const path = `/v1/assists/${assist.body.id as string}/confirmations`;
    const first = await send(path, undefined, b1.token);
    const second = await send(path, undefined, b1.token);
    expect([first.body.paid, second.body.paid]).toEqual([true, false]);
    expect(await card()).toBe(before + 5);
  });
});
