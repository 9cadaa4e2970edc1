/**
 * Reads the outlet and speaks to the sockets of this process.
 *
 *   stopped → reading   `start`, from the stream's end
 *   reading → waiting   Redis is away: the connection comes back by itself
 *   waiting → reading   from the last entry read; when that is gone from the stream, `onGap` first
 */
import type { Redis } from 'ioredis';
import { type Entry, outletKey, type Resync } from './outlet.ts';

const BLOCK_MS = 1_000;
const ENTRIES_PER_READ = 500;

export interface Tail {
  /** Resolves once it reads: what is published from then on will be heard. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

type Reply = [key: string, entries: [id: string, fields: string[]][]][] | null;

export function createTail(deps: {
  /** A connection of the profile `stream`, used for nothing else. */
  redis: Redis;
  cell: string;
  hear(entry: Entry): void;
  /** Entries were missed: every socket needs a fresh snapshot. */
  onGap(): void;
  onFault(error: unknown): void;
}): Tail {
  const key = outletKey(deps.cell);
  let cursor = '0-0';
  let stopped = false;
  let loop: Promise<void> = Promise.resolve();

  async function endOfStream(): Promise<string> {
    const [last] = await deps.redis.xrevrange(key, '+', '-', 'COUNT', 1);
    return last?.[0] ?? '0-0';
  }

  /** Whether the entry after the cursor may be gone: trimmed away, or the stream is another one. */
  async function missed(): Promise<boolean> {
    if (cursor === '0-0') return false;
    const [oldest] = await deps.redis.xrange(key, '-', '+', 'COUNT', 1);
    return oldest === undefined || after(oldest[0], cursor);
  }

  async function readOnce(): Promise<void> {
    const reply = (await deps.redis.xread(
      'COUNT',
      ENTRIES_PER_READ,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      key,
      cursor,
    )) as Reply;
    for (const [, entries] of reply ?? []) {
      for (const [id, fields] of entries) {
        cursor = id;
        const entry = JSON.parse(fields[1] ?? '{}') as Entry | Resync;
        if (entry.kind === 'resync') deps.onGap();
        else deps.hear(entry);
      }
    }
  }

  async function run(): Promise<void> {
    let interrupted = false;
    while (!stopped) {
      try {
        if (interrupted && (await missed())) {
          cursor = await endOfStream();
          deps.onGap();
        }
        interrupted = false;
        await readOnce();
      } catch (error) {
        if (stopped) return;
        interrupted = true;
        deps.onFault(error);
        await reconnected();
      }
    }
  }

  /** Waits for the connection itself, not for a time: it comes back with a delay of its own. */
  function reconnected(): Promise<void> {
    if (deps.redis.status === 'ready') return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        deps.redis.off('ready', done);
        deps.redis.off('end', done);
        resolve();
      };
      deps.redis.on('ready', done);
      deps.redis.on('end', done);
    });
  }

  return {
    async start() {
      cursor = await endOfStream();
      loop = run();
    },
    async stop() {
      stopped = true;
      deps.redis.disconnect();
      await loop;
    },
  };
}

/** Whether stream id `a` is later than `b`. */
function after(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs > bMs || (aMs === bMs && aSeq > bSeq);
}
