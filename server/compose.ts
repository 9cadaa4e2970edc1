/**
 * The composition root: builds everything in the order in which the data flows, and lets go of it in
 * reverse, once. Tests call it with the clock or the chance replaced. `ROLE=gateway` has a root of its
 * own (compose-gateway.ts); `config.redisUrl` is the only other fork in the program.
 */
import type { AddressInfo } from 'node:net';
import type { AlertEdge } from './alerts/alerts-sockets.ts';
import { type Announcer, LATEST_ONLY } from './alerts/announcer.ts';
import { appSecretOf } from './app-secret.ts';
import { noticeOf, openRedisCell, type RedisCell } from './cell-on-redis.ts';
import type { ArbiterControl } from './claims/arbiter.ts';
import { createClaims } from './claims/claims.ts';
import { createEmbeddedArbiter } from './claims/embedded-arbiter.ts';
import { createSettlementDesk, type SettlementDesk } from './claims/settlement-desk.ts';
import { composeGateway } from './compose-gateway.ts';
import type { Config } from './config.ts';
import { bindRoutes, bindSockets, localHouse } from './edges.ts';
import { endWhenStale, keepBeating, takeFile } from './file-role.ts';
import { owedNow } from './flow/owing.ts';
import { noteAttempt } from './flow/race-record.ts';
import { isReviewDue } from './flow/reviewing.ts';
import { winnerNameOf } from './flow/settlement.ts';
import { putRaceUp } from './flow/start.ts';
import type { Transactions } from './flow/transactions/transactions.ts';
import type { World } from './flow/world.ts';
import { BOARD_LEASE_MS, linkRoutes } from './gateway/link-routes.ts';
import type { Entry } from './gateway/outlet.ts';
import { type DecidingHouse, openHouse } from './house.ts';
import { type Clock, createSystemClock } from './kernel/clock.ts';
import { refusalMessage } from './kernel/messages.ts';
import { createSystemRandom, type Random } from './kernel/random.ts';
import { createWorkerLedger } from './ledger/ledger.ts';
import type { Holder, Role } from './ledger/role-lock.ts';
import type { Door } from './platform/door.ts';
import type { Http, Speaker } from './platform/http.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { operationsRoutes } from './platform/operations-routes.ts';
import {
  createLoad,
  type Load,
  NO_LAG,
  OVERLOAD_LIMITS,
  type OverloadLimits,
  watchLoopLag,
} from './platform/overload.ts';
import { servePages } from './platform/pages.ts';
import { createSockets, type Sockets } from './platform/sockets.ts';
import { openReader } from './platform/sqlite.ts';
import { type Prepared, prepare } from './prepared.ts';
import { type App, type Base, drainEdge, once, watchSockets } from './serving.ts';
import { createWhatIfs } from './whatif/what-ifs.ts';

export interface Overrides {
  clock?: Clock;
  random?: Random;
  log?: Log;
  /** Lets the arbiter's time on Redis stand still; a live cell refuses to start so. */
  testClockAllowed?: boolean;
  /** Bounds under overload: those of production unless a test says otherwise. */
  limits?: Partial<OverloadLimits>;
  /** Called when nobody may be told anything any more; the process ends unless a test says otherwise. */
  onUnknownOutcome?: (error: Error) => void;
  /** The code of the ledger's thread, where it is not what lies beside this file: loading it from source takes long. */
  ledgerThread?: URL;
  /** A standby waits for this holder; null: one that has not said who it is. */
  onStandby?: (holder: Holder | null) => void;
}

export async function compose(config: Config, overrides: Overrides = {}): Promise<App> {
  const machineClock = createSystemClock();
  const base: Base = {
    config,
    clock: overrides.clock ?? machineClock,
    machineClock,
    limits: { ...OVERLOAD_LIMITS, ...overrides.limits },
    lag: overrides.clock === undefined ? watchLoopLag(machineClock) : NO_LAG,
    random: overrides.random ?? createSystemRandom(),
    log: overrides.log ?? createLog(config.logLevel),
    metrics: createMetrics({ processMetrics: overrides.clock === undefined }),
  };
  if (config.role === 'gateway' && config.redisUrl !== null) return composeGateway(base, config.redisUrl);
  return composeDecider(base, overrides);
}

/** The process with the file: `ROLE=all`, or `ROLE=ledger`, which holds no sockets. */
async function composeDecider(base: Base, overrides: Overrides): Promise<App> {
  const { config, clock, log } = base;
  const prepared = await prepare(base, overrides.ledgerThread);
  const role = await takeFile(base, overrides.onStandby ?? (() => undefined)).catch(async (error: unknown) => {
    await prepared.thread.terminate();
    throw error;
  });
  const written = await createWorkerLedger<Transactions>({
    thread: prepared.thread,
    workerData: { file: config.databaseFile, generation: role.generation },
    monotonicMs: base.machineClock.monotonicMs,
    onUnknownOutcome: overrides.onUnknownOutcome ?? endProcess(log, 'the outcome of a commit is unknown'),
  });
  const ledger = endWhenStale(written, overrides.onUnknownOutcome ?? endProcess(log, 'another process holds the file'));
  const load = createLoad(base.limits, base.lag, ledger.backlog);
  base.metrics.watch('ledgerBacklog', () => ledger.backlog().calls);
  const reader = openReader(config.databaseFile);
  const desk = createSettlementDesk(clock);
  const seat = await takeSeat(base, desk, role, overrides);
  const house = await openHouse({
    ...base,
    ...seat,
    db: reader.db,
    ledger,
    boardsMustWait: load.boardsMustWait,
    adminApiKey: config.adminApiKey,
    appSecret: appSecretOf(config.appSecret, config.databaseFile, base.random),
  });
  const newAdminKey = config.adminApiKey === null ? await house.access.firstAdminKey() : null;
  const edge = await openEdge(base, house, load, desk, seat, prepared);
  const heart = keepBeating(role, base);
  return {
    url: edge.url,
    port: edge.port,
    newAdminKey,
    house,
    close: once(async () => {
      await edge.drain();
      await house.close();
      await seat.cell?.close();
      await edge.close();
      reader.sqlite.close();
      base.lag.stop();
      heart.stop();
      role.release();
    }),
  };
}

/** Where the deciding process sits: over the embedded arbiter, or on a cell in Redis. */
interface Seat {
  arbiter: ArbiterControl;
  announcer: Announcer;
  settled: World['settled'];
  directoryWatcher?: RedisCell['directoryWatcher'];
  openRace(world: World): Promise<void>;
  cell: RedisCell | null;
  /** From now on, what is announced reaches the sockets of this process. */
  speakThrough(sockets: Sockets, resync: () => void): Promise<void>;
}

async function takeSeat(base: Base, desk: SettlementDesk, role: Role, overrides: Overrides): Promise<Seat> {
  const { config, clock, log, random } = base;
  if (config.redisUrl === null) return embeddedSeat(clock, desk);
  const cell = await openRedisCell({
    url: config.redisUrl,
    cell: config.cell,
    clock,
    random,
    log,
    testClockAllowed: overrides.testClockAllowed ?? false,
    waitsForRedis: config.standby,
    leftLease: role.predecessor?.lease ?? null,
    onLease: (lease) => role.leased(lease),
    onLost: (reason) => endProcess(log, `this process is not the cell's ledger any more: ${reason}`)(new Error(reason)),
  });
  return {
    cell,
    arbiter: cell.arbiter,
    announcer: cell.outlet,
    directoryWatcher: cell.directoryWatcher,
    settled(notice, lead) {
      desk.resolve(notice, lead);
      cell.outlet.settled(notice);
    },
    openRace: (world) => cell.takeOver(world),
    async speakThrough(sockets, resync) {
      await cell.hear((entry) => hear(entry, sockets, desk), resync);
    },
  };
}

function embeddedSeat(clock: Clock, desk: SettlementDesk): Seat {
  let sockets: Sockets | null = null;
  return {
    cell: null,
    arbiter: createEmbeddedArbiter({ clock }),
    announcer: {
      emit: (event, rooms, payload) => sockets?.emit(event, rooms, payload),
      closeToken: (tokenId) => sockets?.closeToken(tokenId),
    },
    settled: desk.resolve,
    openRace: putRaceUp,
    async speakThrough(made) {
      sockets = made;
    },
  };
}

/** One entry of the outlet, for the sockets and the waiting claims of this process. */
function hear(entry: Entry, sockets: Sockets, desk: SettlementDesk): void {
  if (entry.kind === 'emit') sockets.emit(entry.event, entry.rooms, entry.payload);
  else if (entry.kind === 'closeToken') sockets.closeToken(entry.tokenId);
  else desk.resolve(noticeOf(entry));
}

/** HTTP in front of the house, and sockets unless this process holds none. */
async function openEdge(
  base: Base,
  house: DecidingHouse,
  load: Load,
  desk: SettlementDesk,
  seat: Seat,
  { front }: Prepared,
) {
  const { config, clock, metrics } = base;
  const { world } = house;
  const authenticate = (token: string): Speaker | null => {
    const session = world.directory.authenticate(token, clock.nowMs());
    if (session !== null) house.access.used(session);
    return session;
  };
  front.authenticate = authenticate;
  const { app, closing, door, secret } = front;
  const claims = createHouseClaims(base, house, load, desk);
  let draining = false;
  operationsRoutes(app, { metrics, ready: () => !draining });
  const socketEdge = config.role === 'ledger' ? null : openSockets(base, house, claims, { app, authenticate, door });
  const sockets = socketEdge?.sockets ?? null;
  if (socketEdge !== null) await seat.speakThrough(socketEdge.sockets, socketEdge.resync);
  let address = '';
  const whatIfs = createWhatIfs({ file: config.databaseFile, clock: base.machineClock, random: base.random });
  bindRoutes(app, {
    house,
    claims,
    load,
    sockets,
    publicUrl: () => config.publicUrl ?? address,
    door,
    appSecret: house.appSecret,
    whatIfs,
  });
  if (seat.cell !== null) {
    linkRoutes(app, {
      secret,
      house: localHouse(house),
      watchForGateway: (asked, gateway) => world.boards.watch(asked, gateway, BOARD_LEASE_MS),
      judge: house.record.judge,
      won: house.record.wonBy,
      owed: (rule, offerId, repId) => owedNow(world, rule, offerId, repId),
      attempt: (offerId, note) => noteAttempt(world, offerId, note),
    });
  }
  await servePages(app);
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.server.address() as AddressInfo;
  address = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  seat.cell?.announce({ url: address, secret });
  return {
    url: address,
    port,
    async drain() {
      draining = true;
      socketEdge?.stop();
      await drainEdge(base, { claims, sockets, closing });
    },
    async close() {
      await whatIfs.close();
      await closing.close();
    },
  };
}

export function createHouseClaims(
  { clock, log, metrics }: Pick<Base, 'clock' | 'log' | 'metrics'>,
  { world, record }: DecidingHouse,
  load: Load,
  desk: SettlementDesk,
) {
  return createClaims({
    arbiter: world.arbiter,
    desk,
    record,
    clock,
    winnerName: (repId, offerId) => winnerNameOf(world, repId, offerId),
    refusal: refusalMessage,
    owed: (rule, offerId, repId) => owedNow(world, rule, offerId, repId),
    note: (offerId, note) => noteAttempt(world, offerId, note),
    mustWait: load.claimsMustWait,
    observe(verdict, seconds) {
      metrics.claims(verdict.verdict);
      if (verdict.verdict === 'refused') metrics.refusals(verdict.rule);
      if (verdict.verdict === 'retry' && verdict.reason === 'overloaded') metrics.shed('claim', 'overloaded');
      metrics.verdictSeconds(seconds);
    },
    onError: (error) => log.error('a claim could not be judged', {}, error),
  });
}

function openSockets(
  base: Base,
  house: DecidingHouse,
  claims: ReturnType<typeof createClaims>,
  edge: { app: Http; authenticate(token: string): Speaker | null; door: Door },
): { sockets: Sockets } & AlertEdge {
  const { config, clock, log, metrics } = base;
  const { world } = house;
  const sockets = createSockets(edge.app.server, {
    ...base,
    latestOnly: LATEST_ONLY,
    authenticate: edge.authenticate,
    door: edge.door,
    publicUrl: config.publicUrl,
    expiryOf(tokenId) {
      if (tokenId === 'environment') return null;
      const token = world.directory.token(tokenId);
      return token === undefined ? undefined : token.expiresAt;
    },
  });
  const alerts = bindSockets(sockets, {
    ...base,
    claims,
    house: localHouse(house),
    language: (speaker) => world.directory.language(speaker),
    standing({ tokenId }) {
      const token = world.directory.token(tokenId);
      const holds = token !== undefined && (token.expiresAt === null || token.expiresAt > clock.nowMs());
      return holds ? 'valid' : 'ended';
    },
    onError: (error) => log.error('a socket could not be served', {}, error),
  });
  metrics.watch('policyReviewDue', () => (isReviewDue(world, clock.nowMs()) ? 1 : 0));
  metrics.watch('openOffers', () => world.offers.size());
  watchSockets(base, sockets);
  metrics.watch('boardStreams', () => world.boards.streamCount());
  return { sockets, ...alerts };
}

function endProcess(log: Log, why: string): (error: Error) => void {
  return (error) => {
    log.error(`${why}: ending, so that the file decides`, {}, error);
    process.exit(70);
  };
}
