/** Leads as they are posted, scored and shown: what each role sees of one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leadView } from '../../client-sdk/protocol/verdict.ts';
import { leadBody } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
let cast: Cast;

const WHOLE = {
  externalId: 'crm-77',
  source: 'web form',
  type: 'pricing inquiry',
  company: { name: 'PT Sinar', size: 300, industry: 'retail', country: 'ID', region: 'Bali' },
  contact: { name: 'Rini', title: 'CFO', email: 'rini@sinar.example', phone: '+62 811 1' },
  interest: 'a quote',
  dealValue: 5_000_000,
  signals: ['pricing page'],
  attributes: { utm: 'x', seats: 4, trial: true, note: null },
};

function post(more: Record<string, unknown>) {
  return cast.app.call('POST', '/v1/leads', { token: cast.source.key, body: leadBody(more) });
}

beforeAll(async () => {
  cast = await startCast();
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

describe('a posted lead', () => {
  it('is answered whole: 201, its place, every field, claim null', async () => {
    const { app, source } = cast;
    const answer = await app.call('POST', '/v1/leads', { token: source.key, body: WHOLE });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/leads/${answer.body.id as string}`);
    const lead = leadView.strict().parse(answer.body);
    expect(lead).toMatchObject({ ...WHOLE, status: 'offered', claim: null, stage: null });
    expect(lead.createdAt).toMatch(ISO_UTC);
    expect(Number.isInteger(lead.score)).toBe(true);
    expect((await app.call('GET', `/v1/leads/${lead.id}`)).body).toEqual(lead);
  });

  it('keeps every kind of text as it came', async () => {
    const name = '‏مرحبا‏ 👩🏽‍💼 Ñandú\u202E\tPT "Sinar" <b>\'; DROP TABLE leads; --';
    const answer = await post({ company: { name }, attributes: { '👍': 'naïve ✓\n' } });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ company: { name }, attributes: { '👍': 'naïve ✓\n' } });
  });

  it.each([
    ['demo request', 'demo request', 'hot'],
    ['Request_Demo', 'demo request', 'hot'],
    ['webinar', 'webinar attendee', 'warm'],
    ['newsletter', 'newsletter signup', 'cold'],
  ])('with source %j alone is of type %j and %s', async (source, type, temperature) => {
    const answer = await post({ source });
    expect(answer.body).toMatchObject({ source, type, temperature });
  });

  it.each([
    ['talk to sales', 'hot'],
    ['content download', 'warm'],
    ['early stage content', 'cold'],
  ])('of type %j is %s, whatever its channel', async (type, temperature) => {
    const answer = await post({ source: 'partner', type });
    expect(answer.body).toMatchObject({ source: 'partner', type, temperature });
  });

  it('of an unknown type keeps its word', async () => {
    const answer = await post({ source: 'fax', type: 'carrier pigeon' });
    expect(answer.body).toMatchObject({ source: 'fax', type: 'carrier pigeon' });
  });
});

describe('contact details', () => {
  it('are for the owner and the managers, never for a rep who was only offered the lead', async () => {
    const { app, a1, a2, managerA } = cast;
    const leadId = await app.addLead();
    const read = (token: string) => app.call('GET', `/v1/leads/${leadId}`, { token });
    const offered = await read(a2.token);
    expect(offered).toMatchObject({ status: 200, body: { contact: null, claim: null } });
    expect(offered.body).toMatchObject({ interest: null, attributes: {} });
    await app.claimOverHttp(a1.token, leadId, 'contact-1');
    const owner = await read(a1.token);
    expect(owner.body).toMatchObject({ contact: { phone: '+62 811 0000 0001' } });
    expect((await read(managerA.token)).body).toEqual(owner.body);
    expect((await read(a2.token)).status).toBe(404);
    const list = await app.call('GET', '/v1/leads?limit=200', { token: a2.token });
    expect(JSON.stringify(list.body)).not.toContain('dewi@maju.example');
  });

  it('are gone once forgotten, and the race record stays', async () => {
    const { app, a1 } = cast;
    const leadId = await ownedLead(app, a1);
    expect((await app.call('DELETE', `/v1/leads/${leadId}/contact`)).status).toBe(204);
    const lead = await app.call('GET', `/v1/leads/${leadId}`, { token: a1.token });
    expect(lead.body).toMatchObject({ contact: null, claim: { repId: a1.id } });
    const race = await app.call('GET', `/v1/races/${leadId}`);
    expect(race).toMatchObject({ status: 200, body: { offers: [{ winner: { repId: a1.id } }] } });
  });
});

describe('what the winner of a new lead is told of it', () => {
  it('is what the file says: of a short lead, which is held with its offer, and of a long one, which is not', async () => {
    const { app, a1 } = cast;
    for (const interest of ['soon', 'word '.repeat(1_000).trim()]) {
      const leadId = await app.addLead({ interest, attributes: { seats: 40 }, signals: ['pricing'], dealValue: 7 });
      const { body } = await app.claimOverHttp(a1.token, leadId, leadId);
      const read = await app.call('GET', `/v1/leads/${leadId}`, { token: a1.token });
      expect(read.body).toMatchObject({ status: 'owned', interest, attributes: { seats: 40 } });
      expect(body).toMatchObject({ verdict: 'won', lead: read.body });
    }
  });

  it('holds nothing that was forgotten while it was on offer', async () => {
    const { app, a1 } = cast;
    const leadId = await app.addLead();
    expect((await app.call('DELETE', `/v1/leads/${leadId}/contact`)).status).toBe(204);
    const { body } = await app.claimOverHttp(a1.token, leadId, 'forgotten-1');
    expect(body).toMatchObject({ verdict: 'won', lead: { contact: null } });
  });
});

describe('the claim member', () => {
  it('names the owner, the time and the speed', async () => {
    const { app, a1 } = cast;
    const leadId = await ownedLead(app, a1);
    const { body } = await app.call<{ claim: Record<string, unknown> }>('GET', `/v1/leads/${leadId}`);
    expect(body.claim).toEqual({
      repId: a1.id,
      repName: 'Ayu',
      claimedAt: expect.stringMatching(ISO_UTC),
      claimSpeedMs: expect.any(Number),
    });
  });
});

describe('a lead that a tier may not see yet', () => {
  it('is not in its list, nor readable, until its lane opens', async () => {
    const { app } = cast;
    await app.setPolicy({ preset: 'tiered' });
    const first = await app.addRep('Tier One', { tier: 1 });
    const second = await app.addRep('Tier Two', { tier: 2 });
    const leadId = await app.addLead();
    const ids = async (token: string) => {
      const list = await app.call<{ items: { id: string }[] }>('GET', '/v1/leads', { token });
      return list.body.items.map(({ id }) => id);
    };
    expect(await ids(first.token)).toContain(leadId);
    expect(await ids(second.token)).not.toContain(leadId);
    const read = await app.call('GET', `/v1/leads/${leadId}`, { token: second.token });
    expect(read).toMatchObject({ status: 404, body: { code: 'unknownLead' } });
    await app.setPolicy({ preset: 'open' });
  });

  it('is not readable for a rep on a break', async () => {
    const { app, managerA } = cast;
    const rep = await app.addRep('Resting', { team: 'A' });
    const leadId = await app.addLead();
    const read = () => app.call('GET', `/v1/leads/${leadId}`, { token: rep.token });
    expect((await read()).status).toBe(200);
    await app.call('PATCH', `/v1/reps/${rep.id}`, {
      token: managerA.token,
      body: { status: 'break' },
    });
    expect((await read()).status).toBe(404);
  });
});

describe('ids that nobody has', () => {
  it.each([
    ['GET', '/v1/leads/lead_none', 'admin', undefined],
    ['POST', '/v1/leads/lead_none/claims', 'rep', {}],
    ['POST', '/v1/leads/lead_none/releases', 'rep', { reason: 'x' }],
    ['POST', '/v1/leads/lead_none/assignments', 'admin', { repId: 'rep_none', reason: 'x' }],
    ['POST', '/v1/leads/lead_none/activities', 'rep', { kind: 'call' }],
    ['POST', '/v1/leads/lead_none/stages', 'rep', { stage: 'won' }],
    ['DELETE', '/v1/leads/lead_none/contact', 'admin', undefined],
    ['GET', '/v1/races/lead_none', 'admin', undefined],
    ['GET', '/v1/races/lead_none', 'rep', undefined],
    ['POST', '/v1/assists', 'rep', { colleagueId: 'rep_none' }],
    ['POST', '/v1/assists/ast_none/confirmations', 'rep', undefined],
    ['PATCH', '/v1/reps/rep_none', 'admin', { tier: 1 }],
    ['POST', '/v1/reps/rep_none/tokens', 'admin', undefined],
    ['POST', '/v1/reps/rep_none/invites', 'admin', undefined],
    ['POST', '/v1/managers/mgr_none/tokens', 'admin', undefined],
    ['POST', '/v1/managers/mgr_none/invites', 'admin', undefined],
    ['DELETE', '/v1/tokens/tok_none', 'admin', undefined],
  ] as const)('%s %s by %s: 404 with a code and the field', async (method, path, by, body) => {
    const token = by === 'rep' ? { token: cast.a1.token } : {};
    const answer = await cast.app.call(method, path, { ...token, body });
    expect(answer).toMatchObject({
      status: 404,
      body: { code: expect.stringMatching(/^unknown/), field: expect.any(String) },
    });
  });
});
