/**
 * The test bench: what is measured and what drives it, each a process of its own on a core of its own, and
 * nothing left behind. The server and every baseline have core 0, one of them at work at a time; this
 * process, the generator, has core 1. Redis shares the generator's core unless there are four.
 */
import { spawnSync } from 'node:child_process';
import { constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../tools/faults/redis-server.ts';
import { type Program, spawnServer } from '../tools/faults/spawned-server.ts';
import { putEveryRule } from './generator/every-rule.ts';

export interface Subject {
  name: string;
  url: string;
  /** An admin key; baselines let everybody in. */
  key: string;
  /** Null: a server of somebody else, perhaps on another machine. */
  pid: number | null;
  /** Its database; null: it has none, or none that may be looked at. */
  file: string | null;
  redis?: RedisSubject | undefined;
  /** Politely, and waits for its end: what it had to write is on disk then. */
  end(): Promise<unknown>;
}

export interface RedisSubject {
  url: string;
  pid: number;
}

export interface ProductOptions {
  name?: string;
  redis?: RedisSubject;
  /** A file to start on; left out: an empty one, thrown away at the end. */
  file?: string;
}

export interface BenchOptions {
  /** A server that runs already; nothing is started beside it, and nothing of its machine is looked at. */
  remote?: { url: string; key: string } | undefined;
  /** Left out: the built server. A self-test gives one that is slower on purpose. */
  program?: Program;
  /** Where each server, told to end, writes where its time went; a `program` that is given writes nothing. */
  profile?: string | undefined;
  /** Each product that is started has every rule of the policy at work; left out: `open`, as a new file has it. */
  isEveryRule?: boolean;
  /** False: nothing is kept on a core. A test shares its process and its machine with others. */
  isPinned?: boolean;
  /** Where grown files are kept between runs; left out: with other temporary files. */
  groundFolder?: string;
  /** Whoever wants to stop early. */
  signal?: AbortSignal;
  onStep?(what: string, done: number, of: number): void;
}

/** Compiled, this file is in `dist/loadtest`; a test runs it from source, and measures what is built all the same. */
const PARENT = fileURLToPath(new URL('..', import.meta.url));
export const BUILT = basename(PARENT) === 'dist' ? PARENT : join(PARENT, 'dist');
export const ROOT = join(BUILT, '..');

const ADMIN_KEY = 'load-test-admin-key-0123456789';
export const SERVER_CORE = 0;
export const GENERATOR_CORE = 1;
const CORES_FOR_REDIS = 4;

/** With all threads that it has and will have; false: it cannot be done here. */
function pin(pid: number, core: number): boolean {
  if (CORES <= 1) return false;
  return spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** As this process found them, before it was pinned itself. */
export const CORES = availableParallelism();

export class Bench implements AsyncDisposable {
  /** Where the product's files are; a commit's time is the time of this disk. */
  readonly folder = mkdtempSync(join(tmpdir(), 'sambar-load-'));
  readonly groundFolder: string;
  readonly isPinned: boolean;
  /** Where Redis runs when it shares the machine with a server. */
  readonly redisCore = CORES >= CORES_FOR_REDIS ? 2 : GENERATOR_CORE;
  readonly #program: Program;
  readonly #options: BenchOptions;
  readonly #endings: (() => Promise<unknown>)[] = [];
  #files = 0;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.groundFolder = options.groundFolder ?? join(tmpdir(), 'sambar-load-ground');
    const { profile } = options;
    const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
    this.#program = options.program ?? builtServer(...flags);
    this.isPinned = options.isPinned !== false && pin(process.pid, GENERATOR_CORE);
  }

  /** Whether the product is a server of somebody else: it stands alone, without baselines. */
  get isRemote(): boolean {
    return this.#options.remote !== undefined;
  }

  /** Tells whoever looks on how far a scenario is. @throws when the run was interrupted */
  step(what: string, done: number, of: number): void {
    this.#options.signal?.throwIfAborted();
    this.#options.onStep?.(what, done, of);
  }

  /** The product, embedded or on the Redis given. */
  async product({ name, redis, file = this.#newFile() }: ProductOptions = {}): Promise<Subject> {
    const { remote } = this.#options;
    if (remote !== undefined) return { name: remote.url, ...remote, pid: null, file: null, end: async () => undefined };
    const env: Record<string, string> = { DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'error' };
    if (redis !== undefined) Object.assign(env, { REDIS_URL: redis.url, CELL: `load-${++this.#files}` });
    const said = name ?? (redis === undefined ? 'sambar' : 'sambar on Redis');
    const subject = await this.#start(said, env, this.#program, { file, redis });
    if (this.#options.isEveryRule === true) await putEveryRule(subject);
    return subject;
  }

  /** A file of `loadtest/baselines/`, by its name. */
  baseline(name: string, env: Record<string, string> = {}): Promise<Subject> {
    const script = join(BUILT, `loadtest/baselines/${name}.js`);
    return this.#start(name, env, { args: [script], folder: ROOT }, { file: null });
  }

  /** A Redis of this run alone. @param core where it runs */
  async redis(core = this.redisCore): Promise<RedisSubject> {
    const server = await startRedis();
    this.#endings.push(() => server.stop());
    this.pin(server.pid(), core);
    return { url: server.url, pid: server.pid() };
  }

  /** Keeps a process on a core, where processes of this bench are. */
  pin(pid: number, core: number): void {
    if (this.isPinned) pin(pid, core);
  }

  /** A copy of a database that nobody has open, to be written to. @returns where it is */
  copyOf(file: string, to = this.#newFile()): string {
    copyFileSync(file, to, constants.COPYFILE_FICLONE);
    return to;
  }

  /** The file of a subject that has ended goes at once: a big one takes room. */
  drop({ file }: Subject): void {
    if (file !== null) for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What they wrote is judged by now, and goes with them: nobody need end politely.
    await Promise.all(this.#endings.map((end) => end()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #newFile(): string {
    return join(this.folder, `${++this.#files}.db`);
  }

  async #start(
    name: string,
    env: Record<string, string>,
    program: Program,
    more: Pick<Subject, 'file' | 'redis'>,
  ): Promise<Subject> {
    const child = spawnServer(env, program);
    this.pin(child.pid, SERVER_CORE);
    this.#endings.push(() => child.end(this.#options.profile === undefined ? 'SIGKILL' : 'SIGTERM'));
    const url = await child.listening;
    // Threads that were begun before it was pinned.
    this.pin(child.pid, SERVER_CORE);
    return { name, url, key: ADMIN_KEY, pid: child.pid, ...more, end: () => child.end('SIGTERM') };
  }
}

/** @param nodeOptions what `node` is told beside it */
export function builtServer(...nodeOptions: string[]): Program {
  return { args: [...nodeOptions, join(BUILT, 'server/main.js')], folder: ROOT };
}
