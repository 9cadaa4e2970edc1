/** Whose server is put under load: one's own, started for it, unless an address names another. */
import { isIP } from 'node:net';
import type { MeasureOptions } from './measure.ts';

export class TargetError extends Error {
  readonly code = 'wrongTarget';
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/** Undefined: none was named. @throws TargetError in words that say what to do */
export function targetOf({ url, key, yesRemote }: MeasureOptions): { url: string; key: string } | undefined {
  if (url === undefined) return undefined;
  if (!URL.canParse(url)) throw new TargetError(`--url ${url}: is no address, give one like http://127.0.0.1:3000`);
  const { protocol, hostname, origin } = new URL(url);
  if (protocol !== 'http:') throw new TargetError(`--url ${url}: only http:// can be loaded, past any proxy`);
  if (!isLoopback(hostname) && yesRemote !== true) {
    throw new TargetError(`--url ${url} is another machine: say --yes-remote if it is yours to put under load`);
  }
  const adminKey = key ?? process.env.ADMIN_API_KEY;
  if (adminKey === undefined) throw new TargetError('--url needs the admin key: --key, or ADMIN_API_KEY');
  return { url: origin, key: adminKey };
}
