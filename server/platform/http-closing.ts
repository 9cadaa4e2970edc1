/** How HTTP stops: answers say that the connection ends, what is under way is answered, then nobody is waited for. */
import type { Clock, Timer } from '../kernel/clock.ts';
import type { Http } from './http.ts';

/** Kept-alive connections become idle one by one; each look closes those that have. */
const SWEEP_EVERY_MS = 50;

export interface HttpClosing {
  /** From now on every answer closes its connection. */
  begin(): void;
  /** Closes what is kept alive for nothing; resolves when no request is under way. */
  answered(): Promise<void>;
  /** Closes everything, requests under way as well. */
  close(): Promise<void>;
}

/** Watches the requests of `app`; call it before the routes are added. */
export function createHttpClosing(app: Http, machineClock: Clock): HttpClosing {
  let underWay = 0;
  let draining = false;
  let sweep: Timer | null = null;
  let onIdle: () => void = () => undefined;

  app.addHook('onRequest', async (_request, reply) => {
    underWay++;
    // Of the connection, not of the answer: a caller that hangs up is not waited for.
    reply.raw.once('close', () => {
      if (--underWay === 0) onIdle();
    });
  });
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close');
  });

  function closeIdle(): void {
    app.server.closeIdleConnections();
    sweep = machineClock.after(SWEEP_EVERY_MS, closeIdle);
  }

  return {
    begin() {
      draining = true;
    },
    async answered() {
      closeIdle();
      if (underWay === 0) return;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
      });
    },
    async close() {
      sweep?.cancel();
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
    },
  };
}
