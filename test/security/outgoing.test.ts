/** Threat: an address that somebody types in leads the server to its own network. Every connection is counted. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import {
  CALL_BYTES_MAX,
  CALL_MS_MAX,
  createOutgoing,
  isPublic,
  type OutgoingDeps,
} from '../../server/platform/outgoing.ts';
import { SimClock } from '../support/sim-clock.ts';

/** Nobody's in particular; a test never goes there. */
const PUBLIC = '93.184.215.14';

let inside: Server;
let port: number;
let connects = 0;
let dialled: string[] = [];
let seen: { url: string | undefined; host: string | undefined; body: string }[] = [];

beforeAll(async () => {
  inside = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ url: request.url, host: request.headers.host, body });
      if (request.url === '/moved') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
      else if (request.url === '/large') response.end('x'.repeat(CALL_BYTES_MAX + 1));
      else if (request.url === '/fits') response.end('x'.repeat(CALL_BYTES_MAX));
      else if (request.url === '/broken') response.destroy();
      else if (request.url !== '/silent') response.end('ok');
    });
  });
  inside.on('connection', () => connects++);
  inside.listen(0, '127.0.0.1');
  await new Promise((resolve) => inside.once('listening', resolve));
  port = (inside.address() as AddressInfo).port;
});
beforeEach(() => {
  connects = 0;
  dialled = [];
  seen = [];
});
afterAll(() => {
  inside.closeAllConnections();
  inside.close();
});

/** A server of the public network is played by the one inside: what counts is the address that was dialled. */
function outgoing(deps: Partial<OutgoingDeps> = {}) {
  return createOutgoing({
    clock: createSystemClock(),
    allowPlainHttp: true,
    resolve: async () => [PUBLIC],
    dial: (address) => {
      dialled.push(address);
      return connect({ host: '127.0.0.1', port });
    },
    ...deps,
  });
}

const get = (url: string, deps?: Partial<OutgoingDeps>) => outgoing(deps).call({ url, method: 'GET' });

describe('an address inside', () => {
  const hosts = [
    '127.0.0.1',
    '127.9.9.9',
    'localhost',
    'localhost.',
    '0.0.0.0',
    '0',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:93.184.215.14]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[2001:db8::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[ff02::1]',
  ];

  it.each(hosts)('%s: refused, nothing dialled', async (host) => {
    // Names go through the system's resolver here, as in production; dialling is what must not happen.
    const call = createOutgoing({
      clock: createSystemClock(),
      allowPlainHttp: true,
      ...(/^localhost/.test(host) ? { resolve: async () => ['127.0.0.1', '::1'] } : {}),
    }).call({ url: `http://${host}:${port}/secret`, method: 'GET' });
    await expect(call).rejects.toMatchObject({ code: 'notPublic' });
    expect(connects).toBe(0);
  });

  it.each([[['127.0.0.1']], [[PUBLIC, '10.0.0.1']], [['::1', PUBLIC]], [['::ffff:127.0.0.1']], [['fe80::1%lo']]])(
    'a name that resolves to %j: refused, nothing dialled',
    async (addresses) => {
      await expect(get('http://partner.example/', { resolve: async () => addresses })).rejects.toMatchObject({
        code: 'notPublic',
      });
      expect([connects, dialled]).toEqual([0, []]);
    },
  );

  it('a name that is public when looked at and inside a moment later: only what was looked at is dialled', async () => {
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? [PUBLIC] : ['127.0.0.1']);
    const door = outgoing({ resolve });
    expect(await door.call({ url: 'http://partner.example/', method: 'GET' })).toMatchObject({ status: 200 });
    expect([asked, dialled, connects]).toEqual([1, [PUBLIC], 1]);
    await expect(door.call({ url: 'http://partner.example/', method: 'GET' })).rejects.toMatchObject({
      code: 'notPublic',
    });
    expect([asked, dialled, connects]).toEqual([2, [PUBLIC], 1]);
  });

  it('behind a redirect: the redirect is the answer', async () => {
    expect(await get('http://partner.example/moved')).toMatchObject({ status: 302 });
    expect(seen.map(({ url }) => url)).toEqual(['/moved']);
    expect(connects).toBe(1);
  });

  it('a control: without the look at the address the same call gets in', async () => {
    const { status } = await fetch(`http://127.1:${port}/secret`);
    expect([status, connects]).toEqual([200, 1]);
  });
});

describe('a public address', () => {
  it('is called with the name it was typed with, and the body', async () => {
    const answer = await outgoing().call({ url: 'http://partner.example/hook?a=1', method: 'POST', body: '{"å":1}' });
    expect(answer).toEqual({ status: 200, body: 'ok' });
    expect(seen).toEqual([{ url: '/hook?a=1', host: 'partner.example', body: '{"å":1}' }]);
  });

  it('over https must prove its name: a server without a certificate is not spoken to', async () => {
    await expect(get('https://partner.example/', { allowPlainHttp: false })).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect([dialled, seen]).toEqual([[PUBLIC], []]);
  });

  it.each([
    'http://partner.example/',
    'ftp://partner.example/',
    'file:///etc/passwd',
    'https://a:b@partner.example/',
    'no',
  ])('%s is no address to call', async (url) => {
    await expect(get(url, { allowPlainHttp: false })).rejects.toMatchObject({ code: 'badUrl' });
    expect(dialled).toEqual([]);
  });

  it('may answer 64 KiB and not a byte more, and is sent no more', async () => {
    expect((await get('http://partner.example/fits')).body).toHaveLength(CALL_BYTES_MAX);
    await expect(get('http://partner.example/large')).rejects.toMatchObject({ code: 'tooLarge' });
    const body = 'x'.repeat(CALL_BYTES_MAX + 1);
    const call = outgoing().call({ url: 'http://partner.example/', method: 'POST', body });
    await expect(call).rejects.toMatchObject({ code: 'tooLarge' });
    expect(seen).toHaveLength(2);
  });

  it('that breaks off, or has no address, is unreachable', async () => {
    await expect(get('http://partner.example/broken')).rejects.toMatchObject({ code: 'unreachable' });
    const lost = { resolve: () => Promise.reject(new Error('ENOTFOUND')) };
    await expect(get('http://partner.example/', lost)).rejects.toMatchObject({ code: 'notResolved' });
    await expect(get('http://partner.example/', { resolve: async () => [] })).rejects.toMatchObject({
      code: 'notResolved',
    });
  });

  it.each(['http', 'https'])('where nobody listens is unreachable over %s', async (scheme) => {
    const dial = () => connect({ host: '127.0.0.1', port: 1 });
    await expect(get(`${scheme}://partner.example/`, { dial })).rejects.toMatchObject({ code: 'unreachable' });
  });

  it.each(['a silent server', 'a silent resolver'])('%s is given five seconds', async (silent) => {
    const clock = new SimClock();
    const arrived = new Promise((resolve) => inside.once('request', resolve));
    const waiting = silent === 'a silent resolver' ? { resolve: () => new Promise<string[]>(() => undefined) } : {};
    const call = get('http://partner.example/silent', { clock, ...waiting });
    if (silent === 'a silent server') await arrived;
    const ended = expect(call).rejects.toMatchObject({ code: 'tooSlow' });
    clock.advance(CALL_MS_MAX);
    await ended;
    expect(clock.nextDueMs()).toBeNull();
  });
});

it('public are v4 and v6 addresses of the public network, and nothing that is no address', () => {
  const asked = [PUBLIC, '8.8.8.8', '2606:4700:4700::1111', '192.0.1.1', '172.32.0.1', '', 'partner.example', '127.1'];
  expect(asked.map(isPublic)).toEqual([true, true, true, true, true, false, false, false]);
});
