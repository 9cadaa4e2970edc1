/** Every HTTP call but the claim is the ledger's: a gateway hands it on as it came, and the answer back. */
import { Readable } from 'node:stream';
import type { Addresses } from '../platform/addresses.ts';
import type { Http } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { RegistryReader } from './registry.ts';

const FORWARD_TIMEOUT_MS = 10_000;
/** Of one connection only: not for the next. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'host',
  'content-length',
  'expect',
]);

/**
 * What of a path the ledger is asked for: as the URL that `fetch` will make of it, since `..` in one would lead out of
 * the route and to the calls that are gateways' alone; without the host that a request may name. Null: it leads elsewhere.
 */
function pathWithin(route: string, asked: string, ledgerUrl: string): string | null {
  const { pathname, search } = new URL(asked, ledgerUrl);
  const isWithin = route.endsWith('*') ? pathname.startsWith(route.slice(0, -1)) : pathname === route;
  return isWithin ? `${pathname}${search}` : null;
}

export function forwardRoutes(app: Http, deps: { registry: RegistryReader; addresses: Addresses }): void {
  const away = () =>
    new Problem(503, 'ledgerAway', 'The ledger cannot be reached; ask again.', { retryAfterSeconds: 1 });

  for (const url of ['/v1/*', '/docs', '/docs/*', '/openapi.json']) {
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url,
      schema: { hide: true },
      async handler(request, reply) {
        const ledger = await deps.registry.ledger().catch(() => null);
        if (ledger === null) throw away();
        const path = pathWithin(url, request.url, ledger.url);
        if (path === null) throw new Problem(404, 'unknownRoute', 'There is nothing at this path.');
        const headers = Object.entries(request.headers).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string' && !HOP_BY_HOP.has(entry[0]),
        );
        const response = await fetch(`${ledger.url}${path}`, {
          method: request.method,
          headers: {
            ...Object.fromEntries(headers),
            'x-sambar-link': ledger.secret,
            'x-sambar-address': deps.addresses.of(request.raw),
          },
          redirect: 'manual',
          signal: AbortSignal.timeout(FORWARD_TIMEOUT_MS),
          // The very bytes: a signature is over them.
          ...(request.rawBody === null ? {} : { body: new Uint8Array(request.rawBody) }),
        }).catch(() => {
          throw away();
        });
        reply.code(response.status);
        for (const [name, value] of response.headers) {
          if (!HOP_BY_HOP.has(name) && name !== 'content-encoding') reply.header(name, value);
        }
        return reply.send(response.body === null ? '' : Readable.fromWeb(response.body as never));
      },
    });
  }
}
