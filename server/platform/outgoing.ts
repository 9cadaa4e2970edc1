/**
 * The one door by which the server may call somebody else's address, for channels whose addresses people type in. An
 * address is resolved here, every answer must be public, and the connection goes to an address that was looked at:
 * nobody resolves again in between. No redirect is followed. What comes back is bounded in time and in size.
 */
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { BlockList, isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Clock } from '../kernel/clock.ts';

/** Why a call was not made, or not finished. Neither the address nor what it answered is in the message. */
export type OutgoingCode = 'badUrl' | 'notPublic' | 'notResolved' | 'tooLarge' | 'tooSlow' | 'unreachable';

export class OutgoingError extends Error {
  override name = 'OutgoingError';
  readonly code: OutgoingCode;

  constructor(code: OutgoingCode, cause?: unknown) {
    super(`the call was not made: ${code}`, { cause });
    this.code = code;
  }
}

export interface Call {
  url: string;
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/** Also of a redirect, which is an answer like any other. */
export interface CallAnswer {
  status: number;
  body: string;
}

export interface Outgoing {
  /** @throws OutgoingError and nothing else */
  call(call: Call): Promise<CallAnswer>;
}

export interface OutgoingDeps {
  clock: Clock;
  /** Only where an operator says so; never to a private address even then. */
  allowPlainHttp?: boolean;
  /** Every address of a name; the system's resolver unless a test has its own. */
  resolve?(name: string): Promise<string[]>;
  /** Opens a connection to an address that was found public. */
  dial?(address: string, port: number): Socket;
}

/** From the first look at the name to the last byte. */
export const CALL_MS_MAX = 5_000;
/** Of what is sent, and of what comes back. */
export const CALL_BYTES_MAX = 65_536;
const HEAD_BYTES_MAX = 16_384;

/** IANA's special-purpose registries: what is not the public network, or leads to a v4 address of any kind. */
const NOT_PUBLIC: readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];
const notPublic = new BlockList();
for (const [net, prefix, family] of NOT_PUBLIC) notPublic.addSubnet(net, prefix, family);
/** All that is given out of v6; loopback, link-local, private, mapped and translated addresses lie outside. */
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address, as text without brackets, is one of the public network. What is no address is not. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !notPublic.check(address, 'ipv4');
  return isIP(address) === 6 && globalV6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

async function resolveAll(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

export function createOutgoing(deps: OutgoingDeps): Outgoing {
  const { clock, allowPlainHttp = false, resolve = resolveAll } = deps;
  const dial = deps.dial ?? ((host: string, port: number) => netConnect({ host, port }));

  function placeOf(text: string): URL {
    // Decimal, octal, hex and short forms of a v4 address come out of it in the usual one.
    const url = URL.canParse(text) ? new URL(text) : null;
    const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && allowPlainHttp);
    if (url === null || !isAllowed || url.username !== '' || url.password !== '') throw new OutgoingError('badUrl');
    return url;
  }

  /** One public address of the host; none when any of its addresses is not public. */
  async function addressOf({ hostname }: URL): Promise<string> {
    const host = hostname.replace(/^\[|\]$/g, '');
    const addresses =
      isIP(host) === 0
        ? await resolve(host).catch((cause: unknown) => {
            throw new OutgoingError('notResolved', cause);
          })
        : [host];
    const [first] = addresses;
    if (first === undefined) throw new OutgoingError('notResolved');
    if (!addresses.every(isPublic)) throw new OutgoingError('notPublic');
    return first;
  }

  /** Plain, or TLS whose certificate must be the host's, over one connection that ends with the call. */
  function connectionTo(url: URL, address: string): Socket {
    const isTls = url.protocol === 'https:';
    const socket = dial(address, Number(url.port) || (isTls ? 443 : 80));
    if (!isTls) return socket;
    const isName = isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0;
    return tlsConnect({ socket, host: address, ...(isName ? { servername: url.hostname } : {}) });
  }

  return {
    call: ({ url: text, method, headers = {}, body = '' }) =>
      withinTime(clock, async (signal) => {
        const url = placeOf(text);
        if (Buffer.byteLength(body) > CALL_BYTES_MAX) throw new OutgoingError('tooLarge');
        const address = await addressOf(url);
        // Time may have run out over the name: nothing is dialled then.
        if (signal.aborted) throw new OutgoingError('tooSlow');
        return new Promise<CallAnswer>((done, fail) => {
          const sent = httpRequest({
            method,
            path: url.pathname + url.search,
            headers: { ...headers, host: url.host, connection: 'close', 'content-length': Buffer.byteLength(body) },
            setHost: false,
            maxHeaderSize: HEAD_BYTES_MAX,
            signal,
            createConnection: () => connectionTo(url, address),
          });
          sent.on('error', fail);
          sent.once('response', (response) => void readWhole(response).then(done, fail));
          sent.end(body);
        });
      }),
  };
}

async function readWhole(response: IncomingMessage): Promise<CallAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early closes the connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > CALL_BYTES_MAX) throw new OutgoingError('tooLarge');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
}

function withinTime<T>(clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  return new Promise<T>((done, fail) => {
    const timer = clock.after(CALL_MS_MAX, () => {
      end.abort();
      fail(new OutgoingError('tooSlow'));
    });
    work(end.signal)
      .then(done, (cause: unknown) =>
        fail(cause instanceof OutgoingError ? cause : new OutgoingError('unreachable', cause)),
      )
      .finally(() => timer.cancel());
  });
}
