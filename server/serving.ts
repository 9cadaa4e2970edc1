/** What both composition roots share: what they build from, what they answer, how serving stops. */
import type { Config } from './config.ts';
import type { DecidingHouse } from './house.ts';
import type { Clock } from './kernel/clock.ts';
import type { Random } from './kernel/random.ts';
import type { Http } from './platform/http.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';

export const VERSION = '0.1.0';

export interface App {
  url: string;
  port: number;
  /** An admin key made by this start, to be printed once; null when one is known already. */
  newAdminKey: string | null;
  /** Null in a gateway. */
  house: DecidingHouse | null;
  /** Readiness off, claims in flight answered, sockets told when to come back, then everything closed. */
  close(): Promise<void>;
}

export interface Base {
  config: Config;
  clock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
}

/** Sockets come back spread over this long after a stop, so that a restart is no stampede. */
export const RECONNECT_AFTER_MS = 1_000;

/** A kept-alive connection may not hold a stop for longer than its last answer needs. */
export async function closeHttp(app: Http): Promise<void> {
  const closed = app.close();
  app.server.closeIdleConnections();
  app.server.closeAllConnections();
  await closed;
}

/** Runs `task` at the first call; every call gets that one's promise. */
export function once(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= task();
    return running;
  };
}
