/**
 * The composition root of `ROLE=gateway`: sockets and claims, and no database. It judges claims by the
 * script in Redis, hears the outlet, and asks the ledger process for the rest.
 */
import type { AddressInfo } from 'node:net';
import { boardRoom, LATEST_ONLY } from './alerts/announcer.ts';
import { noticeOf } from './cell-on-redis.ts';
import { type Claims, type ClaimsDeps, createClaims } from './claims/claims.ts';
import { claimRoutes } from './claims/claims-routes.ts';
import { createRedisArbiter } from './claims/redis-arbiter.ts';
import { createSettlementDesk } from './claims/settlement-desk.ts';
import { bindSockets } from './edges.ts';
import { forwardRoutes } from './gateway/forward.ts';
import type { Entry } from './gateway/outlet.ts';
import { createRegistryReader, type RegistryReader } from './gateway/registry.ts';
import { createRemoteHouse, type RemoteHouse } from './gateway/remote-house.ts';
import { createSessionCache } from './gateway/session-cache.ts';
import { createTail } from './gateway/tail.ts';
import { newId } from './kernel/ids.ts';
import { refusalMessage } from './kernel/messages.ts';
import type { Random } from './kernel/random.ts';
import { streamName } from './leaderboard/board-streams.ts';
import { createHttp } from './platform/http.ts';
import { createHttpClosing } from './platform/http-closing.ts';
import { operationsRoutes } from './platform/operations-routes.ts';
import { servePages } from './platform/pages.ts';
import { checkRedis, createRedis } from './platform/redis.ts';
import { createSockets, type Sockets } from './platform/sockets.ts';
import { type App, type Base, drainEdge, once, openDoor, VERSION, watchSockets } from './serving.ts';

export async function composeGateway(base: Base, redisUrl: string): Promise<App> {
  const { config, clock, log, metrics, random } = base;
  const onFault = (error: unknown) =>
    log.warn('the link', { code: String((error as { code?: unknown }).code ?? 'unknown') });
  const [claimsRedis, streamRedis, plain] = await openConnections(redisUrl, random, onFault);
  const gateway = newId('own', clock.nowMs(), random).replace('own_', 'gw_');
  const registry = createRegistryReader(plain, config.cell);
  const sessions = createSessionCache({
    registry,
    registryForClaims: createRegistryReader(claimsRedis, config.cell),
    clock,
    onRevoked: (tokenId) => sockets.closeToken(tokenId),
  });
  const house = createRemoteHouse({
    registry,
    clock,
    gateway,
    streamOf: streamName,
    shown: (state) => sockets.emit('board:delta', [boardRoom(state.stream)], state),
    onFault,
  });
  const arbiter = createRedisArbiter({ redis: claimsRedis, cell: config.cell, clock });
  const desk = createSettlementDesk(clock);
  const claims = createGatewayClaims(base, { arbiter, desk, house, registry, onError: onFault });

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
  const { language, standing } = sessions;
  const alerts = bindSockets(sockets, { ...base, claims, house, language, standing, onError: onFault });
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

  /** What was missed is gone: sessions are looked up, reps and boards get what stands now. */
  function resync(): void {
    sessions.lookAgain().catch(onFault);
    alerts.resync();
    house.watchAgain();
  }

  const tail = createTail({ redis: streamRedis, cell: config.cell, hear, onGap: resync, onFault });
  await tail.start();
  watchSockets(base, sockets);
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${config.host}:${port}`,
    port,
    newAdminKey: null,
    house: null,
    close: once(async () => {
      draining = true;
      alerts.stop();
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

async function openConnections(url: string, random: Random, onError: (error: unknown) => void) {
  const connect = async (profile: 'claims' | 'stream' | 'plain') => {
    const redis = createRedis(url, profile, { random, onError });
    await redis.connect();
    return redis;
  };
  const plain = await connect('plain');
  await checkRedis(plain);
  return [await connect('claims'), await connect('stream'), plain] as const;
}

function createGatewayClaims(
  { clock, metrics }: Base,
  deps: Pick<ClaimsDeps, 'arbiter' | 'desk' | 'onError'> & { house: RemoteHouse; registry: RegistryReader },
): Claims {
  const { arbiter, desk, house, registry, onError } = deps;
  return createClaims({
    arbiter,
    desk,
    clock,
    onError,
    record: house.record,
    // The names as now shown; the rules of an older offer are on the ledger's file alone.
    winnerName: (repId) => registry.name(repId),
    refusal: refusalMessage,
    owed: house.owed,
    note: house.attempt,
    mustWait: desk.isBehind,
    observe(verdict, seconds) {
      metrics.claims(verdict.verdict);
      if (verdict.verdict === 'refused') metrics.refusals(verdict.rule);
      if (verdict.verdict === 'retry' && verdict.reason === 'overloaded') metrics.shed('claim', 'overloaded');
      metrics.verdictSeconds(seconds);
    },
  });
}
