/** What is measured, as a process of its own: the product or a baseline, its address and its CPU time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('..', import.meta.url));
/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export interface Subject {
  name: string;
  url: string;
  /** CPU seconds of all its threads since it started. */
  cpuSeconds(): number;
  databaseFile: string | null;
  end(): Promise<void>;
}

async function start(script: string, env: Record<string, string>): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(DIST, script)], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const match = /listens on (\S+)/.exec(line);
    if (match?.[1] !== undefined) return { child, url: match[1] };
  }
  throw new Error(`${script} ended before it listened`);
}

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** The product on a throw-away file: embedded, or on the Redis given. */
export async function startProduct(options: { adminKey: string; redisUrl: string | undefined }): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'sambar-load-'));
  const databaseFile = join(folder, 'sambar.db');
  const { child, url } = await start('server/main.js', {
    PORT: '0',
    DATABASE_FILE: databaseFile,
    ADMIN_API_KEY: options.adminKey,
    LOG_LEVEL: 'error',
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl, CELL: `load-${process.pid}` }),
  });
  return {
    name: options.redisUrl === undefined ? 'sambar, embedded' : 'sambar, Redis',
    url,
    databaseFile,
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    async end() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startBaseline(name: string): Promise<Subject> {
  const { child, url } = await start(`loadtest/baselines/${name}.js`, {});
  return { name, url, databaseFile: null, cpuSeconds: () => cpuSecondsOf(child.pid ?? 0), end: () => end(child) };
}
