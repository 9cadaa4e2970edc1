/**
 * A real redis-server to be broken: a free port of the loopback, a directory of its own, nothing kept on
 * disk unless asked. It is stopped by its own process id, and dies with the process that started it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createRedis } from '../../server/platform/redis.ts';

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  pid(): number;
  signal(signal: NodeJS.Signals): void;
  /** Ends the process and waits for it; SIGKILL leaves what is on disk as it is. */
  stopServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again at the same port with what is in its directory. */
  startServer(): Promise<void>;
  /** What it kept on disk is gone: it starts with nothing. It must have been stopped. */
  forget(): Promise<void>;
  /** A connection for as long as `work` takes. */
  use<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  /** Ends the process and removes the directory. */
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** Keep an append-only file, written at each command, so that a killed server comes back whole. */
  persist?: boolean;
  /** More of redis-server's own options: `['--maxmemory', '10mb']`. */
  args?: string[];
  /** More of its environment: a shim to load. */
  env?: Record<string, string>;
}

const START_TRIES = 5;

export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'sambar-redis-'));
  // Between finding a free port and binding it somebody else may take it.
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const server = new RedisProcess(port, dir, options);
    try {
      await server.startServer();
      return server;
    } catch (fault) {
      if (tries < START_TRIES) continue;
      await rm(dir, { recursive: true, force: true });
      throw fault;
    }
  }
}

class RedisProcess implements TestRedis {
  readonly port: number;
  readonly dir: string;
  readonly #options: TestRedisOptions;
  #child: ChildProcess | null = null;
  readonly #dieWithUs = (): void => {
    this.#child?.kill('SIGKILL');
  };

  constructor(port: number, dir: string, options: TestRedisOptions) {
    this.port = port;
    this.dir = dir;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  pid(): number {
    if (this.#child?.pid === undefined) throw new Error('redis-server is not running');
    return this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid(), signal);
  }

  async startServer(): Promise<void> {
    const keep = this.#options.persist ? ['yes', '--appendfsync', 'always'] : ['no'];
    const child = spawn(
      'redis-server',
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.dir],
        ...['--save', '', '--appendonly', ...keep],
        // A follower need not wait five seconds for others that might come, too.
        ...['--repl-diskless-sync-delay', '0'],
        ...(this.#options.args ?? []),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.#options.env } },
    );
    this.#child = child;
    process.once('exit', this.#dieWithUs);
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ready to accept connections')) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`redis-server did not start:\n${output}`)));
    });
  }

  async stopServer(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    process.off('exit', this.#dieWithUs);
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await ended;
  }

  async forget(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
    await mkdir(this.dir);
  }

  async use<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = createRedis(this.url, 'plain', { random: createSystemRandom(), onError: () => undefined });
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.stopServer('SIGKILL');
    await rm(this.dir, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
