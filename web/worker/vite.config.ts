/**
 * The service worker of the rep's page, built after the pages: it names the files of the page as they were built, each
 * by its hash, so a phone fetches only what changed.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const web = fileURLToPath(new URL('..', import.meta.url));
const PAGE = '/rep/index.html';

function shellOf(page: string): { url: string; revision: string | null }[] {
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url as string);
  if (assets.length === 0) throw new Error(`${PAGE} names no file`);
  const revision = createHash('sha256').update(page).digest('hex').slice(0, 16);
  // What is hashed by name needs no revision.
  return [{ url: PAGE, revision }, ...[...new Set(assets)].map((url) => ({ url, revision: null }))];
}

export default defineConfig({
  root: web,
  publicDir: false,
  define: {
    SHELL: JSON.stringify(shellOf(readFileSync(`${web}dist${PAGE}`, 'utf8'))),
    'process.env.NODE_ENV': '"production"',
  },
  build: {
    outDir: `${web}dist`,
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: `${web}worker/shell.ts`, formats: ['iife'], name: 'shell', fileName: () => 'rep/sw.js' },
  },
});
