/**
 * The outlet of the deciding process: a stream in Redis that every process with sockets reads with a
 * cursor of its own, its own process included, so that all sockets are spoken to in the same way and in
 * the same order. It carries ids, codes and what reps may see before a claim; never contact data.
 *
 * It is a broadcast, not a record: entries are trimmed by number, and a reader that has fallen behind
 * the trim (or finds another stream) gives its sockets a fresh snapshot.
 */
import type { Redis } from 'ioredis';
import type { Announcer } from '../alerts/announcer.ts';
import type { Clock, Timer } from '../kernel/clock.ts';

export type Entry =
  | { kind: 'emit'; event: string; rooms: string[]; payload: unknown }
  | { kind: 'closeToken'; tokenId: string }
  /** How a provisional win ended: the claim service's notice, as plain data. */
  | { kind: 'settled'; notice: unknown };

/** Something was dropped before it could be published: every socket needs a fresh snapshot. */
export type Resync = { kind: 'resync' };

export const outletKey = (cell: string) => `{${cell}}:out`;
/** Some minutes of a busy cell; about 10 MB of Redis. */
const ENTRIES_KEPT = 20_000;
/** What waits for Redis to come back; beyond it all is dropped, and readers are told to resync. */
const WAITING_MAX = 20_000;
const BATCH_MAX = 200;
const AGAIN_AFTER_MS = 200;

export interface Outlet extends Announcer {
  settled(notice: unknown): void;
  /** Something may have been missed: every reader gives its sockets a fresh snapshot. */
  resync(): void;
  stop(): Promise<void>;
}

/** Publishes in order, at least once; while Redis is away it gathers, up to a bound. */
export function createOutlet(deps: {
  redis: Redis;
  cell: string;
  clock: Clock;
  onFault(error: unknown): void;
}): Outlet {
  const key = outletKey(deps.cell);
  let waiting: string[] = [];
  let busy = false;
  let work: Promise<void> = Promise.resolve();
  let stopped = false;
  let again: Timer | null = null;

  async function sendAll(): Promise<void> {
    try {
      while (waiting.length > 0 && !stopped) await sendSome();
    } catch (error) {
      deps.onFault(error);
      // A command may time out on a connection that stays up: nothing else would say when to try again.
      again = deps.clock.after(AGAIN_AFTER_MS, send);
    } finally {
      busy = false;
    }
  }

  async function sendSome(): Promise<void> {
    const queue = waiting;
    const batch = queue.slice(0, BATCH_MAX);
    const pipeline = deps.redis.pipeline();
    for (const text of batch) pipeline.xadd(key, 'MAXLEN', '~', ENTRIES_KEPT, '*', 'e', text);
    const replies = (await pipeline.exec()) ?? [];
    // What failed and all after it is sent again, in order: a reader may see an entry twice, never not at all.
    const failed = replies.findIndex(([error]) => error !== null);
    queue.splice(0, failed === -1 ? batch.length : failed);
    if (failed !== -1) throw replies[failed]?.[0];
  }

  function send(): void {
    if (busy || stopped) return;
    busy = true;
    work = sendAll();
  }

  // What could not be sent goes out when the connection is back.
  deps.redis.on('ready', send);

  function publish(entry: Entry | Resync): void {
    waiting.push(JSON.stringify(entry));
    if (waiting.length > WAITING_MAX) waiting = [JSON.stringify({ kind: 'resync' } satisfies Resync)];
    send();
  }

  return {
    emit: (event, rooms, payload) => {
      if (rooms.length > 0) publish({ kind: 'emit', event, rooms, payload });
    },
    closeToken: (tokenId) => publish({ kind: 'closeToken', tokenId }),
    settled: (notice) => publish({ kind: 'settled', notice }),
    resync: () => publish({ kind: 'resync' }),
    async stop() {
      await work;
      stopped = true;
      again?.cancel();
      deps.redis.off('ready', send);
    },
  };
}
