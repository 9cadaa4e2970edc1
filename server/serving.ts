/** What both composition roots need at their end: the version, and how serving stops. */
import type { Http } from './platform/http.ts';

export const VERSION = '0.1.0';

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
