/** Who gets a socket, what each role may say on it, and how a token's end ends it. */
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cast, startCast, tokensOf } from '../support/cast.ts';
import { ask, closeSockets, disconnected, heard, refusalOf, signedIn } from '../support/raw-socket.ts';
import { SimClock } from '../support/sim-clock.ts';

let clock: SimClock;
let cast: Cast;

beforeAll(async () => {
  clock = new SimClock();
  cast = await startCast({ clock });
});

afterEach(closeSockets);

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const url = () => cast.app.app.url;

describe('a socket', () => {
  it('is for every role but a source; what it may say depends on the role', async () => {
    const watcher = ['board:watch', 'board:unwatch', 'wall:watch'];
    const rep = ['lead:claim', 'lead:delivered', 'lead:seen', 'pool:sync', ...watcher];
    const may: Record<string, string[]> = {
      a1: rep,
      managerA: watcher,
      admin: watcher,
      screen: watcher,
    };
    const leadId = await cast.app.addLead();
    const payloads: Record<string, unknown> = {
      'lead:claim': { leadId, requestId: 'r1' },
      'lead:delivered': { offerIds: ['offer_1'] },
      'lead:seen': { leadId, offerId: 'offer_1' },
      'pool:sync': {},
      'board:watch': { board: 'points', period: 'week' },
      'board:unwatch': { stream: 'points:week:10' },
      'wall:watch': {},
    };
    for (const [role, allowed] of Object.entries(may)) {
      const socket = await signedIn(url(), tokensOf(cast)[role] as string);
      for (const [event, payload] of Object.entries(payloads)) {
        const { error } = await ask(socket, event, payload);
        expect([role, event, error?.code]).toEqual([role, event, allowed.includes(event) ? undefined : 'forbidden']);
      }
    }
    const refusal = await refusalOf(url(), { auth: { token: cast.source.key } });
    expect(refusal?.data?.code).toBe('forbidden');
  });

  it('of a screen hears nothing of a lead', async () => {
    const { app, screen, a1 } = cast;
    const socket = await signedIn(url(), screen.token);
    const events: string[] = [];
    socket.onAny((event: string) => events.push(event));
    await ask(socket, 'wall:watch', {});
    const rep = await signedIn(url(), a1.token);
    const alerted = heard(rep, 'lead:alert');
    const leadId = await app.addLead();
    await alerted;
    await app.claimOverHttp(a1.token, leadId, 'mine');
    const fed = heard(socket, 'wall:feed');
    clock.advance(1_000);
    await fed;
    expect([...new Set(events)]).toEqual(['wall:feed']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no auth', {}],
    ['no token', { user: 'x' }],
    ['an empty token', { token: '' }],
    ['a number', { token: 1 }],
    ['null', { token: null }],
    ['an object', { token: { $ne: null } }],
    ['an array', { token: ['a', 'b'] }],
    ['true', { token: true }],
    ['garbage', { token: 'garbage' }],
    ['a huge token', { token: 'x'.repeat(10_000) }],
    ['an unsigned JWT', { token: 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.' }],
    ['a hash', { token: 'a'.repeat(64) }],
    ['__proto__', JSON.parse('{"__proto__":{"token":"x"}}')],
  ])('with %s is refused, and told to sign in', async (_, auth) => {
    const refusal = await refusalOf(url(), { auth });
    expect(refusal?.data?.code).toBe('tokenInvalid');
  });
});

describe('the Origin', () => {
  const own = () => url();
  it.each<['websocket' | 'polling']>([['websocket'], ['polling']])(
    'of this host, and none, are let in; any other is not: %s',
    async (transport) => {
      const token = cast.a1.token;
      const knock = (origin?: string) =>
        refusalOf(url(), { auth: { token }, transports: [transport], ...(origin ? { origin } : {}) });
      expect(await knock()).toBeNull();
      expect(await knock(own())).toBeNull();
      for (const origin of [
        'https://evil.example',
        'null',
        `${own()}.evil.example`,
        'http://127.0.0.1:1',
        'not an origin',
      ]) {
        expect([origin, await knock(origin)]).toEqual([origin, expect.any(Error)]);
      }
    },
  );

  it('of another site cannot raise an upgrade by hand either', async () => {
    const { port } = new URL(url());
    const status = await new Promise<number | string>((resolve) => {
      const call = request({
        port,
        path: '/socket.io/?EIO=4&transport=websocket',
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          origin: 'https://evil.example',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      call.on('upgrade', () => resolve('upgraded'));
      call.on('response', (response) => resolve(response.statusCode ?? 0));
      call.on('error', () => resolve('closed'));
      call.end();
    });
    expect([400, 403]).toContain(status);
  });
});

describe('the end of a token', () => {
  it('is announced ahead of time, and closes its sockets and no other', async () => {
    const { app, a1 } = cast;
    const short = await app.call<{ token: string; expiresAt: string }>('POST', `/v1/reps/${a1.id}/tokens`, {
      body: { ttlSeconds: 600 },
    });
    const [socket, other] = [await signedIn(url(), short.body.token), await signedIn(url(), a1.token)];
    const notice = heard(socket, 'auth:expiring');
    const closed = disconnected(socket);
    clock.advance(540_000);
    expect(await notice).toEqual({ expiresAt: short.body.expiresAt });
    expect((await ask(socket, 'pool:sync', {})).error).toBeUndefined();
    clock.advance(60_000);
    expect(await closed).toBe('io server disconnect');
    expect((await ask(other, 'pool:sync', {})).error).toBeUndefined();
    expect((await refusalOf(url(), { auth: { token: short.body.token } }))?.data?.code).toBe('tokenInvalid');
  });

  it('by revocation closes its sockets, all of them, and no other token of the same rep', async () => {
    const { app } = cast;
    const a1 = await app.addRep('Lost Phone');
    const second = await app.call<{ token: string }>('POST', `/v1/reps/${a1.id}/tokens`);
    const mine = await Promise.all([signedIn(url(), a1.token), signedIn(url(), a1.token)]);
    const other = await signedIn(url(), second.body.token);
    const closed = mine.map(disconnected);
    expect((await app.call('DELETE', `/v1/tokens/${a1.tokenId}`)).status).toBe(204);
    expect(await Promise.all(closed)).toEqual(['io server disconnect', 'io server disconnect']);
    expect(other.connected).toBe(true);
    expect((await ask(other, 'pool:sync', {})).error).toBeUndefined();
    expect((await refusalOf(url(), { auth: { token: a1.token } }))?.data?.code).toBe('tokenInvalid');
  });

  it('by revocation in the middle of a burst of claims: no win after the 204', async () => {
    const { app } = cast;
    const a1 = await app.addRep('Leaver');
    const leads = await Promise.all(Array.from({ length: 60 }, () => app.addLead()));
    const socket = await signedIn(url(), a1.token);
    const closed = disconnected(socket);
    const ownersNow = async () => {
      await app.app.house?.idle();
      return leads.filter((id) => app.app.house?.world.owners.live(id)?.repId === a1.id).length;
    };
    const claim = (leadId: string) => socket.emit('lead:claim', { leadId, requestId: leadId }, () => undefined);
    const first = await ask(socket, 'lead:claim', { leadId: leads[0], requestId: 'first' });
    expect(first.verdict).toBe('won');
    for (const leadId of leads.slice(1, 30)) claim(leadId);
    const revoked = app.call('DELETE', `/v1/tokens/${a1.tokenId}`);
    for (const leadId of leads.slice(30)) claim(leadId);
    expect((await revoked).status).toBe(204);
    const then = await ownersNow();
    const late = leads.map((leadId) => app.claimOverHttp(a1.token, leadId, `late-${leadId}`));
    expect(new Set((await Promise.all(late)).map(({ status }) => status))).toEqual(new Set([401]));
    await closed;
    expect(await ownersNow()).toBe(then);
  });
});
