/** Idempotency-Key on every POST: one effect and one answer, whatever the network does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, leadBody } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { SimClock } from '../support/sim-clock.ts';
import { rowCounts } from '../support/tables.ts';

let cast: Cast;
let made = 0;

interface Post {
  call: string;
  /** Who posts; the rep `a1` where it is a rep's call. */
  by: 'admin' | 'a1' | 'a2';
  /** Where to, made afresh for each test: an id, or a lead of its own. */
  path(): string | Promise<string>;
  body(): unknown;
  /** Another body for the same path; where there is none to change, the next path is another. */
  other?(): unknown;
  otherPath?(): string;
  /** When it is repeated; 201 like the first unless the contract says otherwise. */
  repeat?: number;
}

const person = () => ({ name: 'New One', email: `new.${made++}@example.com` });
const ofA1 = async (what: string) => `/v1/leads/${await ownedLead(cast.app, cast.a1)}/${what}`;

const POSTS: Post[] = [
  { call: 'reps', by: 'admin', path: () => '/v1/reps', body: person, other: person },
  {
    call: 'managers',
    by: 'admin',
    path: () => '/v1/managers',
    body: () => ({ ...person(), teams: ['A'] }),
    other: () => ({ ...person(), teams: [] }),
  },
  {
    call: 'reps/{id}/tokens',
    by: 'admin',
    path: () => `/v1/reps/${cast.a1.id}/tokens`,
    body: () => ({ ttlSeconds: 3600 }),
    other: () => ({ ttlSeconds: 7200 }),
  },
  {
    call: 'managers/{id}/tokens',
    by: 'admin',
    path: () => `/v1/managers/${cast.managerA.id}/tokens`,
    body: () => undefined,
    other: () => ({ ttlSeconds: 7200 }),
  },
  {
    call: 'reps/{id}/invites',
    by: 'admin',
    path: () => `/v1/reps/${cast.a1.id}/invites`,
    body: () => undefined,
    otherPath: () => `/v1/reps/${cast.b1.id}/invites`,
  },
  {
    call: 'managers/{id}/invites',
    by: 'admin',
    path: () => `/v1/managers/${cast.managerA.id}/invites`,
    body: () => undefined,
    otherPath: () => `/v1/managers/${cast.managerB.id}/invites`,
  },
  {
    call: 'screens',
    by: 'admin',
    path: () => '/v1/screens',
    body: () => ({ name: 'hall' }),
    other: () => ({ name: 'lobby' }),
  },
  {
    call: 'sources',
    by: 'admin',
    path: () => '/v1/sources',
    body: () => ({ name: 'chat' }),
    other: () => ({ name: 'form' }),
  },
  {
    call: 'leads',
    by: 'admin',
    path: () => '/v1/leads',
    body: () => leadBody(),
    other: () => leadBody({ interest: 'another' }),
    repeat: 200,
  },
  {
    call: 'leads/{id}/claims',
    by: 'a1',
    path: async () => `/v1/leads/${await cast.app.addLead()}/claims`,
    body: () => ({}),
    repeat: 200,
  },
  {
    call: 'leads/{id}/releases',
    by: 'a1',
    path: () => ofA1('releases'),
    body: () => ({ reason: 'busy' }),
    other: () => ({ reason: 'ill' }),
  },
  {
    call: 'leads/{id}/releases by the admin',
    by: 'admin',
    path: () => ofA1('releases'),
    body: () => ({ reason: 'busy' }),
    other: () => ({ reason: 'ill' }),
  },
  {
    call: 'leads/{id}/assignments',
    by: 'admin',
    path: () => ofA1('assignments'),
    body: () => ({ repId: cast.a2.id, reason: 'language' }),
    other: () => ({ repId: cast.b1.id, reason: 'language' }),
  },
  {
    call: 'leads/{id}/activities',
    by: 'a1',
    path: () => ofA1('activities'),
    body: () => ({ kind: 'call', at: '2026-11-01T08:00:00+07:00' }),
    other: () => ({ kind: 'email' }),
  },
  {
    call: 'leads/{id}/stages',
    by: 'a1',
    path: () => ofA1('stages'),
    body: () => ({ stage: 'won', revenue: 5 }),
    other: () => ({ stage: 'won', revenue: 6 }),
  },
  {
    call: 'assists',
    by: 'a1',
    path: () => '/v1/assists',
    body: () => ({ colleagueId: cast.a2.id }),
    other: () => ({ colleagueId: cast.a2.id, note: 'again' }),
  },
  {
    call: 'assists/{id}/confirmations',
    by: 'a2',
    async path() {
      const body = { colleagueId: cast.a2.id };
      const token = cast.a1.token;
      const assist = await cast.app.call<{ id: string }>('POST', '/v1/assists', { token, body });
      return `/v1/assists/${assist.body.id}/confirmations`;
    },
    body: () => undefined,
  },
];

const newKey = () => `key-${made++}`;

function tokenOf(by: Post['by']): { token?: string } {
  return by === 'admin' ? {} : { token: cast[by].token };
}

function post(by: Post['by'], path: string, key: string, body: unknown): Promise<Answer> {
  return cast.app.call('POST', path, { ...tokenOf(by), body, headers: { 'idempotency-key': key } });
}

/** What one call adds to each table. */
async function added(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = rowCounts(cast.app.databaseFile);
  await work();
  await cast.app.app.house?.idle();
  const after = Object.entries(rowCounts(cast.app.databaseFile));
  return Object.fromEntries(
    after
      .map(([table, count]): [string, number] => [table, count - (before[table] ?? 0)])
      .filter(([, count]) => count !== 0),
  );
}

beforeAll(async () => {
  cast = await startCast({ clock: new SimClock() });
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

describe.each(POSTS)('POST $call', (row) => {
  const { by, path, body, other, otherPath, repeat = 201 } = row;
  const status = 201;
  it('the same key and body again: the same answer, and no second effect', async () => {
    const [to, sent, key] = [await path(), body(), newKey()];
    const first = await post(by, to, key, sent);
    expect(first.status).toBe(status);
    const second: Answer[] = [];
    const more = await added(async () => second.push(await post(by, to, key, sent)));
    expect(more).toEqual({});
    expect([second[0]?.status, second[0]?.body]).toEqual([repeat, first.body]);
  });

  it('two at once: one effect, one answer', async () => {
    const alone = await path();
    const once = await added(() => post(by, alone, newKey(), body()));
    expect(Object.keys(once)).not.toEqual([]);
    const [to, sent, key] = [await path(), body(), newKey()];
    let both: Answer[] = [];
    const twice = await added(async () => {
      both = await Promise.all([post(by, to, key, sent), post(by, to, key, sent)]);
    });
    expect(twice).toEqual(once);
    expect(both[1]?.body).toEqual(both[0]?.body);
    expect(both.map((answer) => answer.status).every((s) => s === status || s === repeat)).toBe(true);
  });

  it('the same key for something else is 422, and nothing is stored', async () => {
    const [to, key] = [await path(), newKey()];
    await post(by, to, key, body());
    const elsewhere = other === undefined ? await (otherPath ?? path)() : to;
    const sent = other === undefined ? body() : other();
    const answers: Answer[] = [];
    const more = await added(async () => answers.push(await post(by, elsewhere, key, sent)));
    expect(more).toEqual({});
    expect(answers[0]).toMatchObject({
      status: 422,
      body: { code: 'idempotencyKeyReused', field: 'Idempotency-Key' },
    });
  });
});

describe('a key', () => {
  it('of another speaker is another key', async () => {
    const key = newKey();
    const lead = leadBody();
    const headers = { 'idempotency-key': key };
    const admin = await cast.app.call('POST', '/v1/leads', { body: lead, headers });
    const source = await cast.app.call('POST', '/v1/leads', {
      body: lead,
      headers,
      token: cast.source.key,
    });
    expect([admin.status, source.status]).toEqual([201, 201]);
    expect(source.body.id).not.toBe(admin.body.id);
  });

  it.each(['with space', 'x'.repeat(201), ''])('that is no key (%j) is refused', async (key) => {
    const headers = { 'idempotency-key': key };
    const answer = await cast.app.call('POST', '/v1/screens', { body: { name: 'a' }, headers });
    expect(answer).toMatchObject({ status: 400, body: { field: 'Idempotency-Key' } });
  });

  it('whose call was refused may be used again once nothing stands in its way', async () => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const [to, key] = [`/v1/leads/${leadId}/assignments`, newKey()];
    const order = { repId: cast.a1.id, reason: 'back' };
    const refused = await post('admin', to, key, order);
    expect(refused).toMatchObject({ status: 409, body: { code: 'sameOwner' } });
    await cast.app.call('POST', to, { body: { repId: cast.a2.id, reason: 'away' } });
    expect((await post('admin', to, key, order)).status).toBe(201);
  });
});

describe('a repeated assignment', () => {
  it('leaves the race that has begun since alone', async () => {
    const leadId = await ownedLead(cast.app, cast.a1);
    const [to, key] = [`/v1/leads/${leadId}/assignments`, newKey()];
    const order = { repId: cast.a2.id, reason: 'language' };
    const first = await post('admin', to, key, order);
    await cast.app.call('POST', `/v1/leads/${leadId}/releases`, { body: { reason: 'ill' } });
    const again = await post('admin', to, key, order);
    expect(again.body).toEqual(first.body);
    const claim = await cast.app.claimOverHttp(cast.b1.token, leadId, newKey());
    expect(claim).toMatchObject({ status: 201, body: { verdict: 'won' } });
  });
});

describe('a session', () => {
  it('is opened once by an invite and a key: the same token again', async () => {
    const invite = await cast.app.call<{ url: string }>('POST', `/v1/reps/${cast.a1.id}/invites`);
    const body = { invite: new URL(invite.body.url).hash.replace('#invite=', '') };
    const open = (key: string) =>
      cast.app.call('POST', '/v1/sessions', {
        token: null,
        body,
        headers: { 'idempotency-key': key },
      });
    const key = newKey();
    const both = await Promise.all([open(key), open(key)]);
    expect(both.map((answer) => answer.status)).toEqual([201, 201]);
    expect(both[1].body).toEqual(both[0].body);
    expect((await open(newKey())).status).toBe(401);
    const me = await cast.app.call('GET', '/v1/me', { token: both[0].body.token as string });
    expect(me.body).toMatchObject({ repId: cast.a1.id });
  });
});

describe('externalId', () => {
  const send = (token: string, more: Record<string, unknown>) =>
    cast.app.call('POST', '/v1/leads', { token, body: leadBody(more) });

  it('of the same source again: 200 and the first lead, whatever else is in it', async () => {
    const first = await send(cast.source.key, { externalId: 'crm-1' });
    const again = await send(cast.source.key, { externalId: 'crm-1', interest: 'more' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
  });

  it('from two requests at once: one lead', async () => {
    const lead = { externalId: 'crm-2' };
    const once = await added(() => send(cast.source.key, { externalId: 'crm-3' }));
    let both: Answer[] = [];
    const twice = await added(async () => {
      both = await Promise.all([send(cast.source.key, lead), send(cast.source.key, lead)]);
    });
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(both[0]?.body.id).toBe(both[1]?.body.id);
    expect(twice).toEqual(once);
  });

  it('of another source is another lead', async () => {
    const other = await cast.app.call<{ key: string }>('POST', '/v1/sources', {
      body: { name: 'other' },
    });
    const first = await send(cast.source.key, { externalId: 'crm-4' });
    const second = await send(other.body.key, { externalId: 'crm-4' });
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });
});
