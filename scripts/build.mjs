// Builds what is missing or older than its sources: the server and tools (tsc), the pages (vite).
// --if-stale: only then; --quiet: nothing on standard output.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const ifStale = process.argv.includes('--if-stale');
const quiet = process.argv.includes('--quiet');

function newest(path) {
  const full = join(root, path);
  if (!existsSync(full)) return 0;
  const stat = statSync(full);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let latest = 0;
  for (const entry of readdirSync(full, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue;
    latest = Math.max(latest, newest(join(path, entry.name)));
  }
  return latest;
}

function isStale(stamp, sources) {
  const file = join(root, stamp);
  return !existsSync(file) || statSync(file).mtimeMs < Math.max(...sources.map(newest));
}

function run(what, command, args) {
  const started = Date.now();
  // Whoever builds, a test runner too, builds what is served: development code names files of this machine.
  const env = { ...process.env, NODE_ENV: 'production' };
  const done = spawnSync(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    env,
    stdio: ['ignore', quiet ? 'ignore' : 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (done.status !== 0) {
    process.stderr.write(`${done.stdout ?? ''}\nbuilding ${what} failed\n`);
    process.exit(1);
  }
  if (!quiet) process.stderr.write(`built ${what} in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Beside each text of the pages, once and for all, as small as it gets. */
function compress(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!/\.(js|css|html|svg|webmanifest)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(text));
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
  }
}

function stamp(file) {
  writeFileSync(join(root, file), `${new Date().toISOString()}\n`);
}

// What was built in another way, or with other packages, is stale too.
const always = ['scripts/build.mjs', 'package-lock.json'];
const serverSources = [...always, 'server', 'client-sdk', 'tools', 'loadtest', 'tsconfig.json', 'tsconfig.build.json'];
if (!ifStale || isStale('dist/.built', serverSources)) {
  run('server and tools', 'tsc', ['-p', 'tsconfig.build.json']);
  // Scripts of Redis are files beside the code that loads them.
  mkdirSync(join(root, 'dist/server/claims/lua'), { recursive: true });
  cpSync(join(root, 'server/claims/lua'), join(root, 'dist/server/claims/lua'), { recursive: true });
  stamp('dist/.built');
}
if (!ifStale || isStale('web/dist/.built', [...always, 'web', 'client-sdk'])) {
  run('pages', 'vite', ['build', '-c', 'web/vite.config.ts', '--logLevel', 'warn']);
  run('their service worker', 'vite', ['build', '-c', 'web/worker/vite.config.ts', '--logLevel', 'warn']);
  compress(join(root, 'web/dist'));
  stamp('web/dist/.built');
}
