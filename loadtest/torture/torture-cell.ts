/**
 * The cell that is tortured: its own file, its own Redis, and real processes, each behind a link that can
 * be cut. Embedded it is one server; on Redis a ledger, its standby, and two gateways.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, within } from '../../server/kernel/clock.ts';
import { TcpProxy } from '../../tools/faults/proxy.ts';
import { startRedis, type TestRedis } from '../../tools/faults/redis-server.ts';
import { type Program, type ServerProcess, spawnServer } from '../../tools/faults/spawned-server.ts';

export type ArbiterKind = 'embedded' | 'redis';

export interface TortureCellOptions {
  arbiter: ArbiterKind;
  program: Program;
  adminKey: string;
  clock: Clock;
  /** A process, called `name` and none before it, has become the holder of the file. */
  onHolder(name: string, file: string): void;
}

/** Where clients come in: the address of a link in front of a server. */
export interface Door {
  name: string;
  url: string;
  link: TcpProxy;
}

const NAME = 'torture';
const GATEWAYS = 2;
/** A process that does not listen by then will not. */
const LISTENS_WITHIN_MS = 60_000;
/** Of what a process printed before it ended badly. */
const OUTPUT_TOLD = 400;

export class TortureCell implements AsyncDisposable {
  readonly name = NAME;
  readonly folder = mkdtempSync(join(tmpdir(), 'sambar-torture-'));
  readonly doors: Door[] = [];
  /** Between a process and Redis; none when it is embedded. */
  readonly toRedis: { gateway: TcpProxy; ledger: TcpProxy } | null;
  readonly redis: TestRedis | null;
  readonly #options: TortureCellOptions;
  readonly #gateways: ServerProcess[] = [];
  #holder!: ServerProcess;
  #standby: ServerProcess | null = null;
  #holders = 0;

  private constructor(options: TortureCellOptions, redis: TestRedis | null, toRedis: TortureCell['toRedis']) {
    this.#options = options;
    this.redis = redis;
    this.toRedis = toRedis;
  }

  /** Resolves when it serves, its standby stands by, and every door is open. */
  static async start(options: TortureCellOptions): Promise<TortureCell> {
    const isEmbedded = options.arbiter === 'embedded';
    // What it kept is whole again after a kill, unless the fault is that it is not.
    const redis = isEmbedded ? null : await startRedis({ persist: true, args: ['--appendfsync', 'everysec'] });
    const toRedis =
      redis === null ? null : { gateway: await TcpProxy.to(redis.port), ledger: await TcpProxy.to(redis.port) };
    const cell = new TortureCell(options, redis, toRedis);
    try {
      await cell.#open();
      return cell;
    } catch (fault) {
      await cell[Symbol.asyncDispose]();
      throw fault;
    }
  }

  get file(): string {
    return join(this.folder, 'sambar.db');
  }

  /** The process that has the file. */
  get holder(): ServerProcess {
    return this.#holder;
  }

  /** Those that serve. */
  get serving(): { name: string; pid: number }[] {
    const gateways = this.#gateways.map(({ pid }, n) => ({ name: `gateway ${n + 1}`, pid }));
    return [{ name: 'holder', pid: this.#holder.pid }, ...gateways];
  }

  gateway(n: number): ServerProcess {
    return this.#gateways[n] as ServerProcess;
  }

  /** The file's holder is gone or as good as gone: resolves when its successor serves. */
  async succeed(): Promise<void> {
    if (this.#standby === null) {
      await this.#holder.ended;
      this.#holder = this.#spawn('all', { PORT: new URL(this.#holder.url).port });
    } else {
      this.#holder = this.#standby;
    }
    await this.#serves(this.#holder);
    if (this.#standby !== null) await this.#standBy();
    this.#hold();
  }

  /** Puts a gateway that has ended up again, at its old port. */
  async restartGateway(n: number): Promise<void> {
    const old = this.gateway(n);
    await old.ended;
    this.#gateways[n] = this.#spawnGateway(n, new URL(old.url).port);
    await this.#serves(this.gateway(n));
  }

  /** Politely, as an operator would; in words, who ended otherwise than well. */
  async stop(): Promise<string[]> {
    // First, since it would take over; it holds nothing, so that a signal simply ends it.
    await this.#standby?.end('SIGTERM');
    const gateways = this.#gateways.map((gateway, n) => ending(`gateway ${n + 1}`, gateway));
    const others = await Promise.all([...gateways, ending('the holder of the file', this.#holder)]);
    return others.filter((words) => words !== null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const servers = [this.#standby, ...this.#gateways, this.#holder].filter((server) => server != null);
    await Promise.all(servers.map((server) => server.end('SIGKILL')));
    const links = [
      ...this.doors.map(({ link }) => link),
      ...(this.toRedis === null ? [] : Object.values(this.toRedis)),
    ];
    await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
    await this.redis?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const isEmbedded = this.redis === null;
    this.#holder = this.#spawn(isEmbedded ? 'all' : 'ledger');
    await this.#serves(this.#holder);
    this.#hold();
    if (isEmbedded) return this.#addDoor('server', this.#holder);
    await this.#standBy();
    for (let n = 0; n < GATEWAYS; n++) {
      const gateway = this.#spawnGateway(n, '0');
      this.#gateways.push(gateway);
      await this.#serves(gateway);
      await this.#addDoor(`gateway ${n + 1}`, gateway);
    }
  }

  #hold(): void {
    this.#options.onHolder(`holder ${++this.#holders}`, this.file);
  }

  async #addDoor(name: string, server: ServerProcess): Promise<void> {
    const link = await TcpProxy.to(Number(new URL(server.url).port));
    this.doors.push({ name, link, url: `http://127.0.0.1:${link.port}` });
  }

  async #standBy(): Promise<void> {
    this.#standby = this.#spawn('ledger');
    await this.#inTime('the standby does not stand by', this.#standby, this.#standby.standsBy);
  }

  async #serves(server: ServerProcess): Promise<void> {
    await this.#inTime('a server does not listen', server, server.listening);
  }

  async #inTime(what: string, server: ServerProcess, work: Promise<unknown>): Promise<void> {
    if (await within(this.#options.clock, LISTENS_WITHIN_MS, work)) return;
    throw new Error(`${what} (pid ${server.pid}): ${server.output()}`);
  }

  #spawnGateway(n: number, port: string): ServerProcess {
    // The first one's way to Redis can be cut apart from the second's.
    const link = n === 0 ? this.toRedis?.gateway : undefined;
    return this.#spawn('gateway', { PORT: port, ...(link === undefined ? {} : redisAt(link.port)) });
  }

  #spawn(role: 'all' | 'ledger' | 'gateway', more: Record<string, string> = {}): ServerProcess {
    const { program, adminKey } = this.#options;
    const env: Record<string, string> = { ROLE: role, ADMIN_API_KEY: adminKey, LOG_LEVEL: 'error' };
    if (role !== 'gateway') env.DATABASE_FILE = this.file;
    if (role === 'ledger') env.STANDBY = 'true';
    if (this.redis !== null && this.toRedis !== null) {
      const { port } = role === 'ledger' ? this.toRedis.ledger : this.redis;
      Object.assign(env, { CELL: NAME, ...redisAt(port) });
    }
    return spawnServer({ ...env, ...more }, program);
  }
}

const redisAt = (port: number) => ({ REDIS_URL: `redis://127.0.0.1:${port}` });

/** Null: it ended with 0. */
async function ending(name: string, server: ServerProcess): Promise<string | null> {
  const code = await server.end('SIGTERM');
  return code === 0 ? null : `${name} ended with ${code}: ${server.output().slice(-OUTPUT_TOLD)}`;
}
