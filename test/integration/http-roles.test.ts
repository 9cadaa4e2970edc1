/** Who may call what: every call of the contract by every role, and by strangers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leadBody } from '../support/app.ts';
import { type Cast, ownedLead, startCast, tokensOf } from '../support/cast.ts';
import { distributionRoutes, MANAGERS, REPS, type Route } from '../support/role-routes.ts';
import { SimClock } from '../support/sim-clock.ts';

const clock = new SimClock();
let cast: Cast;
let tokens: Record<string, string>;
let strangers: Record<string, string | null>;
let made = 0;

const person = (team?: string) => ({
  name: 'New One',
  email: `new.${made++}@example.com`,
  ...(team === undefined ? {} : { team }),
});
const ofA1 = () => ownedLead(cast.app, cast.a1);

const PEOPLE: Route[] = [
  {
    call: 'POST /v1/reps',
    ready: () => ({ path: '/v1/reps', body: person('A') }),
    may: { admin: 201, managerA: 201 },
  },
  { call: 'GET /v1/reps', ready: () => ({ path: '/v1/reps' }), may: MANAGERS(200) },
  {
    call: 'PATCH /v1/reps/{id}',
    ready: () => ({ path: `/v1/reps/${cast.a1.id}`, body: { quota: 5 } }),
    may: { admin: 200, managerA: 200 },
  },
  {
    call: 'POST /v1/managers',
    ready: () => ({ path: '/v1/managers', body: { ...person(), teams: ['A'] } }),
    may: { admin: 201 },
  },
  {
    call: 'POST /v1/reps/{id}/tokens',
    ready: () => ({ path: `/v1/reps/${cast.a1.id}/tokens` }),
    may: { admin: 201 },
  },
  {
    call: 'POST /v1/managers/{id}/tokens',
    ready: () => ({ path: `/v1/managers/${cast.managerA.id}/tokens` }),
    may: { admin: 201 },
  },
  {
    call: 'GET /v1/reps/{id}/tokens',
    ready: () => ({ path: `/v1/reps/${cast.a1.id}/tokens` }),
    may: { admin: 200, managerA: 200 },
  },
  {
    call: 'GET /v1/managers/{id}/tokens',
    ready: () => ({ path: `/v1/managers/${cast.managerA.id}/tokens` }),
    may: { admin: 200, managerA: 200 },
  },
  {
    call: 'POST /v1/reps/{id}/invites',
    ready: () => ({ path: `/v1/reps/${cast.a1.id}/invites` }),
    may: { admin: 201, managerA: 201 },
  },
  {
    call: 'POST /v1/managers/{id}/invites',
    ready: () => ({ path: `/v1/managers/${cast.managerA.id}/invites` }),
    may: { admin: 201, managerA: 201 },
  },
  {
    call: 'DELETE /v1/tokens/{tokenId}',
    async ready() {
      const token = await cast.app.call<{ tokenId: string }>('POST', `/v1/reps/${cast.a1.id}/tokens`);
      return { path: `/v1/tokens/${token.body.tokenId}` };
    },
    may: { admin: 204, managerA: 204 },
  },
  {
    call: 'POST /v1/pairings/{code}/screens',
    ready: async () => {
      const { body } = await cast.app.call<{ code: string }>('POST', '/v1/pairings', { token: null });
      return { path: `/v1/pairings/${body.code}/screens`, body: { name: 'wall' } };
    },
    may: MANAGERS(201),
  },
  {
    call: 'POST /v1/screens',
    ready: () => ({ path: '/v1/screens', body: { name: 'wall' } }),
    may: MANAGERS(201),
  },
  {
    call: 'POST /v1/sources',
    ready: () => ({ path: '/v1/sources', body: { name: 'form' } }),
    may: { admin: 201 },
  },
  {
    call: 'POST /v1/sources/{id}/signing-secrets',
    async ready() {
      const other = await cast.app.call<{ id: string }>('POST', '/v1/sources', { body: { name: 'signed' } });
      return { path: `/v1/sources/${other.body.id}/signing-secrets` };
    },
    may: { admin: 201 },
  },
];

const LEADS: Route[] = [
  {
    call: 'POST /v1/leads',
    ready: () => ({ path: '/v1/leads', body: leadBody() }),
    may: { source: 201, admin: 201 },
  },
  {
    call: 'GET /v1/leads',
    ready: () => ({ path: '/v1/leads' }),
    may: { ...REPS(200), ...MANAGERS(200) },
  },
  {
    call: 'GET /v1/leads/{id}',
    ready: async () => ({ path: `/v1/leads/${await ofA1()}` }),
    may: { a1: 200, a2: 404, b1: 404, managerA: 200, managerB: 404, admin: 200 },
  },
  {
    call: 'POST /v1/leads/{id}/claims',
    ready: async () => ({ path: `/v1/leads/${await cast.app.addLead()}/claims`, body: {} }),
    may: REPS(201),
  },
  {
    call: 'POST /v1/leads/{id}/claim-links',
    ready: async () => ({ path: `/v1/leads/${await cast.app.addLead()}/claim-links`, body: { repId: cast.a1.id } }),
    may: { managerA: 201, managerB: 404, admin: 201 },
  },
  {
    call: 'POST /v1/leads/{id}/releases',
    ready: async () => ({ path: `/v1/leads/${await ofA1()}/releases`, body: { reason: 'busy' } }),
    may: { a1: 201, a2: 403, b1: 403, managerA: 201, managerB: 404, admin: 201 },
  },
  {
    call: 'POST /v1/leads/{id}/assignments',
    ready: async () => ({
      path: `/v1/leads/${await ofA1()}/assignments`,
      body: { repId: cast.a2.id, reason: 'language' },
    }),
    may: { managerA: 201, managerB: 404, admin: 201 },
  },
  {
    call: 'POST /v1/leads/{id}/activities',
    ready: async () => ({ path: `/v1/leads/${await ofA1()}/activities`, body: { kind: 'call' } }),
    may: { a1: 201, a2: 403, b1: 403 },
  },
  {
    call: 'POST /v1/leads/{id}/stages',
    ready: async () => ({ path: `/v1/leads/${await ofA1()}/stages`, body: { stage: 'qualified' } }),
    may: { a1: 201, a2: 403, b1: 403 },
  },
  {
    call: 'DELETE /v1/leads/{id}/contact',
    ready: async () => ({ path: `/v1/leads/${await ofA1()}/contact` }),
    may: { admin: 204 },
  },
];

const GAME: Route[] = [
  {
    call: 'POST /v1/assists',
    ready: () => ({ path: '/v1/assists', body: { colleagueId: cast.b1.id } }),
    may: { a1: 201, a2: 201, b1: 400 },
  },
  {
    call: 'POST /v1/assists/{id}/confirmations',
    async ready() {
      const assist = await cast.app.call<{ id: string }>('POST', '/v1/assists', {
        token: cast.a1.token,
        body: { colleagueId: cast.a2.id },
      });
      return { path: `/v1/assists/${assist.body.id}/confirmations` };
    },
    may: { a1: 403, a2: 201, b1: 403 },
  },
  { call: 'GET /v1/me', ready: () => ({ path: '/v1/me' }), may: REPS(200) },
  {
    call: 'POST /v1/me/status',
    ready: () => ({ path: '/v1/me/status', body: { status: 'ready' } }),
    may: REPS(201),
  },
  {
    call: 'GET /v1/leaderboards/{metric}',
    ready: () => ({ path: '/v1/leaderboards/points' }),
    may: { ...REPS(200), ...MANAGERS(200), screen: 200 },
  },
  {
    // The policy has none: whoever may ask hears that.
    call: 'GET /v1/speed-board',
    ready: () => ({ path: '/v1/speed-board' }),
    may: { ...REPS(404), ...MANAGERS(404), screen: 404 },
  },
  {
    call: 'GET /v1/races/{leadId}',
    ready: async () => ({ path: `/v1/races/${await ofA1()}` }),
    may: { ...REPS(200), ...MANAGERS(200) },
  },
  {
    call: 'GET /v1/events',
    ready: () => ({ path: '/v1/events' }),
    may: { source: 200, admin: 200 },
  },
  {
    call: 'GET /v1/policy',
    ready: () => ({ path: '/v1/policy' }),
    may: { ...REPS(200), ...MANAGERS(200) },
  },
  {
    call: 'PUT /v1/policy',
    ready: () => ({ path: '/v1/policy', body: { preset: 'open' }, headers: { 'if-match': '*' } }),
    may: MANAGERS(200),
  },
];

const ROUTES = [...PEOPLE, ...LEADS, ...GAME, ...distributionRoutes(() => cast)];

beforeAll(async () => {
  cast = await startCast({ clock });
  tokens = tokensOf(cast);
  const { id } = await cast.app.addRep('Rina', { team: 'Rest' });
  // Its share of the leads would go round while it is paused.
  await cast.app.call('PATCH', `/v1/reps/${id}`, { body: { status: 'break' } });
  const short = await cast.app.call<{ token: string }>('POST', `/v1/reps/${cast.a1.id}/tokens`, {
    body: { ttlSeconds: 60 },
  });
  const gone = await cast.app.call<{ token: string; tokenId: string }>('POST', `/v1/reps/${cast.a1.id}/tokens`);
  await cast.app.call('DELETE', `/v1/tokens/${gone.body.tokenId}`);
  clock.advance(60_000);
  strangers = {
    'no token': null,
    'a garbage token': 'garbage',
    'a token of the right shape': `sbr_adm_${'x'.repeat(43)}`,
    'an expired token': short.body.token,
    'a revoked token': gone.body.token,
  };
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

describe('the role matrix', () => {
  it.each(ROUTES)('$call', async ({ call, ready, may }) => {
    const method = call.split(' ')[0] as string;
    const statuses: Record<string, number> = {};
    for (const [role, token] of Object.entries(tokens)) {
      const { path, body, headers } = await ready();
      const answer = await cast.app.call(method, path, { token, body, headers: headers ?? {} });
      statuses[role] = answer.status;
      if (answer.status < 400) continue;
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) });
    }
    const forbidden = Object.fromEntries(Object.keys(tokens).map((role) => [role, 403]));
    expect(statuses).toEqual({ ...forbidden, ...may });
  });

  it.each(ROUTES)('$call is closed to strangers', async ({ call, ready }) => {
    const method = call.split(' ')[0] as string;
    const { path, body, headers } = await ready();
    for (const [who, token] of Object.entries(strangers)) {
      const answer = await cast.app.call(method, path, { token, body, headers: headers ?? {} });
      expect([who, answer.status]).toEqual([who, 401]);
      expect(answer.body.code).toBe(token === null ? 'signInNeeded' : 'tokenInvalid');
    }
  });

  it('every /v1 call that /openapi.json lists is in the matrix', async () => {
    const { body } = await cast.app.call<{ paths: Record<string, object> }>('GET', '/openapi.json', { token: null });
    const shape = (call: string) => call.replace(/\{\w+\}/g, '{}');
    const listed = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tested = new Set(ROUTES.map(({ call }) => shape(call)));
    // An invite, a signature, a link and a screen's secret say by themselves who may: test/security has them.
    const unsigned = listed.filter((call) => !tested.has(shape(call)));
    expect(unsigned.sort()).toEqual([
      'GET /v1/claim-links/{token}',
      'POST /v1/claim-links/{token}/claims',
      'POST /v1/pairings',
      'POST /v1/pairings/tokens',
      'POST /v1/sessions',
      'POST /v1/sources/{id}/leads',
    ]);
    expect(listed.length).toBe(ROUTES.length + unsigned.length);
  });
});
