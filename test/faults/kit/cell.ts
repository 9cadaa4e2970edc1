/**
 * A cell of real processes on one machine: one file, one Redis (or none), and any number of servers that a
 * test kills, freezes, cuts off and starts again, by name.
 */
import { join } from 'node:path';
import { TcpProxy } from '../../../tools/faults/proxy.ts';
import { ADMIN_KEY } from '../../support/app.ts';
import type { TestRedis } from '../../support/redis.ts';
import { type Program, type ServerProcess, spawnServer } from '../../support/server-process.ts';
import { tempFolder } from '../../support/temp-database.ts';
import { Detour } from './detour.ts';

export interface CellOptions {
  /** Null: embedded, one process. */
  redis: TestRedis | null;
  /** Names the cell's keys: another one for each test on the same Redis. */
  name: string;
  /** The database; left out, one of its own in a folder that goes with the test. */
  file?: string;
  /** For every process of it. */
  env?: Record<string, string>;
}

export interface MemberOptions {
  /** How the test calls it; left out, its role. */
  name?: string;
  role: 'all' | 'gateway' | 'ledger';
  env?: Record<string, string>;
  /** Its links to Redis go through a proxy of its own: `member.toRedis`. */
  proxied?: boolean;
  /** Its links to the ledger, which must listen already, go through a proxy of its own: `member.toLedger`. */
  detoured?: boolean;
  program?: Program;
}

/** Characters of what a server said, of which its end is told. */
const LAST_WORDS = 300;

/** One server: states as of its process, running ⇄ frozen, then ended; `restart` begins anew on the same port. */
export class Member {
  readonly name: string;
  readonly role: MemberOptions['role'];
  /** Null when it was not asked for. */
  readonly toRedis: TcpProxy | null;
  /** Null when it was not asked for. */
  toLedger: TcpProxy | null;
  readonly detour: Detour | null;
  readonly #env: Record<string, string>;
  readonly #program: Program | undefined;
  #process: ServerProcess;
  #port = '0';

  constructor(
    options: MemberOptions,
    links: { env: Record<string, string>; toRedis: TcpProxy | null; toLedger: TcpProxy | null; detour: Detour | null },
  ) {
    this.name = options.name ?? options.role;
    this.role = options.role;
    this.toRedis = links.toRedis;
    this.toLedger = links.toLedger;
    this.detour = links.detour;
    this.#env = links.env;
    this.#program = options.program;
    this.#process = this.#spawn(this.#env);
  }

  get process(): ServerProcess {
    return this.#process;
  }

  get url(): string {
    return this.#process.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when it listens; a standby does when its turn has come. */
  async listens(): Promise<this> {
    this.#port = new URL(await this.#process.listening).port;
    return this;
  }

  /** Without a goodbye; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#process.end('SIGKILL');
  }

  /** Politely; resolves with the exit code. */
  terminate(): Promise<number | null> {
    return this.#process.end('SIGTERM');
  }

  freeze(): void {
    this.#process.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process.signal('SIGCONT');
  }

  /** Starts it again, at its old port, with more in its environment if asked; it must have ended. */
  async restart(env: Record<string, string> = {}): Promise<this> {
    this.#process = this.#spawn({ ...this.#env, PORT: this.#port, ...env });
    return this.listens();
  }

  /** One that ends unasked says why, where a test may be waiting for its answers in vain. */
  #spawn(env: Record<string, string>): ServerProcess {
    const server = spawnServer(env, this.#program);
    void server.ended.then((code) => {
      if (server.wasSignalled()) return;
      const words = /"msg":"([^"]*)"\}\s*$/.exec(server.output())?.[1] ?? server.output().slice(-LAST_WORDS);
      process.stderr.write(`${this.name} ended by itself with ${code}: ${words}\n`);
    });
    return server;
  }
}

export class Cell implements AsyncDisposable {
  readonly file: string;
  readonly name: string;
  /** The test's own; after a failover it names the successor, for members that start later. */
  redis: TestRedis | null;
  readonly members: Member[] = [];
  readonly #env: Record<string, string>;
  readonly #folder = tempFolder();
  readonly #proxies: TcpProxy[] = [];

  constructor({ redis, name, file, env = {} }: CellOptions) {
    this.redis = redis;
    this.name = name;
    this.file = file ?? join(this.#folder, 'sambar.db');
    this.#env = { ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'error', CELL: name, ...env };
  }

  /** Starts a server and resolves when it listens. */
  async start(options: MemberOptions): Promise<Member> {
    const member = await this.spawn(options);
    return member.listens();
  }

  /** Starts a server that may have to wait (a standby) or may refuse: `listens` is the caller's to await. */
  async spawn(options: MemberOptions): Promise<Member> {
    const toRedis = options.proxied === true ? await this.#proxyTo(this.#redis.port) : null;
    const detour = options.detoured === true ? new Detour(tempFolder()) : null;
    const url = toRedis === null ? this.redis?.url : `redis://127.0.0.1:${toRedis.port}`;
    const given = { ...this.#env, ...options.env };
    const preload = [given.LD_PRELOAD, detour?.env.LD_PRELOAD].filter((library) => library !== undefined);
    const env = {
      ...given,
      ...detour?.env,
      ...(preload.length === 0 ? {} : { LD_PRELOAD: preload.join(':') }),
      ROLE: options.role,
      ...(url === undefined ? {} : { REDIS_URL: url }),
      ...(options.role === 'gateway' ? {} : { DATABASE_FILE: this.file }),
    };
    const toLedger = detour === null ? null : await this.#leadToLedger(detour, this.#ledger);
    const member = new Member(options, { env, toRedis, toLedger, detour });
    this.members.push(member);
    return member;
  }

  /** After a take-over: new links of `member` to this ledger go through a proxy as well. */
  async linkToLedger(member: Member, ledger: Member): Promise<TcpProxy> {
    if (member.detour === null) throw new Error(`${member.name} was not started with \`detoured\``);
    member.toLedger = await this.#leadToLedger(member.detour, ledger);
    return member.toLedger;
  }

  member(name: string): Member {
    const found = this.members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`no member is called ${name}`);
    return found;
  }

  /** Every process ends, every proxy closes; Redis is the test's own. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await Promise.all(this.#proxies.splice(0).map((proxy) => proxy[Symbol.asyncDispose]()));
  }

  get #redis(): TestRedis {
    if (this.redis === null) throw new Error('an embedded cell has no Redis to stand between');
    return this.redis;
  }

  get #ledger(): Member {
    const found = this.members.find(({ role }) => role !== 'gateway');
    if (found === undefined) throw new Error('start the ledger before those whose links to it are led');
    return found;
  }

  async #leadToLedger(detour: Detour, ledger: Member): Promise<TcpProxy> {
    const proxy = await this.#proxyTo(ledger.port);
    detour.lead(ledger.port, proxy.port);
    return proxy;
  }

  async #proxyTo(port: number): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(port);
    this.#proxies.push(proxy);
    return proxy;
  }
}
