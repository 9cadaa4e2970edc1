/**
 * CPU time, as the kernel's scheduler counts it: nanoseconds of each thread, so that a run of a second is
 * measured and not sampled. Linux only.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds. */
export interface CpuTime {
  /** The thread that runs the event loop, or Redis's commands. */
  main: number;
  /** All others: the ledger's thread, and what the runtime has beside it. */
  others: number;
}

export class CpuUnknownError extends Error {
  readonly code = 'cpuUnknown';
}

/** CPU time of a live process since it started. @throws CpuUnknownError where the kernel does not tell */
export function cpuOf(pid: number): CpuTime {
  const time: CpuTime = { main: 0, others: 0 };
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      time[Number(thread) === pid ? 'main' : 'others'] += Number(nanoseconds) / 1e9;
    }
  } catch (error) {
    throw new CpuUnknownError(`the CPU time of process ${pid} cannot be read from /proc (Linux only)`, {
      cause: error,
    });
  }
  return time;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Process ids. */
export interface Metered {
  server: number | null;
  redis?: number | undefined;
  /** Left out: this process. */
  generator?: number | undefined;
}

/** What a stretch of time cost, in seconds. Null: not on this machine, or there is none. */
export interface Spent {
  seconds: number;
  server: CpuTime | null;
  generator: number;
  redis: number | null;
}

const sum = ({ main, others }: CpuTime) => main + others;

/** Begins to measure; each call of what it answers tells what was spent since the beginning. */
export function meter({ server, redis, generator = process.pid }: Metered): () => Spent {
  const read = () => ({
    at: performance.now(),
    server: server === null ? null : cpuOf(server),
    generator: sum(cpuOf(generator)),
    redis: redis === undefined ? null : sum(cpuOf(redis)),
  });
  const before = read();
  return () => {
    const now = read();
    return {
      seconds: (now.at - before.at) / 1_000,
      server:
        now.server === null || before.server === null
          ? null
          : { main: now.server.main - before.server.main, others: now.server.others - before.server.others },
      generator: now.generator - before.generator,
      redis: now.redis === null || before.redis === null ? null : now.redis - before.redis,
    };
  };
}

/** Seconds of CPU of all threads of the server. */
export const serverSeconds = ({ server }: Spent): number | null => (server === null ? null : sum(server));

/** Below it a rate says how fast the generator was, not the server. */
export const BUSY_LEAST = 0.9;

/** The share of its core that the server used; null where that is unknown. */
export function busyShare(spent: Spent): number | null {
  const seconds = serverSeconds(spent);
  return seconds === null ? null : seconds / spent.seconds;
}
