/** Who may call what: the calls about who is offered what, for the role matrix. */
import { type Cast, ownedLead } from './cast.ts';

export interface Ready {
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Route {
  call: string;
  /** A fresh request each time: what one role did must not decide the next one's answer. */
  ready(): Ready | Promise<Ready>;
  /** Role → status; a role that is not named is answered 403. */
  may: Record<string, number>;
}

export const REPS = (status: number) => ({ a1: status, a2: status, b1: status });
export const MANAGERS = (status: number) => ({ managerA: status, managerB: status, admin: status });

const [EARLIER, LATER] = ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'];

/** Long after every test, so that it leaves nobody out of an offer. */
const timeOff = { from: '2099-01-01T00:00:00Z', until: '2099-01-02T00:00:00Z' };

export function distributionRoutes(castOf: () => Cast): Route[] {
  return [
    ...policyRoutes(castOf),
    ...trialRoutes(castOf),
    ...POOL_ROUTES,
    ...standingRoutes(castOf),
    ...comingAndGoingRoutes(castOf),
  ];
}

/** Somebody of team A who may be locked out and hand on. */
async function someoneOfA({ app }: Cast): Promise<string> {
  const body = { name: 'Passing', email: `passing.${crypto.randomUUID()}@example.com`, team: 'A' };
  return (await app.call<{ id: string }>('POST', '/v1/reps', { body })).body.id;
}

/** Reps by the list, lost phones, leavers, and what the checklist of the desk asks for. */
function comingAndGoingRoutes(castOf: () => Cast): Route[] {
  return [
    {
      call: 'POST /v1/reps/imports',
      ready: () => ({
        path: '/v1/reps/imports',
        body: { csv: `name,email,team\nNew,${crypto.randomUUID()}@example.com,A` },
      }),
      may: { admin: 201, managerA: 201, managerB: 400 },
    },
    {
      call: 'POST /v1/reps/{id}/lockouts',
      ready: async () => ({ path: `/v1/reps/${await someoneOfA(castOf())}/lockouts` }),
      may: { admin: 201, managerA: 201 },
    },
    {
      call: 'POST /v1/reps/{id}/handovers',
      ready: async () => ({
        path: `/v1/reps/${await someoneOfA(castOf())}/handovers`,
        body: { toRepId: castOf().a2.id, reason: 'left us', leaves: true },
      }),
      may: { admin: 201, managerA: 201 },
    },
    { call: 'GET /v1/managers', ready: () => ({ path: '/v1/managers' }), may: { admin: 200 } },
    { call: 'GET /v1/sources', ready: () => ({ path: '/v1/sources' }), may: { admin: 200 } },
    { call: 'GET /v1/screens', ready: () => ({ path: '/v1/screens' }), may: MANAGERS(200) },
    { call: 'GET /v1/setup', ready: () => ({ path: '/v1/setup' }), may: MANAGERS(200) },
  ];
}

/** The document of rules, and what a team or a company is under it. */
function policyRoutes(castOf: () => Cast): Route[] {
  return [
    {
      call: 'PUT /v1/accounts',
      ready: () => ({ path: '/v1/accounts', body: { company: 'PT Maju', ownerId: castOf().a1.id } }),
      may: { admin: 200, managerA: 200, managerB: 409 },
    },
    { call: 'GET /v1/accounts', ready: () => ({ path: '/v1/accounts' }), may: MANAGERS(200) },
    {
      call: 'GET /v1/policy/words',
      ready: () => ({ path: '/v1/policy/words?lang=id' }),
      may: { ...REPS(200), ...MANAGERS(200) },
    },
    {
      call: 'POST /v1/policy/words',
      ready: () => ({ path: '/v1/policy/words', body: { preset: 'tiered' } }),
      may: MANAGERS(200),
    },
    {
      call: 'GET /v1/policy/versions',
      ready: () => ({ path: '/v1/policy/versions' }),
      may: { ...REPS(200), ...MANAGERS(200) },
    },
    {
      call: 'GET /v1/policy/versions/{version}',
      ready: () => ({ path: '/v1/policy/versions/0' }),
      may: { ...REPS(200), ...MANAGERS(200) },
    },
    {
      call: 'GET /v1/policy/presets',
      ready: () => ({ path: '/v1/policy/presets' }),
      may: { ...REPS(200), ...MANAGERS(200) },
    },
    {
      call: 'POST /v1/policy/reviews',
      ready: () => ({ path: '/v1/policy/reviews', body: { note: 'all as it should be' } }),
      may: MANAGERS(201),
    },
    {
      call: 'POST /v1/policy/rollbacks',
      ready: () => ({
        path: '/v1/policy/rollbacks',
        body: { version: 0, reason: 'as it was' },
        headers: { 'if-match': '*' },
      }),
      may: MANAGERS(201),
    },
    { call: 'GET /v1/policy/modes', ready: () => ({ path: '/v1/policy/modes' }), may: MANAGERS(200) },
    { call: 'GET /v1/policy/warnings', ready: () => ({ path: '/v1/policy/warnings' }), may: MANAGERS(200) },
    { call: 'GET /v1/safeguards', ready: () => ({ path: '/v1/safeguards' }), may: MANAGERS(200) },
    { call: 'GET /v1/ops/queue', ready: () => ({ path: '/v1/ops/queue' }), may: MANAGERS(200) },
    { call: 'GET /v1/ops/offers', ready: () => ({ path: '/v1/ops/offers' }), may: MANAGERS(200) },
    { call: 'GET /v1/ops/uncontacted', ready: () => ({ path: '/v1/ops/uncontacted' }), may: MANAGERS(200) },
  ];
}

/** Another way for a while: a team's competition paused, a policy tried. */
function trialRoutes(castOf: () => Cast): Route[] {
  return [
    {
      call: 'POST /v1/teams/{team}/pause',
      async ready() {
        await castOf().app.call('POST', '/v1/teams/Rest/resume');
        return { path: '/v1/teams/Rest/pause', body: { reason: 'a breather' } };
      },
      may: { admin: 201 },
    },
    {
      call: 'POST /v1/teams/{team}/resume',
      async ready() {
        await castOf().app.call('POST', '/v1/teams/Rest/pause', { body: { reason: 'a breather' } });
        return { path: '/v1/teams/Rest/resume' };
      },
      may: { admin: 200 },
    },
    {
      call: 'GET /v1/teams/{team}/pause',
      ready: () => ({ path: '/v1/teams/Rest/pause' }),
      // Of a team that nobody else here is of; test/integration/pause.test.ts has its own.
      may: { admin: 200 },
    },
    {
      call: 'POST /v1/what-ifs',
      // Refused for its span: one at a time runs, and that one would be another role's.
      ready: () => ({ path: '/v1/what-ifs', body: { policy: { preset: 'open' }, from: LATER, to: EARLIER } }),
      may: MANAGERS(400),
    },
    { call: 'GET /v1/what-ifs/{id}', ready: () => ({ path: '/v1/what-ifs/wif_none' }), may: MANAGERS(404) },
  ];
}

/** Of a pool that is nowhere; test/integration/team-pools.test.ts has its own. */
const POOL_ROUTES: Route[] = [
  {
    call: 'GET /v1/team-pools/{pool}/leads',
    ready: () => ({ path: '/v1/team-pools/none/leads' }),
    may: { ...REPS(404), ...MANAGERS(404) },
  },
  {
    call: 'GET /v1/team-pools/{pool}/contributions',
    ready: () => ({ path: '/v1/team-pools/none/contributions' }),
    may: { ...REPS(404), ...MANAGERS(404) },
  },
];

async function complaintOf({ app, a1 }: Cast): Promise<string> {
  const body = { category: 'other', text: 'always the same ones' };
  return (await app.call<{ id: string }>('POST', '/v1/complaints', { body, token: a1.token })).body.id;
}

/** What the rules make of one rep or lead. */
function standingRoutes(castOf: () => Cast): Route[] {
  return [
    {
      call: 'POST /v1/reps/{id}/time-off',
      ready: () => ({ path: `/v1/reps/${castOf().a1.id}/time-off`, body: timeOff }),
      may: { a1: 201, a2: 404, b1: 404, managerA: 201, managerB: 404, admin: 201 },
    },
    {
      call: 'GET /v1/reps/{id}/time-off',
      ready: () => ({ path: `/v1/reps/${castOf().a1.id}/time-off` }),
      may: { a1: 200, a2: 404, b1: 404, managerA: 200, managerB: 404, admin: 200 },
    },
    {
      call: 'DELETE /v1/time-off/{id}',
      async ready() {
        const off = await castOf().app.call<{ id: string }>('POST', `/v1/reps/${castOf().a1.id}/time-off`, {
          body: timeOff,
        });
        return { path: `/v1/time-off/${off.body.id}` };
      },
      may: { a1: 204, a2: 404, b1: 404, managerA: 204, managerB: 404, admin: 204 },
    },
    {
      call: 'GET /v1/priority-windows',
      ready: () => ({ path: '/v1/priority-windows' }),
      may: { ...REPS(200), ...MANAGERS(200) },
    },
    {
      call: 'GET /v1/leads/{id}/explanation',
      ready: async () => ({ path: `/v1/leads/${await ownedLead(castOf().app, castOf().a1)}/explanation` }),
      may: { ...REPS(200), managerA: 200, managerB: 404, admin: 200 },
    },
    {
      call: 'POST /v1/complaints',
      ready: () => ({ path: '/v1/complaints', body: { category: 'other', text: 'always the same ones' } }),
      may: REPS(201),
    },
    { call: 'GET /v1/complaints', ready: () => ({ path: '/v1/complaints' }), may: { ...REPS(200), ...MANAGERS(200) } },
    {
      call: 'GET /v1/complaints/{id}',
      ready: async () => ({ path: `/v1/complaints/${await complaintOf(castOf())}` }),
      may: { a1: 200, a2: 404, b1: 404, managerA: 200, managerB: 404, admin: 200 },
    },
    {
      call: 'POST /v1/complaints/{id}/answers',
      ready: async () => ({
        path: `/v1/complaints/${await complaintOf(castOf())}/answers`,
        body: { text: 'we looked it up' },
      }),
      may: { managerA: 201, managerB: 404, admin: 201 },
    },
    {
      call: 'POST /v1/tiers/computations',
      ready: () => ({ path: '/v1/tiers/computations', body: { team: 'A', dryRun: true } }),
      may: { admin: 200, managerA: 200 },
    },
    {
      call: 'GET /v1/reps/{id}/tiers',
      ready: () => ({ path: `/v1/reps/${castOf().a1.id}/tiers` }),
      may: { a1: 200, a2: 404, b1: 404, managerA: 200, managerB: 404, admin: 200 },
    },
    {
      call: 'GET /v1/reps/{id}/quota-months',
      ready: () => ({ path: `/v1/reps/${castOf().a1.id}/quota-months` }),
      may: { a1: 200, a2: 404, b1: 404, managerA: 200, managerB: 404, admin: 200 },
    },
    { call: 'GET /v1/quota-months', ready: () => ({ path: '/v1/quota-months' }), may: MANAGERS(200) },
    { call: 'GET /v1/tiers/persistence', ready: () => ({ path: '/v1/tiers/persistence' }), may: MANAGERS(200) },
  ];
}
