/** What both composition roots share: what they build from, what they answer, how serving stops. */
import type { Claims } from './claims/claims.ts';
import type { Config } from './config.ts';
import type { DecidingHouse } from './house.ts';
import { type Clock, pause, within } from './kernel/clock.ts';
import type { Random } from './kernel/random.ts';
import { type Addresses, createAddresses } from './platform/addresses.ts';
import { createDoor, type Door } from './platform/door.ts';
import type { HttpClosing } from './platform/http-closing.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import type { LoopLag, OverloadLimits } from './platform/overload.ts';
import type { Sockets } from './platform/sockets.ts';

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
  /** The machine's own, whatever a test's clock says: load and waiting for connections run in its time. */
  machineClock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
  limits: OverloadLimits;
  lag: LoopLag;
}

/** The first sockets come back this long after a stop: a restart takes about as long. */
const RECONNECT_AFTER_MS = 1_000;
/** What had reached this machine before a stop is read within a few turns of the loop, and answered too. */
const LINGER_MS = 25;
/** Of the time a stop may take, the part that answering may take; closing gets the rest. */
const ANSWERING_PART = 0.6;

/**
 * No new claim is judged, those under way are answered, sockets are told when to come back and closed.
 * Whoever is not answered by then is cut: the file decides, and the same request asks it again.
 */
export async function drainEdge(
  { config, machineClock, log }: Pick<Base, 'machineClock' | 'log'> & { config: Pick<Config, 'drainMs'> },
  edge: { claims: Pick<Claims, 'drain'>; sockets: Sockets | null; closing: HttpClosing },
): Promise<void> {
  const { claims, sockets, closing } = edge;
  const judged = claims.drain();
  sockets?.sayFarewell(RECONNECT_AFTER_MS);
  closing.begin();
  await pause(machineClock, LINGER_MS);
  const answered = Promise.all([judged, sockets?.answered(), closing.answered()]);
  const done = await within(machineClock, config.drainMs * ANSWERING_PART, answered);
  if (!done) log.warn('a stop does not wait any longer for answers', { afterMs: config.drainMs * ANSWERING_PART });
  await sockets?.close();
}

export function watchSockets({ metrics, lag }: Base, sockets: Sockets): void {
  metrics.watch('loopLagMs', lag.worstMs);
  metrics.watch('sockets', sockets.count);
  metrics.watch('socketsBehind', sockets.behind);
  metrics.watch('handshakesWaiting', sockets.waiting);
}

/** Runs `task` at the first call; every call gets that one's promise. */
export function once(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= task();
    return running;
  };
}

/** The limits by caller; `linkSecret` is what gateways of this process show to say for whom they ask. */
export function openDoor({ config, clock }: Base, linkSecret?: string): { addresses: Addresses; door: Door } {
  const addresses = createAddresses({ trustedProxies: config.trustedProxies, ...(linkSecret && { linkSecret }) });
  return { addresses, door: createDoor(config.limits, { clock, addresses }) };
}
