/** Real server processes for tests: the built server as an operator starts it, on port 0. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const started = new Set<ChildProcess>();
let built = false;

/** What runs is what `npm start` would run; built once a test file, when it is older than its sources. */
function buildOnce(): void {
  if (built) return;
  const done = spawnSync('node', ['scripts/build.mjs', '--if-stale', '--quiet'], { cwd: ROOT, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('the build failed');
  built = true;
}

export interface ServerProcess {
  /** Where it listens; throws before it does. */
  readonly url: string;
  /** Resolves with `url` once it listens; rejects when it ends instead. A standby may wait for long. */
  listening: Promise<string>;
  /** Resolves once it says that it waits for the file. */
  standsBy: Promise<void>;
  pid: number;
  /** Everything it has printed, both streams. */
  output(): string;
  /** Resolves with the exit code when it is gone, by whatever cause. */
  ended: Promise<number | null>;
  /** Sends a signal and resolves with the exit code once it is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

/** What `node` runs in place of the built server: a variant of a test's own, broken on purpose. */
export type Program = readonly string[];

/** Starts `server/main` and answers at once: it may listen soon, wait for another to end, or refuse. */
export function spawnServer(env: Record<string, string>, program?: Program): ServerProcess {
  buildOnce();
  const child = spawn('node', program ?? ['dist/server/main.js'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let output = '';
  let url: string | null = null;
  const ended = once(child, 'exit').then(([code]) => {
    started.delete(child);
    return code as number | null;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  let sayStandsBy: () => void;
  const standsBy = new Promise<void>((resolve) => {
    sayStandsBy = resolve;
  });
  const told = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      if (line.includes('stands by')) sayStandsBy();
      const match = /listens on (\S+)/.exec(line);
      if (match?.[1] === undefined) return;
      url = match[1];
      resolve(url);
    });
  });
  const listening = Promise.race([
    told,
    ended.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${output}`))),
  ]);
  // Who does not wait for it need not hear that it never came.
  listening.catch(() => undefined);
  return {
    get url() {
      if (url === null) throw new Error(`pid ${child.pid} does not listen yet: ${output}`);
      return url;
    },
    listening,
    standsBy,
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    signal: (signal) => void child.kill(signal),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts `server/main` and resolves when it says where it listens; rejects when it ends instead. */
export async function startServer(env: Record<string, string>, program?: Program): Promise<ServerProcess> {
  const server = spawnServer(env, program);
  await server.listening;
  return server;
}

/** For `afterEach`: nothing a test started outlives it. */
export async function endServers(): Promise<void> {
  await Promise.all(
    [...started].map(async (child) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
}
