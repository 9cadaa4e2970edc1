/** The three pages, as built into web/dist: files with a strict policy, nothing inline. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { Http } from './http.ts';

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self' ws: wss:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** From source and from dist alike: the project's root is the nearest folder with package.json above. */
export function projectRoot(): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder);
  return fileURLToPath(folder);
}

export async function servePages(app: Http): Promise<void> {
  const root = `${projectRoot()}web/dist`;
  if (!existsSync(root)) return;
  await app.register(fastifyStatic, {
    root,
    prefix: '/',
    index: ['index.html'],
    redirect: true,
    // Made by the build: a phone on a poor network pays for each byte.
    preCompressed: true,
    setHeaders(response, path) {
      const hashed = /\/assets\//.test(path);
      response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      response.header('content-security-policy', CSP);
      response.header('x-frame-options', 'DENY');
    },
  });
}
