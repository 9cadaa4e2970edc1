/**
 * The composition root of `ROLE=gateway`: sockets and claims, and no database. It judges claims by the
 * script in Redis, hears the outlet, and asks the ledger process for the rest.
 */
import type { AddressInfo } from 'node:net';
import { LATEST_ONLY } from './alerts/announcer.ts';
import { noticeOf } from './cell-on-redis.ts';
import { createClaims } from './claims/claims.ts';
import { claimRoutes } from './claims/claims-routes.ts';
import { createRedisArbiter } from './claims/redis-arbiter.ts';
import { createSettlementDesk } from './claims/settlement-desk.ts';
import { bindSockets } from './edges.ts';
import { forwardRoutes } from './gateway/forward.ts';
import type { Entry } from './gateway/outlet.ts';
import { createRegistryReader } from './gateway/registry.ts';
import { createRemoteHouse } from './gateway/remote-house.ts';
import { createSessionCache } from './gateway/session-cache.ts';
import { createTail } from './gateway/tail.ts';
import { newId } from './kernel/ids.ts';
import { refusalMessage } from './kernel/messages.ts';
import { streamName } from './leaderboard/board-streams.ts';
import { createHttp } from './platform/http.ts';
import { createHttpClosing } from './platform/http-closing.ts';
import { operationsRoutes } from './platform/operations-routes.ts';
import { servePages } from './platform/pages.ts';
import { checkRedis, createRedis } from './platform/redis.ts';
import { createSockets, type Sockets } from './platform/sockets.ts';
import { type App, type Base, createResync, drainEdge, once, openDoor, VERSION, watchSockets } from './serving.ts';

export async function composeGateway(base: Base, redisUrl: string): Promise<App> {
  const { config, clock, log, metrics, random } = base;
  const onFault = (error: unknown) =>
    log.warn('the link', { code: String((error as { code?: unknown }).code ?? 'unknown') });
  const connect = async (profile: 'claims' | 'stream' | 'plain') => {
    const redis = createRedis(redisUrl, profile, { random, onError: onFault });
    await redis.connect();
    return redis;
  };
  const [claimsRedis, streamRedis, plain] = [await connect('claims'), await connect('stream'), await connect('plain')];
  await checkRedis(plain);
  const gateway = newId('own', clock.nowMs(), random).replace('own_', 'gw_');
  const registry = createRegistryReader(plain, config.cell);
  const sessions = createSessionCache({
    registry,
    registryForClaims: createRegistryReader(claimsRedis, config.cell),
    clock,
    onRevoked: (tokenId) => sockets.closeToken(tokenId),
  });
  const house = createRemoteHouse({ registry, clock, gateway, streamOf: streamName, onFault });
  const arbiter = createRedisArbiter({ redis: claimsRedis, cell: config.cell, clock });
  const desk = createSettlementDesk(clock);
  const claims = createClaims({
    arbiter,
    desk,
    clock,
    record: house.record,
    // The names as now shown; the rules of an older offer are on the ledger's file alone.
    winnerName: (repId) => registry.name(repId),
    refusal: refusalMessage,
    note: house.attempt,
    observe(verdict, seconds) {
      metrics.claims(verdict.verdict);
      metrics.verdictSeconds(seconds);
    },
    onError: onFault,
  });

  const { addresses, door } = openDoor(base);
  const app = createHttp({ log, metrics, authenticate: sessions.authenticate, door, version: VERSION });
  const closing = createHttpClosing(app, base.machineClock);
  const sockets: Sockets = createSockets(app.server, {
    ...base,
    latestOnly: LATEST_ONLY,
    authenticate: sessions.authenticate,
    publicUrl: config.publicUrl,
    expiryOf: sessions.expiryOf,
    door,
  });
  const { language } = sessions;
  bindSockets(sockets, { claims, house, clock, language, standing: sessions.standing, onError: onFault });
  claimRoutes(app, { claim: claims.claim, language, newRequestId: () => newId('act', clock.nowMs(), random) });
  let draining = false;
  const ready = () => !draining && plain.status === 'ready' && claimsRedis.status === 'ready';
  operationsRoutes(app, { metrics, ready });
  forwardRoutes(app, { registry, addresses });
  await servePages(app);

  function hear(entry: Entry): void {
    if (entry.kind === 'emit') sockets.emit(entry.event, entry.rooms, entry.payload);
    else if (entry.kind === 'closeToken') sessions.revoked(entry.tokenId);
    else desk.resolve(noticeOf(entry));
  }

  const giveSnapshots = createResync(base, sockets, house.snapshot);

  /** What was missed is gone: every rep here gets a fresh snapshot. */
  function resync(): void {
    sessions.lookAgain().catch(onFault);
    giveSnapshots();
  }

  const tail = createTail({ redis: streamRedis, cell: config.cell, hear, onGap: resync, onFault });
  await tail.start();
  watchSockets(metrics, sockets);
  metrics.watch('loopLagMs', base.lag.worstMs);
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${config.host}:${port}`,
    port,
    newAdminKey: null,
    house: null,
    close: once(async () => {
      draining = true;
      await drainEdge(base, { claims, sockets, closing });
      await closing.close();
      base.lag.stop();
      sessions.stop();
      await house.stop();
      await tail.stop();
      arbiter.detach();
      for (const redis of [claimsRedis, plain]) redis.disconnect();
    }),
  };
}
