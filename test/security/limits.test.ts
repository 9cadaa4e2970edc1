/** Threats: guessing sign-ins, and drowning the intake. What a good caller sends is never refused for it. */
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from '../../server/kernel/token-buckets.ts';
import { createAddresses, isLoopback } from '../../server/platform/addresses.ts';
import { ADMIN_KEY, leadBody, startApp } from '../support/app.ts';
import { startCast } from '../support/cast.ts';
import { closeSockets, connected, refusalOf } from '../support/raw-socket.ts';
import { startRedis } from '../support/redis.ts';
import { SimClock } from '../support/sim-clock.ts';
import { rowCounts } from '../support/tables.ts';

const LIMITS = { TRUST_PROXY: '127.0.0.0/8', SIGN_IN_FAILURES_PER_MINUTE: '20', LEADS_PER_MINUTE: '30' };
const STRANGER = { 'x-forwarded-for': '203.0.113.7' };
const NEIGHBOUR = { 'x-forwarded-for': '203.0.113.8' };

describe('guessing sign-ins', () => {
  it('300 guesses of tokens from one address: 20 are judged a minute, the rest wait; none gets in', async () => {
    const clock = new SimClock();
    await using cast = await startCast({ clock, env: LIMITS });
    const statuses: Record<string, number> = {};
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          cast.app.call('GET', '/v1/me', { token: `sbr_rep_${round}_${n}`, headers: STRANGER }),
        ),
      );
      for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
    }
    expect(statuses).toEqual({ 401: 20, 429: 280 });
    const waits = await cast.app.call('GET', '/v1/me', { token: 'sbr_rep_x', headers: STRANGER });
    expect(waits.body).toMatchObject({ code: 'tooManySignIns', status: 429 });
    expect(Number(waits.headers.get('retry-after'))).toBe(3);
    const good = await cast.app.call('GET', '/v1/me', { token: cast.a1.token, headers: STRANGER });
    expect(good.status).toBe(200);
    expect((await cast.app.call('GET', '/v1/me', { token: 'x', headers: NEIGHBOUR })).status).toBe(401);
    expect((await cast.app.call('GET', '/v1/me', { token: 'x' })).status).toBe(401);
    clock.advance(3_000);
    expect((await cast.app.call('GET', '/v1/me', { token: 'x', headers: STRANGER })).status).toBe(401);
    expect((await cast.app.call('GET', '/v1/me', { token: 'x', headers: STRANGER })).status).toBe(429);
  });

  it('of invites: refused before anything is written, and one good invite has its use', async () => {
    const clock = new SimClock();
    await using cast = await startCast({ clock, env: LIMITS });
    const open = (invite: string, headers: Record<string, string>) =>
      cast.app.call('POST', '/v1/sessions', { token: null, body: { invite }, headers });
    for (let n = 0; n < 20; n++) expect((await open(`sbr_inv_guess_${n}`, STRANGER)).status).toBe(401);
    const rows = rowCounts(cast.app.databaseFile);
    for (let n = 0; n < 50; n++) expect((await open(`sbr_inv_more_${n}`, STRANGER)).status).toBe(429);
    expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
    const { url } = (await cast.app.call<{ url: string }>('POST', `/v1/reps/${cast.a1.id}/invites`)).body;
    const invite = new URL(url).hash.replace('#invite=', '');
    const session = await open(invite, NEIGHBOUR);
    expect(session.status).toBe(201);
    // Rep or manager is known only from the invite, so a session's token names neither.
    expect(String(session.body.token)).toMatch(/^sbr_ses_/);
  });

  it('over sockets: told to wait instead of to sign in again; a good token is let in meanwhile', async () => {
    const clock = new SimClock();
    await using cast = await startCast({ clock, env: LIMITS });
    const url = cast.app.app.url;
    const knock = (token: string) => refusalOf(url, { auth: { token }, forwardedFor: '203.0.113.7' });
    for (let n = 0; n < 20; n++) expect((await knock(`none-${n}`))?.data?.code).toBe('tokenInvalid');
    const refusal = await knock('none');
    expect(refusal?.data).toMatchObject({ code: 'tooManySignIns', retryAfterMs: 3_000 });
    const socket = await connected(url, { auth: { token: cast.a1.token }, forwardedFor: '203.0.113.7' });
    expect(socket.connected).toBe(true);
    closeSockets();
  });

  it('through a gateway: the stranger waits, not the gateway', async () => {
    const redis = await startRedis();
    const env = { ...LIMITS, REDIS_URL: redis.url, CELL: 'doors' };
    const app = await startApp({ env: { ...env, ROLE: 'ledger' } });
    const gateway = await startApp({ env: { ...env, ROLE: 'gateway' } });
    const get = (headers: Record<string, string>, token = 'none') =>
      gateway.call('GET', '/v1/me', { token, headers }).then(({ status }) => status);
    const own = { ...NEIGHBOUR, 'x-sambar-address': '198.51.100.1', 'x-sambar-link': 'guessed' };
    for (let n = 0; n < 20; n++) expect(await get(STRANGER)).toBe(401);
    expect(await get(STRANGER)).toBe(429);
    expect(await get(own)).toBe(401);
    const rep = await app.addRep('Sari');
    expect(await get(STRANGER, rep.token)).toBe(200);
    await gateway[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
    await redis.stop();
  });
});

describe('drowning the intake', () => {
  it('a source has its number of leads a minute, an address too, an admin none', async () => {
    const clock = new SimClock();
    await using cast = await startCast({ clock, env: LIMITS });
    const { app, source } = cast;
    const second = (await app.call<{ key: string }>('POST', '/v1/sources', { body: { name: 'second' } })).body;
    const post = (token: string, headers: Record<string, string> = {}) =>
      app.call('POST', '/v1/leads', { token, body: leadBody(), headers });
    for (let n = 0; n < 30; n++) expect((await post(source.key)).status).toBe(201);
    const wait = await post(source.key);
    expect([wait.status, wait.body.code, wait.headers.get('retry-after')]).toEqual([429, 'tooManyLeads', '2']);
    expect((await post(second.key)).status).toBe(201);
    for (let n = 0; n < 40; n++) expect((await post(ADMIN_KEY, STRANGER)).status).toBe(201);
    clock.advance(2_000);
    expect((await post(source.key)).status).toBe(201);
    clock.advance(60_000);
    for (let n = 0; n < 30; n++) expect((await post(second.key, STRANGER)).status).toBe(201);
    expect((await post(source.key, STRANGER)).status).toBe(429);
    expect((await post(source.key, NEIGHBOUR)).status).toBe(201);
  });

  it('what is refused is not stored, and the same key may try again', async () => {
    const clock = new SimClock();
    await using cast = await startCast({ clock, env: { ...LIMITS, LEADS_PER_MINUTE: '1' } });
    const post = () =>
      cast.app.call('POST', '/v1/leads', {
        token: cast.source.key,
        body: leadBody(),
        headers: { 'idempotency-key': 'one' },
      });
    await cast.app.call('POST', '/v1/leads', { token: cast.source.key, body: leadBody() });
    const rows = rowCounts(cast.app.databaseFile);
    expect((await post()).status).toBe(429);
    expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
    clock.advance(60_000);
    expect((await post()).status).toBe(201);
  });
});

describe('the measure itself', () => {
  it('a bucket holds its burst, fills evenly, never over the brim', () => {
    let nowMs = 0;
    const buckets = new TokenBuckets({ burst: 3, perMinute: 60 }, () => nowMs);
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 1_000]);
    nowMs = 999;
    expect(buckets.take('a')).toBe(1);
    nowMs = 1_000;
    expect([buckets.waitMs('a'), buckets.take('a'), buckets.waitMs('a')]).toEqual([0, 0, 1_000]);
    nowMs = 3_600_000;
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 1_000]);
  });

  it('remembers a bounded number of strangers, and forgets the least lately seen', () => {
    const buckets = new TokenBuckets({ burst: 1, perMinute: 1 }, () => 0, 100);
    for (let n = 0; n < 10_000; n++) buckets.take(`stranger ${n}`);
    expect(buckets.size()).toBe(100);
    expect(buckets.take('stranger 9999')).toBeGreaterThan(0);
    expect(buckets.take('stranger 0')).toBe(0);
  });

  it('an address is the nearest hop that no trusted proxy stands behind', () => {
    const addresses = createAddresses({ trustedProxies: ['10.0.0.0/8', '::1'], linkSecret: 'link' });
    const of = (remoteAddress: string, headers: Record<string, string> = {}) =>
      addresses.of({ headers, socket: { remoteAddress } as never });
    const via = (hops: string) => ({ 'x-forwarded-for': hops });
    expect(of('203.0.113.1')).toBe('203.0.113.1');
    expect(of('::ffff:203.0.113.1')).toBe('203.0.113.1');
    expect(of('203.0.113.1', via('198.51.100.9'))).toBe('203.0.113.1');
    expect(of('10.1.2.3', via('198.51.100.9'))).toBe('198.51.100.9');
    expect(of('10.1.2.3', via('6.6.6.6, 198.51.100.9, 10.9.9.9'))).toBe('198.51.100.9');
    expect(of('::1', via('garbage'))).toBe('0:0:0:0');
    expect(of('2001:db8::1')).toBe(of('2001:db8:0:0:ffff::2'));
    expect(of('203.0.113.1', { 'x-sambar-link': 'link', 'x-sambar-address': '1.2.3.4' })).toBe('1.2.3.4');
    expect(of('203.0.113.1', { 'x-sambar-link': 'lin', 'x-sambar-address': '1.2.3.4' })).toBe('203.0.113.1');
    expect(['127.0.0.1', '127.9.9.9', '0:0:0:0', '203.0.113.1', ''].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
