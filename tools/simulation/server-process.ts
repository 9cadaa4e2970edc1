/** Starts a server of one's own on a throw-away file, and lets nothing of it outlive the tool. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createRedis } from '../../server/platform/redis.ts';
import type { FromServer, ToServer } from './server-child.ts';

export interface ServerOptions {
  /** Taken when it is free, else any other; 0 takes any. */
  port: number;
  redisUrl?: string | undefined;
  /** Other machines of the network may connect; absent: this one alone. */
  isOpen?: boolean | undefined;
}

const HOST = '127.0.0.1';
const EVERY_ADDRESS = '0.0.0.0';

export class ServerProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'sambar-'));
  readonly adminKey = `admin-${randomBytes(24).toString('base64url')}`;
  /** Keys of its own in a Redis that others may use as well. */
  readonly #cell = `sim-${randomBytes(8).toString('hex')}`;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #url = '';

  private constructor(options: ServerOptions) {
    this.#options = options;
  }

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    try {
      await server.start();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  get url(): string {
    return this.#url;
  }

  get databaseFile(): string {
    return join(this.folder, 'sambar.db');
  }

  /** Serves the file that is there, or a new one; resolves when it answers. */
  async start(): Promise<void> {
    const { port, redisUrl, isOpen = false } = this.#options;
    const host = isOpen ? EVERY_ADDRESS : HOST;
    const child = forkServer();
    this.#child = child;
    const first = once(child, 'message') as Promise<[FromServer]>;
    const died = once(child, 'exit').then(([code]): [FromServer] => [
      { kind: 'failed', reason: `the server ended with code ${String(code)}` },
    ]);
    send(child, {
      kind: 'start',
      folder: this.folder,
      env: {
        PORT: String((await isFree(port, host)) ? port : 0),
        HOST: host,
        DATABASE_FILE: this.databaseFile,
        ADMIN_API_KEY: this.adminKey,
        LOG_LEVEL: 'error',
        CELL: this.#cell,
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      },
    });
    const [message] = await Promise.race([first, died]);
    if (message.kind === 'failed') throw new Error(`the server did not start: ${message.reason}`);
    this.#url = `http://${HOST}:${new URL(message.url).port}`;
  }

  /** Claims in flight are answered and the file is whole; it stays, for a look at it. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || !child.connected) return;
    const gone = once(child, 'exit');
    send(child, { kind: 'stop' });
    await gone;
  }

  /** Ends it and removes its file, and its keys from Redis. */
  async remove(): Promise<void> {
    await this.stop();
    if (this.#options.redisUrl !== undefined) await removeKeys(this.#options.redisUrl, this.#cell);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function send(child: ChildProcess, message: ToServer): void {
  child.send(message);
}

/** From source (development, tests) a child needs the TypeScript loader that its parent has. */
function forkServer(): ChildProcess {
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = new URL(fromSource ? './server-child.ts' : './server-child.js', import.meta.url);
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return fork(entry, {
    execArgv: fromSource ? ['--import', loader()] : [],
    // What the server logs is for people, and standard output belongs to the tool's answer.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
}

async function isFree(port: number, host: string): Promise<boolean> {
  const probe = createServer();
  const free = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => resolve(true));
  });
  const answer = await free;
  if (answer) await new Promise((resolve) => probe.close(resolve));
  return answer;
}

async function removeKeys(url: string, cell: string): Promise<void> {
  const redis = createRedis(url, 'plain', { random: createSystemRandom(), onError: () => undefined });
  try {
    await redis.connect();
    for (let cursor = '0'; ; ) {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `{${cell}}:*`, 'COUNT', 1_000);
      if (keys.length > 0) await redis.unlink(...keys);
      cursor = next;
      if (cursor === '0') return;
    }
  } finally {
    redis.disconnect();
  }
}
