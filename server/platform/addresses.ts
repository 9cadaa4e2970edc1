/**
 * Where a request comes from. Behind a proxy every connection has the proxy's address, so the one it
 * names is taken, but only from proxies that the operator has named: anybody may write the header.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** A home or office has a whole /64 of IPv6: more than that is no different caller. */
const V6_GROUPS = 4;

export interface Addresses {
  /** One name a caller: an IPv4 address, or the first half of an IPv6 one. */
  of(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
}

/** An address without a zone or a mapping into IPv6; '' for what is none. */
function plainAddress(text: string): string {
  const address = text
    .trim()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? '' : address;
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function groupsOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, V6_GROUPS).join(':');
}

/** Adds `10.0.0.1` or `10.0.0.0/8` to the list; false when it is neither. */
export function addRange(list: BlockList, range: string): boolean {
  const [text = '', bits] = range.trim().split('/');
  const address = plainAddress(text);
  if (address === '') return false;
  if (bits === undefined) {
    list.addAddress(address, familyOf(address));
    return true;
  }
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (prefix < 0 || prefix > (isIP(address) === 6 ? 128 : 32)) return false;
  list.addSubnet(address, prefix, familyOf(address));
  return true;
}

const loopback = new BlockList();
addRange(loopback, '127.0.0.0/8');
addRange(loopback, '::1');

/** This very machine: nobody is kept out of it by a limit on addresses. */
export const isLoopback = (address: string) =>
  address === '0:0:0:0' || address === '127.0.0.1' || isIn(loopback, address);

function isIn(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

export function createAddresses(options: { trustedProxies: readonly string[]; linkSecret?: string }): Addresses {
  const trusted = new BlockList();
  for (const range of options.trustedProxies) addRange(trusted, range);
  const secret = options.linkSecret === undefined ? null : Buffer.from(options.linkSecret);

  /** A gateway that shows the link's secret says for whom it asks. */
  function namedByGateway(headers: IncomingMessage['headers']): string {
    const shown = Buffer.from(String(headers['x-sambar-link'] ?? ''));
    if (secret === null || shown.length !== secret.length || !timingSafeEqual(shown, secret)) return '';
    return String(headers['x-sambar-address'] ?? '');
  }

  return {
    of({ headers, socket }) {
      const named = namedByGateway(headers);
      if (named !== '') return named;
      let address = plainAddress(socket.remoteAddress ?? '');
      // Asked first: a list of addresses costs ten microseconds to look into, and a storm of newcomers names none.
      const hops = headers['x-forwarded-for'] === undefined ? [] : String(headers['x-forwarded-for']).split(',');
      // From the nearest hop outwards, as long as the one who names it is trusted.
      while (hops.length > 0 && isIn(trusted, address)) {
        const hop = plainAddress(hops.pop() ?? '');
        if (hop === '') break;
        address = hop;
      }
      return isIP(address) === 6 ? groupsOf(address) : address;
    },
  };
}
