/**
 * The composition root: builds everything in the order in which the data flows, and lets go of it in
 * reverse, once. Tests call it with the clock, the chance or the arbiter replaced.
 */
import type { AddressInfo } from 'node:net';
import type { Announcer } from './alerts/announcer.ts';
import { appSecretOf } from './app-secret.ts';
import { createClaims } from './claims/claims.ts';
import type { ArbiterControl } from './claims/arbiter.ts';
import { createEmbeddedArbiter } from './claims/embedded-arbiter.ts';
import { createSettlementDesk } from './claims/settlement-desk.ts';
import type { Config } from './config.ts';
import { bindRoutes, bindSockets, localHouse } from './edges.ts';
import { winnerName } from './flow/settlement.ts';
import type { Transactions } from './flow/transactions/transactions.ts';
import { type DecidingHouse, openHouse } from './house.ts';
import { type Clock, createSystemClock } from './kernel/clock.ts';
import { refusalMessage } from './kernel/messages.ts';
import { createSystemRandom, type Random } from './kernel/random.ts';
import { createWorkerLedger } from './ledger/ledger.ts';
import { acquireRole } from './ledger/role-lock.ts';
import { createHttp, describeHttp, type Http, type Speaker } from './platform/http.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { operationsRoutes } from './platform/operations-routes.ts';
import { createSockets, type Sockets } from './platform/sockets.ts';
import { openReader } from './platform/sqlite.ts';
import { servePages } from './platform/pages.ts';

export const VERSION = '0.1.0';

export interface Overrides {
  clock?: Clock;
  random?: Random;
  log?: Log;
  /** Called when nobody may be told anything any more; the process ends unless a test says otherwise. */
  onUnknownOutcome?: (error: Error) => void;
}

export interface App {
  url: string;
  port: number;
  /** An admin key made by this start, to be printed once; null when one is known already. */
  newAdminKey: string | null;
  house: DecidingHouse;
  /** Readiness off, claims in flight answered, sockets told when to come back, then everything closed. */
  close(): Promise<void>;
}

interface Base {
  config: Config;
  clock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
}

/** Sockets come back spread over this long after a stop, so that a restart is no stampede. */
const RECONNECT_AFTER_MS = 1_000;

export async function compose(config: Config, overrides: Overrides = {}): Promise<App> {
  const base: Base = {
    config,
    clock: overrides.clock ?? createSystemClock(),
    random: overrides.random ?? createSystemRandom(),
    log: overrides.log ?? createLog(config.logLevel),
    metrics: createMetrics({ processMetrics: overrides.clock === undefined }),
  };
  const role = acquireRole(config.databaseFile, { nowMs: base.clock.nowMs() });
  const onUnknownOutcome = overrides.onUnknownOutcome ?? endProcess(base.log);
  const ledger = await createWorkerLedger<Transactions>({
    workerUrl: new URL(import.meta.url.endsWith('.ts') ? './ledger-thread.ts' : './ledger-thread.js', import.meta.url),
    workerData: { file: config.databaseFile, generation: role.generation },
    onUnknownOutcome,
  });
  const reader = openReader(config.databaseFile);
  const arbiter: ArbiterControl = createEmbeddedArbiter({ clock: base.clock });
  const desk = createSettlementDesk(base.clock);
  let sockets: Sockets | null = null;
  const announcer: Announcer = {
    emit: (event, rooms, payload) => sockets?.emit(event, rooms, payload),
    closeToken: (tokenId) => sockets?.closeToken(tokenId),
  };
  const house = await openHouse({
    ...base, db: reader.db, ledger, arbiter, announcer, settled: desk.resolve, adminApiKey: config.adminApiKey,
    appSecret: appSecretOf(config.appSecret, config.databaseFile, base.random),
  });
  const newAdminKey = await ensureAdminKey(house, config);
  const edge = await openEdge(base, house, desk, (made) => {
    sockets = made;
  });

  return {
    url: edge.url,
    port: edge.port,
    newAdminKey,
    house,
    close: once(async () => {
      await edge.drain();
      await house.close();
      await edge.close();
      reader.sqlite.close();
      role.release();
    }),
  };
}

/** HTTP and sockets in front of a house of this process. */
async function openEdge(
  base: Base,
  house: DecidingHouse,
  desk: ReturnType<typeof createSettlementDesk>,
  announceThrough: (sockets: Sockets) => void,
) {
  const { config, clock, log, metrics } = base;
  const { world } = house;
  const authenticate = (token: string): Speaker | null => {
    const session = world.directory.authenticate(token, clock.nowMs());
    if (session !== null) house.access.used(session);
    return session;
  };
  const app = createHttp({ log, metrics, authenticate, version: VERSION });
  await describeHttp(app, VERSION);
  const claims = createClaims({
    arbiter: world.arbiter,
    desk,
    record: house.record,
    clock,
    winnerName: (repId) => winnerName(world, repId, -1),
    refusal: refusalMessage,
    note: world.notes.attempt,
    observe(verdict, seconds) {
      metrics.claims(verdict.verdict);
      metrics.verdictSeconds(seconds);
    },
    onError: (error) => log.error('a claim could not be judged', {}, error),
  });
  let draining = false;
  operationsRoutes(app, { metrics, ready: () => !draining });
  let address = '';
  const sockets = createSockets(app.server, {
    clock, log, metrics, authenticate, publicUrl: config.publicUrl,
    expiryOf(tokenId) {
      if (tokenId === 'environment') return null;
      const token = world.directory.token(tokenId);
      return token === undefined ? undefined : token.expiresAt;
    },
  });
  announceThrough(sockets);
  bindRoutes(app, { house, claims, sockets, publicUrl: () => config.publicUrl ?? address });
  bindSockets(sockets, {
    claims,
    house: localHouse(house),
    language: (speaker) => world.directory.language(speaker),
    stillValid: ({ tokenId }) => world.directory.token(tokenId) !== undefined,
    onError: (error) => log.error('a socket could not be served', {}, error),
  });
  metrics.watch('openOffers', () => world.offers.size());
  metrics.watch('sockets', () => sockets.count());
  metrics.watch('boardStreams', () => world.boards.streamCount());
  await servePages(app);
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.server.address() as AddressInfo;
  address = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  return {
    url: address,
    port,
    async drain() {
      draining = true;
      await claims.drain();
      await sockets.close(RECONNECT_AFTER_MS);
    },
    close: () => closeHttp(app),
  };
}

/** A kept-alive connection may not hold a stop for longer than its last answer needs. */
async function closeHttp(app: Http): Promise<void> {
  const closed = app.close();
  app.server.closeIdleConnections();
  app.server.closeAllConnections();
  await closed;
}

async function ensureAdminKey(house: DecidingHouse, config: Config): Promise<string | null> {
  if (config.adminApiKey !== null) return null;
  if (house.world.directory.tokensOf('admin').length > 0) return null;
  return house.access.addAdminKey();
}

function endProcess(log: Log): (error: Error) => void {
  return (error) => {
    log.error('the outcome of a commit is unknown: ending, so that the file decides', {}, error);
    process.exit(70);
  };
}

function once(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= task();
    return running;
  };
}
