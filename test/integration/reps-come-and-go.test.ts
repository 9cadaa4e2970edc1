/** Reps come by the list, lose a phone, leave; and what there is, as the desk's checklist asks for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, leadBody, type TestApp } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';

let cast: Cast;
let app: TestApp;

beforeAll(async () => {
  cast = await startCast();
  ({ app } = cast);
});
afterAll(() => cast[Symbol.asyncDispose]());

const under = (key: string) => ({ 'idempotency-key': key });

interface Imported {
  added: { id: string; line: number; email: string }[];
  existing: { line: number; email: string }[];
}

const bring = <T = Imported>(body: unknown, more: { token?: string; headers?: Record<string, string> } = {}) =>
  app.call<T>('POST', '/v1/reps/imports', { body, ...more });

async function emails(): Promise<string[]> {
  const { body } = await app.call<{ items: { email: string }[] }>('GET', '/v1/reps?limit=500');
  return body.items.map(({ email }) => email).sort();
}

const CSV = 'Nama;Email;Tim\nCici;cici@x.example;A\nDodi;dodi@x.example;\n';
const OTHERS = CSV.replaceAll('x.example', 'y.example');
const THIRD = CSV.replaceAll('x.example', 'z.example');

it('the checklist says what there is, and a manager hears of the own teams alone', async () => {
  const of = async (token?: string) => (await app.call('GET', '/v1/setup', token === undefined ? {} : { token })).body;
  const seen = await of();
  expect(seen).toMatchObject({
    role: 'admin',
    reps: { active: 3, signedIn: 3 },
    managers: 2,
    sources: 1,
    screens: 1,
    leads: { posted: false, won: false },
  });
  await app.call('POST', '/v1/leads', { body: leadBody(), token: cast.source.key });
  await ownedLead(app, cast.b1);
  expect(await of(cast.managerA.token)).toMatchObject({
    role: 'manager',
    teams: [{ name: 'A', timeZone: null, reps: 2 }],
    reps: { active: 2, signedIn: 2 },
    managers: null,
    sources: null,
    leads: { posted: true, won: true },
  });
  const sources = await app.call<{ items: { name: string; tokenId: string; lastUsedAt: string | null }[] }>(
    'GET',
    '/v1/sources',
  );
  expect(sources.body.items).toMatchObject([{ name: 'web', lastUsedAt: expect.any(String) }]);
  await app.call('DELETE', `/v1/tokens/${sources.body.items[0]?.tokenId}`);
  expect((await app.call('GET', '/v1/sources')).body).toEqual({ items: [], nextCursor: null });
  expect(JSON.stringify((await app.call('GET', '/v1/screens')).body)).not.toContain('sbr_');
});

it('reps are found by a part of the name or e-mail, and by team', async () => {
  const names = async (query: string, token?: string) => {
    const { body } = await app.call<{ items: { name: string }[] }>('GET', `/v1/reps?${query}`, token ? { token } : {});
    return body.items.map(({ name }) => name).sort();
  };
  expect(await names('q=AG')).toEqual(['Agus']);
  expect(await names('q=example.com&team=A')).toEqual(['Agus', 'Ayu']);
  expect(await names('team=B', cast.managerA.token)).toEqual([]);
});

describe('a list of reps', () => {
  it('is shown by a dry run, added once under its key, and whoever is known stays as it is', async () => {
    const before = await emails();
    const dry = await bring<{ rows: unknown[] }>({ csv: CSV, team: 'B', dryRun: true });
    expect([dry.status, dry.body]).toEqual([
      200,
      {
        columns: { name: 'Nama', email: 'Email', team: 'Tim' },
        ignored: [],
        rows: [
          { line: 2, name: 'Cici', email: 'cici@x.example', team: 'A' },
          { line: 3, name: 'Dodi', email: 'dodi@x.example', team: 'B' },
        ],
        existing: [],
        errors: [],
        errorCount: 0,
      },
    ]);
    expect(await emails()).toEqual(before);

    const first = await bring({ csv: CSV, team: 'B' }, { headers: under('list-1') });
    expect([first.status, first.body.added.map(({ line }) => line)]).toEqual([201, [2, 3]]);
    const again = await bring({ csv: CSV, team: 'B' }, { headers: under('list-1') });
    expect(again.body).toEqual(first.body);
    expect((await bring({ csv: CSV }, { headers: under('list-1') })).status).toBe(422);
    const longer = await bring({
      csv: `${CSV}Eka;eka@x.example;A\nCici;CICI@X.example;B`.replace('Cici;cici', 'Ce;cici'),
    });
    // One e-mail twice in a list is wrong, whatever the case.
    expect(longer.status).toBe(400);
    const known = await bring({ csv: `${CSV}Eka;eka@x.example;A` });
    expect(known.body).toMatchObject({
      added: [{ line: 4, email: 'eka@x.example' }],
      existing: [
        { line: 2, email: 'cici@x.example' },
        { line: 3, email: 'dodi@x.example' },
      ],
    });
    expect(await emails()).toEqual([...before, 'cici@x.example', 'dodi@x.example', 'eka@x.example'].sort());
    const lead = await app.addLead();
    const cici = first.body.added[0]?.id ?? '';
    const token = await app.call<{ token: string }>('POST', `/v1/reps/${cici}/tokens`);
    expect((await app.claimOverHttp(token.body.token, lead, 'tap')).status).toBe(201);
  });

  it('stores nothing when a line of it cannot be read, names the line, and is for own teams alone', async () => {
    const before = await emails();
    const half = await bring<{ errors: unknown }>({ csv: `${OTHERS}Eka;nowhere;A\n` });
    expect([half.status, half.body]).toMatchObject([
      400,
      { code: 'validation', field: 'csv', errors: [{ field: 'line 4, email', message: 'wrong' }] },
    ]);
    const foreign = await bring({ csv: OTHERS, team: 'B' }, { token: cast.managerA.token });
    expect([foreign.status, foreign.body]).toMatchObject([
      400,
      { errors: [{ field: 'line 3, team', message: 'otherTeam' }] },
    ]);
    const huge = await bring({ csv: `name,email\n${'x,x@x.example\n'.repeat(60_000)}` });
    expect(huge.status).toBe(400);
    expect((await bring({ csv: 'name,email\n"a' })).status).toBe(400);
    expect(await emails()).toEqual(before);
    expect((await bring({ csv: OTHERS, team: 'A' }, { token: cast.managerA.token })).status).toBe(201);
  });

  it('two at once: each rep is there once', async () => {
    const both = await Promise.all([bring({ csv: THIRD }), bring({ csv: THIRD })]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(
      both
        .flatMap(({ body }) => body.added)
        .map(({ email }) => email)
        .sort(),
    ).toEqual(['cici@z.example', 'dodi@z.example']);
  });
});

describe('a lost phone', () => {
  it('every sign-in and open invite ends at once, and one new invite is good', async () => {
    const a1 = await app.addRep('Ana', { team: 'A' });
    const session = async (url: string) =>
      app.call<{ token: string }>('POST', '/v1/sessions', { token: null, body: { invite: url.split('#invite=')[1] } });
    const invite = async () => (await app.call<{ url: string }>('POST', `/v1/reps/${a1.id}/invites`)).body.url;
    const phone = await session(await invite());
    const unused = await invite();
    const client = await app.client(phone.body.token);
    const closed = new Promise<void>((resolve) => {
      client.onState((state) => state.kind === 'refused' && resolve());
    });
    const out = await app.call<{ url: string; ended: number }>('POST', `/v1/reps/${a1.id}/lockouts`, {
      headers: under('lost-1'),
    });
    expect([out.status, out.body.ended]).toEqual([201, 2]);
    await closed;
    for (const token of [a1.token, phone.body.token])
      expect((await app.call('GET', '/v1/me', { token })).status).toBe(401);
    expect((await session(unused)).status).toBe(401);
    const again = await app.call<{ url: string }>('POST', `/v1/reps/${a1.id}/lockouts`, { headers: under('lost-1') });
    expect(again.body).toEqual(out.body);
    const back = await session(out.body.url);
    expect((await app.call('GET', '/v1/me', { token: back.body.token })).status).toBe(200);
    expect((await app.call('GET', '/v1/me', { token: cast.a2.token })).status).toBe(200);
  });
});

describe('a leaver', () => {
  const handOver = (
    repId: string,
    body: unknown,
    headers = {},
  ): Promise<Answer<{ handedOn: number; left: unknown[] }>> =>
    app.call('POST', `/v1/reps/${repId}/handovers`, { body, headers });
  const ownerOf = async (leadId: string) =>
    (await app.call<{ claim: { repId: string } | null }>('GET', `/v1/leads/${leadId}`)).body.claim?.repId ?? null;

  it('open leads go to a colleague once, finished ones stay, and the leaver is signed in nowhere', async () => {
    const [a1, a2] = [await app.addRep('Lia', { team: 'A' }), cast.a2];
    const open = [await ownedLead(app, a1), await ownedLead(app, a1)];
    const done = await ownedLead(app, a1);
    await app.call('POST', `/v1/leads/${done}/stages`, { token: a1.token, body: { stage: 'lost' } });
    const reps = await app.call<{ items: { id: string; openLeads: number }[] }>('GET', '/v1/reps');
    expect(reps.body.items.find(({ id }) => id === a1.id)?.openLeads).toBe(2);
    const order = { toRepId: a2.id, reason: 'left us', leaves: true };
    const [first, twin] = await Promise.all([
      handOver(a1.id, order, under('bye')),
      handOver(a1.id, order, under('bye-by-another')),
    ]);
    expect([first.body.handedOn + twin.body.handedOn, first.body.left, twin.body.left]).toEqual([2, [], []]);
    for (const lead of open) expect(await ownerOf(lead)).toBe(a2.id);
    expect(await ownerOf(done)).toBe(a1.id);
    expect((await app.call('GET', '/v1/me', { token: a1.token })).status).toBe(401);

    // Back again, with a lead of its own: what was asked before the return is not done once more.
    await app.call('PATCH', `/v1/reps/${a1.id}`, { body: { active: true } });
    const token = (await app.call<{ token: string }>('POST', `/v1/reps/${a1.id}/tokens`)).body.token;
    const later = await ownedLead(app, { ...a1, token });
    expect((await handOver(a1.id, order, under('bye'))).body).toEqual(first.body);
    expect(await ownerOf(later)).toBe(a1.id);
    expect((await app.call('GET', '/v1/me', { token })).status).toBe(200);
    expect((await handOver(a1.id, { ...order, reason: 'other' }, under('bye'))).status).toBe(422);
  });

  it('without a colleague they are raced for again; a wrong colleague leaves all as it is', async () => {
    const [a1, a2] = [await app.addRep('Leo', { team: 'A' }), cast.a2];
    const lead = await ownedLead(app, a1);
    expect((await handOver(a1.id, { toRepId: a1.id, reason: 'x' })).status).toBe(409);
    await app.call('PATCH', `/v1/reps/${cast.b1.id}`, { body: { active: false } });
    expect((await handOver(a1.id, { toRepId: cast.b1.id, reason: 'x', leaves: true })).status).toBe(409);
    expect(await ownerOf(lead)).toBe(a1.id);
    expect((await handOver(a1.id, { toRepId: null, reason: 'left us', leaves: true })).body).toEqual({
      handedOn: 1,
      left: [],
    });
    expect(await ownerOf(lead)).toBeNull();
    expect((await app.claimOverHttp(a2.token, lead, 'again')).status).toBe(201);
  });
});
