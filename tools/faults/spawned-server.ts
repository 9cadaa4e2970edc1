/** The built server as a process of its own, as an operator starts it: to be killed, frozen and watched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

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
  /** Whether it was ever sent a signal: else it ended by itself. */
  wasSignalled(): boolean;
}

/** What `node` runs, and where: the built server, or a variant that is broken on purpose. */
export interface Program {
  args: readonly string[];
  folder: string;
}

const running = new Set<ChildProcess>();

/** Nothing outlives the one who started it, frozen or not. */
function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts a server and answers at once: it may listen soon, wait for another to end, or refuse. */
export function spawnServer(env: Record<string, string>, program: Program): ServerProcess {
  const child = spawn(process.execPath, program.args, {
    cwd: program.folder,
    env: { PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (running.size === 0) process.once('exit', endAll);
  running.add(child);
  let output = '';
  let url: string | null = null;
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
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
  let wasSignalled = false;
  const signal = (name: NodeJS.Signals): void => {
    wasSignalled = true;
    child.kill(name);
  };
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
    signal,
    wasSignalled: () => wasSignalled,
    async end(name = 'SIGTERM') {
      signal(name);
      return ended;
    },
  };
}
