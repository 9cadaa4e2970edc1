/** Tokens, invites and sessions over HTTP: made, used once, renewed by use, ended. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { type Cast, startCast } from '../support/cast.ts';
import { JumpClock } from '../support/jump-clock.ts';

const DAY_MS = 86_400_000;
let clock: JumpClock;
let cast: Cast;

interface Token {
  tokenId: string;
  token: string;
  expiresAt: string;
}

async function begin(): Promise<void> {
  clock = new JumpClock();
  cast = await startCast({ clock });
}

async function end(): Promise<void> {
  await cast[Symbol.asyncDispose]();
}

beforeAll(begin);
afterAll(end);

const inMs = (iso: unknown) => Date.parse(iso as string) - clock.nowMs();
const card = async (token: string) => (await cast.app.call('GET', '/v1/me', { token })).status;

async function invite(path = `/v1/reps/${cast.a1.id}/invites`): Promise<string> {
  const answer = await cast.app.call<{ url: string }>('POST', path);
  return new URL(answer.body.url).hash.replace('#invite=', '');
}

const openSession = (secret: string) =>
  cast.app.call<Token & { role: string; id: string }>('POST', '/v1/sessions', {
    token: null,
    body: { invite: secret },
  });

describe('a token', () => {
  it('is answered with its id, its end, and no sooner or later than asked', async () => {
    const path = `/v1/reps/${cast.a1.id}/tokens`;
    const longest = await cast.app.call<Token>('POST', path);
    expect(Object.keys(longest.body).sort()).toEqual(['expiresAt', 'token', 'tokenId']);
    expect(inMs(longest.body.expiresAt)).toBe(30 * DAY_MS);
    const short = await cast.app.call<Token>('POST', path, { body: { ttlSeconds: 60 } });
    expect(inMs(short.body.expiresAt)).toBe(60_000);
    expect(await card(short.body.token)).toBe(200);
    clock.jump(59_999);
    expect(await card(short.body.token)).toBe(200);
    clock.jump(1);
    expect(await card(short.body.token)).toBe(401);
    expect(await card(longest.body.token)).toBe(200);
  });

  it.each([0, -1, 2_592_001, 1.5, '60', null])('for %j seconds is refused', async (ttlSeconds) => {
    const path = `/v1/reps/${cast.a1.id}/tokens`;
    const answer = await cast.app.call('POST', path, { body: { ttlSeconds } });
    expect(answer).toMatchObject({ status: 400, body: { field: 'ttlSeconds' } });
  });

  it('that was revoked is refused at once, and no other', async () => {
    const lost = await cast.app.addRep('Lost Phone');
    expect(await card(lost.token)).toBe(200);
    expect((await cast.app.call('DELETE', `/v1/tokens/${lost.tokenId}`)).status).toBe(204);
    expect(await card(lost.token)).toBe(401);
    expect(await card(cast.a2.token)).toBe(200);
  });

  it('of a manager is an admin’s to revoke, never another manager’s', async () => {
    const { app, managerA, managerB } = cast;
    const token = await app.call<Token>('POST', `/v1/managers/${managerA.id}/tokens`);
    const path = `/v1/tokens/${token.body.tokenId}`;
    expect((await app.call('DELETE', path, { token: managerB.token })).status).toBe(403);
    expect((await app.call('DELETE', path)).status).toBe(204);
    const policy = await app.call('GET', '/v1/policy', { token: token.body.token });
    expect(policy.status).toBe(401);
  });

  it.each(['screens', 'sources'])('of %s can be revoked by the id it came with', async (what) => {
    const { app } = cast;
    const made = await app.call<{ tokenId: string; token?: string; key?: string }>('POST', `/v1/${what}`, {
      body: { name: 'lost' },
    });
    const token = (made.body.token ?? made.body.key) as string;
    const path = what === 'screens' ? '/v1/leaderboards/points' : '/v1/events';
    expect((await app.call('GET', path, { token })).status).toBe(200);
    expect((await app.call('DELETE', `/v1/tokens/${made.body.tokenId}`)).status).toBe(204);
    expect((await app.call('GET', path, { token })).status).toBe(401);
  });

  it('is taken whatever the case of the word before it', async () => {
    const headers = { authorization: `bearer ${cast.a1.token}` };
    expect((await cast.app.call('GET', '/v1/me', { token: null, headers })).status).toBe(200);
  });

  it.each(['Basic abc', 'Bearer', 'Bearer  ', `Bearer ${'x'.repeat(5_000)}`, 'Bearer ünïcode'])(
    'in the header %j is no token',
    async (authorization) => {
      const headers = { authorization: Buffer.from(authorization, 'utf8').toString('latin1') };
      const answer = await cast.app.call('GET', '/v1/me', { token: null, headers });
      expect(answer).toMatchObject({ status: 401, body: { code: 'signInNeeded' } });
    },
  );
});

describe('an invite', () => {
  it('is a link that opens one session, for one of two who follow it at once', async () => {
    const { app, a1 } = cast;
    const made = await app.call('POST', `/v1/reps/${a1.id}/invites`);
    expect(made.body.url).toContain('/rep/#invite=');
    expect(inMs(made.body.expiresAt)).toBe(DAY_MS);
    const secret = new URL(made.body.url as string).hash.replace('#invite=', '');
    const both = await Promise.all([openSession(secret), openSession(secret)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    const session = both.find(({ status }) => status === 201)?.body;
    expect(session).toMatchObject({ role: 'rep', id: a1.id, tokenId: expect.any(String) });
    expect(await card(session?.token as string)).toBe(200);
    expect(await openSession(secret)).toMatchObject({
      status: 401,
      body: { code: 'inviteInvalid', field: 'invite' },
    });
  });

  it('ends after a day; a made-up one never was', async () => {
    const secret = await invite();
    clock.jump(DAY_MS);
    expect((await openSession(secret)).status).toBe(401);
    expect((await openSession('sbr_inv_nobody-made-this-one')).status).toBe(401);
  });

  it('is no bearer token', async () => {
    expect(await card(await invite())).toBe(401);
  });

  it('of a manager opens a manager’s session', async () => {
    const { app, managerA } = cast;
    const session = await openSession(await invite(`/v1/managers/${managerA.id}/invites`));
    expect(session.body).toMatchObject({ role: 'manager', id: managerA.id });
    const reps = await app.call<{ items: unknown[] }>('GET', '/v1/reps', {
      token: session.body.token,
    });
    expect(reps.body.items).toHaveLength(2);
  });
});

describe('people', () => {
  it('an e-mail that somebody has is 409 by name, and makes nobody', async () => {
    const { app } = cast;
    const ids = async () => {
      const { body } = await app.call<{ items: { id: string }[] }>('GET', '/v1/reps');
      return body.items.map(({ id }) => id);
    };
    const before = await ids();
    const body = { name: 'Twin', email: 'ayu@example.com' };
    const answer = await app.call('POST', '/v1/reps', { body });
    expect(answer).toMatchObject({ status: 409, body: { code: 'emailTaken', field: 'email' } });
    expect(await ids()).toEqual(before);
  });

  it('a rep is answered whole, and changed by name', async () => {
    const { app } = cast;
    const whole = {
      name: 'Putri',
      email: 'putri@example.com',
      team: 'A',
      tier: 1,
      hiredOn: '2026-01-31',
      timeZone: 'Asia/Makassar',
      languages: ['id', 'en'],
    };
    const made = await app.call('POST', '/v1/reps', { body: whole });
    expect(made).toMatchObject({ status: 201, body: { ...whole, active: true, status: 'ready' } });
    const change = { tier: 2, team: 'B', active: false, quota: 40, status: 'break' };
    const path = `/v1/reps/${made.body.id as string}`;
    const changed = await app.call('PATCH', path, { body: change });
    expect(changed).toMatchObject({ status: 200, body: { ...whole, ...change } });
  });

  it('a manager moves nobody out of the own teams, nor into them from elsewhere', async () => {
    const { app, a1, b1, managerA } = cast;
    const patch = (id: string, team: string) =>
      app.call('PATCH', `/v1/reps/${id}`, { token: managerA.token, body: { team } });
    expect(await patch(a1.id, 'B')).toMatchObject({ status: 403, body: { code: 'otherTeam' } });
    expect(await patch(b1.id, 'A')).toMatchObject({ status: 403, body: { code: 'otherTeam' } });
  });
});

describe('a session', () => {
  it('can be revoked by the id it came with', async () => {
    const { body } = await openSession(await invite());
    expect((await cast.app.call('DELETE', `/v1/tokens/${body.tokenId}`)).status).toBe(204);
    expect(await card(body.token)).toBe(401);
  });

  // The last of this server: by then the tokens of everybody else have ended.
  it('renews itself in use, and ends thirty days after the last use', async () => {
    const { body } = await openSession(await invite());
    expect(inMs(body.expiresAt)).toBe(30 * DAY_MS);
    for (let use = 0; use < 3; use++) {
      clock.jump(20 * DAY_MS);
      expect(await card(body.token)).toBe(200);
    }
    expect(await card(cast.a1.token)).toBe(401);
    clock.jump(30 * DAY_MS - 1);
    expect(await card(body.token)).toBe(200);
    clock.jump(30 * DAY_MS);
    expect(await card(body.token)).toBe(401);
  });
});

describe('after a restart', () => {
  beforeAll(begin);
  afterAll(end);

  it('what was revoked stays so, and a session has the end that use has given it', async () => {
    const { app, a1, a2 } = cast;
    const { body } = await openSession(await invite());
    await app.call('DELETE', `/v1/tokens/${a1.tokenId}`);
    clock.jump(20 * DAY_MS);
    expect(await card(body.token)).toBe(200);
    await app.app.close();
    await using again = await startApp({ folder: app.folder, clock });
    const me = (token: string) => again.call('GET', '/v1/me', { token });
    expect([(await me(a1.token)).status, (await me(a2.token)).status]).toEqual([401, 200]);
    clock.jump(20 * DAY_MS);
    expect(await me(body.token)).toMatchObject({ status: 200, body: { repId: a1.id } });
    expect((await me(a2.token)).status).toBe(401);
  });
});
