/** The claim over HTTP: the status and the members of every verdict, and the socket's beside it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Answer } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { ask, closeSockets, signedIn } from '../support/raw-socket.ts';

let cast: Cast;
let keys = 0;
const key = () => `claim-${keys++}`;

beforeAll(async () => {
  cast = await startCast();
});

afterEach(async () => {
  closeSockets();
  await cast.app.setPolicy({ preset: 'open' });
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

/** A verdict that is not `won`, as a problem: its own members, whole. */
function asProblem(answer: Answer, status: number): Record<string, unknown> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const { type, title, status: said, code, detail, instance, ...members } = answer.body;
  expect([said, code, typeof type, typeof title, typeof detail, typeof instance]).toEqual([
    status,
    members.verdict,
    'string',
    'string',
    'string',
    'string',
  ]);
  expect(verdict.safeParse(members).error).toBeUndefined();
  return members;
}

async function offerOf(leadId: string): Promise<string> {
  const race = await cast.app.call<{ offers: { offerId: string }[] }>('GET', `/v1/races/${leadId}`);
  return race.body.offers.at(-1)?.offerId as string;
}

describe('won', () => {
  it('201 without an offerId, 200 when repeated, on the socket too, with another key too', async () => {
    const { app, a1 } = cast;
    const leadId = await app.addLead();
    const mine = key();
    const first = await app.claimOverHttp(a1.token, leadId, mine);
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/v1/leads/${leadId}`);
    expect(verdict.parse(first.body)).toMatchObject({ verdict: 'won', leadId });
    expect(first.body).toMatchObject({ offerId: await offerOf(leadId) });
    const again = await app.claimOverHttp(a1.token, leadId, mine);
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await app.claimOverHttp(a1.token, leadId, key(), { offerId: first.body.offerId });
    expect([other.status, other.body]).toEqual([200, first.body]);
    const socket = await signedIn(app.app.url, a1.token);
    const onSocket = await ask(socket, 'lead:claim', { leadId, requestId: mine });
    expect(onSocket).toEqual(first.body);
  });

  it('without a key and without a body', async () => {
    const { app, a1 } = cast;
    const path = `/v1/leads/${await app.addLead()}/claims`;
    expect((await app.call('POST', path, { token: a1.token })).status).toBe(201);
  });

  it('with an empty body that says it is JSON', async () => {
    const { app, a1 } = cast;
    const path = `/v1/leads/${await app.addLead()}/claims`;
    const headers = { 'content-type': 'application/json' };
    expect((await app.call('POST', path, { token: a1.token, headers })).status).toBe(201);
  });
});

describe('not won', () => {
  it('lost: 409 with the winner and how much later', async () => {
    const { app, a1, a2 } = cast;
    const leadId = await ownedLead(app, a1);
    const members = asProblem(await app.claimOverHttp(a2.token, leadId, key()), 409);
    expect(members).toMatchObject({ verdict: 'lost', winner: { id: a1.id, name: 'Ayu' } });
    expect(members.byMs).toBeGreaterThanOrEqual(0);
  });

  it('lost where names are hidden: the id stays, the name is null, in the race record too', async () => {
    const { app, a1, a2 } = cast;
    const { body } = await app.call<{ competition: object }>('GET', '/v1/policy');
    const competition = { ...body.competition, showWinnerName: false };
    expect((await app.setPolicy({ ...body, competition })).status).toBe(200);
    const leadId = await ownedLead(app, a1);
    const members = asProblem(await app.claimOverHttp(a2.token, leadId, key()), 409);
    expect(members.winner).toEqual({ id: a1.id, name: null });
    const race = await app.call('GET', `/v1/races/${leadId}`, { token: a2.token });
    expect(race.status).toBe(200);
    expect(JSON.stringify(race.body)).toContain(a1.id);
    expect(JSON.stringify(race.body)).not.toContain('Ayu');
  });

  it('gone: 409 with the reason, for the loser and for the owner who gave it back', async () => {
    const { app, a1, a2, managerA } = cast;
    const leadId = await app.addLead();
    const offerId = await offerOf(leadId);
    await app.call('POST', `/v1/leads/${leadId}/assignments`, {
      token: managerA.token,
      body: { repId: a1.id, reason: 'key account' },
    });
    const claim = app.claimOverHttp(a2.token, leadId, key(), { offerId });
    expect(asProblem(await claim, 409)).toMatchObject({ verdict: 'gone', reason: 'assigned' });

    const owned = await ownedLead(app, a1);
    const first = await offerOf(owned);
    await app.call('POST', `/v1/leads/${owned}/releases`, {
      token: a1.token,
      body: { reason: 'ill' },
    });
    const again = await app.claimOverHttp(a1.token, owned, key(), { offerId: first });
    expect(asProblem(again, 409)).toMatchObject({ verdict: 'gone', reason: 'released' });
  });

  it('early: 409 with the time; beyond the attempt rate 429 with Retry-After', async () => {
    const { app } = cast;
    await app.setPolicy({ preset: 'tiered' });
    const one = await app.addRep(`First ${keys}`, { tier: 1 });
    const two = await app.addRep(`Second ${keys}`, { tier: 2, languages: ['en'] });
    const leadId = await app.addLead();
    const members = asProblem(await app.claimOverHttp(two.token, leadId, key()), 409);
    expect(members).toMatchObject({ verdict: 'early', opensInMs: expect.any(Number) });
    // Sixty a minute at most: the sixty-first of any window of two minutes is refused.
    let refused: Answer | undefined;
    for (let tries = 0; tries < 130 && refused === undefined; tries++) {
      const answer = await app.claimOverHttp(two.token, leadId, key());
      if (answer.status === 429) refused = answer;
    }
    expect(asProblem(refused as Answer, 429)).toMatchObject({
      verdict: 'refused',
      rule: 'attemptRate',
      message: expect.stringMatching(/\w/),
    });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await app.claimOverHttp(one.token, leadId, key())).status).toBe(201);
  });

  it('refused: 409 with the rule; on a break, gone, and one who came after it was over', async () => {
    const { app, a1, a2 } = cast;
    const leadId = await app.addLead();
    const patch = (body: unknown) => app.call('PATCH', `/v1/reps/${a2.id}`, { body });
    const claim = async () => asProblem(await app.claimOverHttp(a2.token, leadId, key()), 409);
    await patch({ status: 'break' });
    expect(await claim()).toMatchObject({ verdict: 'refused', rule: 'notReady' });
    await patch({ active: false });
    expect(await claim()).toMatchObject({ verdict: 'refused', rule: 'inactive' });
    await patch({ active: true, status: 'ready' });
    await app.claimOverHttp(a1.token, leadId, key());
    const late = await app.addRep(`Late ${keys}`);
    const members = asProblem(await app.claimOverHttp(late.token, leadId, key()), 409);
    expect(members).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    expect(JSON.stringify(members)).not.toContain(a1.id);
  });

  it('refused: the daily cap, named', async () => {
    const { app } = cast;
    const { body } = await app.call<{ competition: object }>('GET', '/v1/policy');
    await app.setPolicy({ ...body, competition: { ...body.competition, dailyCap: 1 } });
    const rep = await app.addRep(`Capped ${keys}`);
    await ownedLead(app, rep);
    const answer = await app.claimOverHttp(rep.token, await app.addLead(), key());
    expect(asProblem(answer, 409)).toMatchObject({ verdict: 'refused', rule: 'dailyCap' });
  });

  it('retry: 503 with Retry-After while the race is being rebuilt, and on the socket', async () => {
    const { app, a1 } = cast;
    const leadId = await app.addLead();
    await app.app.house?.world.arbiter.raise({ scope: 'cell' }, 'rebuilding');
    const mine = key();
    const answer = await app.claimOverHttp(a1.token, leadId, mine);
    const members = asProblem(answer, 503);
    expect(members).toMatchObject({ verdict: 'retry', leadId, reason: 'rebuilding' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const socket = await signedIn(app.app.url, a1.token);
    const onSocket = await ask(socket, 'lead:claim', { leadId, requestId: mine });
    expect(verdict.parse(onSocket)).toMatchObject({ verdict: 'retry', reason: 'rebuilding' });
  });
});

describe('a claim that contradicts itself', () => {
  it('one requestId for two leads: 422, and {error} on the socket; neither lead moves', async () => {
    const { app, a1 } = cast;
    const [first, second] = [await ownedLead(app, a1), await app.addLead()];
    const used = `own-${first}`;
    const answer = await app.claimOverHttp(a1.token, second, used);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'idempotencyKeyReused', field: 'Idempotency-Key' },
    });
    const socket = await signedIn(app.app.url, a1.token);
    expect(await ask(socket, 'lead:claim', { leadId: second, requestId: used })).toEqual({
      error: { code: 'idempotencyKeyReused', field: 'requestId', message: expect.any(String) },
    });
    const lead = await app.call('GET', `/v1/leads/${second}`);
    expect(lead.body).toMatchObject({ status: 'offered', claim: null });
  });

  it('the offer of another lead: 404, and neither lead moves', async () => {
    const { app, a1 } = cast;
    const [first, second] = [await app.addLead(), await app.addLead()];
    const offerId = await offerOf(second);
    const answer = await app.claimOverHttp(a1.token, first, key(), { offerId });
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknownLead' } });
    const socket = await signedIn(app.app.url, a1.token);
    const onSocket = await ask(socket, 'lead:claim', { leadId: first, offerId, requestId: key() });
    expect(onSocket).toMatchObject({ error: { code: 'unknownLead', field: 'leadId' } });
    for (const leadId of [first, second]) {
      const lead = await app.call('GET', `/v1/leads/${leadId}`);
      expect(lead.body).toMatchObject({ status: 'offered', claim: null });
    }
  });

  it('another rep may use the same requestId', async () => {
    const { app, a1, a2 } = cast;
    const leadId = await app.addLead();
    const shared = key();
    expect((await app.claimOverHttp(a1.token, leadId, shared)).status).toBe(201);
    const members = asProblem(await app.claimOverHttp(a2.token, leadId, shared), 409);
    expect(members).toMatchObject({ verdict: 'lost', winner: { id: a1.id } });
  });
});
