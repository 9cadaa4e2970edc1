/** Real server processes for tests: the built server as an operator starts it, on port 0. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, spawnServer as spawnProgram } from '../../tools/faults/spawned-server.ts';

export type { ServerProcess } from '../../tools/faults/spawned-server.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const started = new Set<ServerProcess>();
let built = false;

/** What runs is what `npm start` would run; built once a test file, when it is older than its sources. */
export function buildOnce(): void {
  if (built) return;
  const done = spawnSync('node', ['scripts/build.mjs', '--if-stale', '--quiet'], { cwd: ROOT, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('the build failed');
  built = true;
}

/** What `node` runs in place of the built server: a variant of a test's own, broken on purpose. */
export type Program = readonly string[];

export const BUILT_SERVER: Program = ['dist/server/main.js'];

/** Starts `server/main` and answers at once: it may listen soon, wait for another to end, or refuse. */
export function spawnServer(env: Record<string, string>, program?: Program): ServerProcess {
  buildOnce();
  const server = spawnProgram(env, { args: program ?? BUILT_SERVER, folder: ROOT });
  started.add(server);
  void server.ended.then(() => started.delete(server));
  return server;
}

/** Starts `server/main` and resolves when it says where it listens; rejects when it ends instead. */
export async function startServer(env: Record<string, string>, program?: Program): Promise<ServerProcess> {
  const server = spawnServer(env, program);
  await server.listening;
  return server;
}

/** For `afterEach`: nothing a test started outlives it. */
export async function endServers(): Promise<void> {
  await Promise.all([...started].map((server) => server.end('SIGKILL')));
}
