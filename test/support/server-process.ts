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
  url: string;
  pid: number;
  /** Everything it has printed, both streams. */
  output(): string;
  /** Resolves with the exit code when it is gone, by whatever cause. */
  ended: Promise<number | null>;
  /** Sends a signal and resolves with the exit code once it is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts `server/main` and resolves when it says where it listens; rejects when it ends instead. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  buildOnce();
  const child = spawn('node', ['dist/server/main.js'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let output = '';
  const exited = once(child, 'exit').then(([code]) => {
    started.delete(child);
    return code as number | null;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      const match = /listens on (\S+)/.exec(line);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
  const url = await Promise.race([
    listening,
    exited.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${output}`))),
  ]);
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    ended: exited,
    signal: (signal) => void child.kill(signal),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
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
