/** Threats: a socket without a right to be there; a page of another site; one address that takes every place. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret } from '../../server/people/people.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { bareSockets } from '../support/bare-sockets.ts';
import { type Cast, startCast } from '../support/cast.ts';
import { closeSockets, connected, openSocket, refusalOf, signedIn } from '../support/raw-socket.ts';

const PUBLIC_URL = 'https://sambar.example.co.id';
let cast: Cast;
const url = () => cast.app.app.url;

beforeAll(async () => {
  cast = await startCast({
    env: { PUBLIC_URL, TRUST_PROXY: '127.0.0.1', SOCKETS_PER_ADDRESS: '3', SIGN_IN_FAILURES_PER_MINUTE: '100' },
  });
});

afterEach(closeSockets);

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

async function badTokens(): Promise<[string, unknown][]> {
  const { app, a1, source } = cast;
  const revoked = (await app.call('POST', `/v1/reps/${a1.id}/tokens`)).body;
  await app.call('DELETE', `/v1/tokens/${revoked.tokenId}`);
  const invite = new URL((await app.call('POST', `/v1/reps/${a1.id}/invites`)).body.url as string);
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const good = a1.token;
  return [
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['a number', 7],
    ['a list', [good]],
    ['an object', { token: good }],
    ['empty', ''],
    ['a space', ' '],
    ['garbage', 'garbage'],
    ['the prefix alone', 'sbr_rep_'],
    ['right shape, never given', `sbr_rep_${'x'.repeat(43)}`],
    ['of another kind', good.replace('sbr_rep_', 'sbr_adm_')],
    ['cut by one', good.slice(0, -1)],
    ['longer by one', `${good}A`],
    ['one bit off', `${good.slice(0, -2)}${good.at(-2) === 'A' ? 'B' : 'A'}${good.at(-1)}`],
    ['upper case', good.toUpperCase()],
    ['with Bearer before it', `Bearer ${good}`],
    ['a space before', ` ${good}`],
    ['a line after', `${good}\n`],
    ['a zero byte after', `${good}\u0000`],
    ['its own hash', hashSecret(good)],
    ['the id of a token', a1.tokenId],
    ['the id of a rep', a1.id],
    ['revoked', revoked.token],
    ['an invite', invite.hash.replace('#invite=', '')],
    ['a JWT without a signature', `${none}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.`],
    ['huge', 'x'.repeat(10_000)],
    ['a query', "' OR 1=1 --"],
    ['__proto__', '__proto__'],
    ['a key of a source, which may hold no socket', source.key],
  ];
}

describe('socket auth', () => {
  it('30 bad tokens: 30 rejects, and not one of them in the answer', async () => {
    const bad = await badTokens();
    expect(bad).toHaveLength(30);
    for (const [what, token] of bad) {
      const refusal = await refusalOf(url(), { auth: { token } });
      expect([what, refusal?.data?.code]).toEqual([what, expect.stringMatching(/^(tokenInvalid|forbidden)$/)]);
      if (typeof token === 'string' && token.length > 8) expect(JSON.stringify(refusal)).not.toContain(token);
    }
  });

  it('the same 30 over HTTP: 401 each, or 403 for a source', async () => {
    for (const [what, token] of await badTokens()) {
      // What cannot stand in a header at all never leaves the client.
      if (typeof token !== 'string' || /[^\x20-\x7e]/.test(token)) continue;
      const answer = await cast.app.call('GET', '/v1/me', { token });
      expect([what, answer.status]).toEqual([what, token === cast.source.key ? 403 : 401]);
    }
  });

  it('in the query is no token: addresses are logged and shared', async () => {
    const { a1 } = cast;
    expect((await refusalOf(`${url()}?token=${a1.token}`, {}))?.data?.code).toBe('tokenInvalid');
    expect((await cast.app.call('GET', `/v1/me?token=${a1.token}`, { token: null })).status).toBe(401);
  });

  it('a transport that never says who it is, is closed', async () => {
    await using bare = await bareSockets({ authenticate: () => null, connectTimeoutMs: 200 });
    const engine = openSocket(bare.url).io.engine;
    const closed = new Promise<string>((resolve) => engine.once('close', resolve));
    const opened = new Promise<void>((resolve) => engine.once('open', () => resolve()));
    // The engine alone: the packet in which a client says CONNECT is held back.
    engine.write = () => engine;
    await opened;
    expect(bare.sockets.count()).toBe(1);
    await closed;
    expect(bare.sockets.count()).toBe(0);
  });
});

describe('cross-site WebSocket', () => {
  const ORIGINS: [string | undefined, boolean][] = [
    [undefined, true],
    [PUBLIC_URL, true],
    ['own', true],
    ['https://evil.example', false],
    ['null', false],
    ['', false],
    ['http://sambar.example.co.id', false],
    ['https://sambar.example.co.id.evil.example', false],
    ['https://evil.example/https://sambar.example.co.id', false],
    ['https://sambar.example.co.id@evil.example', false],
    ['file://', false],
    ['chrome-extension://abcdef', false],
  ];

  it.each(['websocket', 'polling'] as const)(
    'own, public and none are let in, all others not: %s',
    async (transport) => {
      for (const [given, allowed] of ORIGINS) {
        const origin = given === 'own' ? url() : given;
        const refusal = await refusalOf(url(), {
          auth: { token: cast.a1.token },
          transports: [transport],
          ...(origin === undefined ? {} : { origin }),
        });
        expect([transport, origin, refusal === null]).toEqual([transport, origin, allowed]);
      }
    },
  );

  it('without an Origin the token decides all the same', async () => {
    expect((await refusalOf(url(), { auth: { token: 'none' } }))?.data?.code).toBe('tokenInvalid');
  });

  it('nothing answers a page of another site with leave to read', async () => {
    for (const path of ['/v1/me', '/socket.io/?EIO=4&transport=polling', '/rep/', '/openapi.json']) {
      const { headers } = await cast.app.call('GET', path, { headers: { origin: 'https://evil.example' } });
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null]);
    }
  });
});

describe('one address that takes every place', () => {
  const knock = (address: string, token = cast.a1.token) =>
    connected(url(), { auth: { token }, forwardedFor: address }).catch(() => null);

  it('holds 3 sockets of 3, and no fourth; its neighbour is let in; a place that is left is free', async () => {
    const mine = [await knock('203.0.113.5'), await knock('203.0.113.5'), await knock('203.0.113.5')];
    expect(mine.every((socket) => socket?.connected)).toBe(true);
    expect(await knock('203.0.113.5')).toBeNull();
    expect((await knock('203.0.113.6'))?.connected).toBe(true);
    const left = new Promise((resolve) => mine[0]?.io.engine.once('close', resolve));
    mine[0]?.close();
    await left;
    await expect.poll(async () => (await knock('203.0.113.5'))?.connected).toBe(true);
  });

  it('one home is one address in IPv6, whatever its devices are called', async () => {
    for (const last of ['1', '2:3', 'ffff']) expect((await knock(`2001:db8:1:2::${last}`))?.connected).toBe(true);
    expect(await knock('2001:db8:1:2::9')).toBeNull();
    expect((await knock('2001:db8:1:3::9'))?.connected).toBe(true);
  });

  it('this machine has no such limit', async () => {
    for (let n = 0; n < 10; n++) expect((await signedIn(url(), cast.a1.token)).connected).toBe(true);
    expect((await cast.app.call('GET', '/v1/reps', { token: ADMIN_KEY })).status).toBe(200);
  });
});
