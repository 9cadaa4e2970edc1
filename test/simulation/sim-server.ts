/**
 * One process of the server in a simulation: the real house, flows, rules, routes and socket edges over
 * the simulated disk, clock and wire. It may end anywhere; what it held in memory is gone then, and
 * nothing of it is heard, written or told any more.
 */
import type { ArbiterControl } from '../../server/claims/arbiter.ts';
import type { Claims } from '../../server/claims/claims.ts';
import { createEmbeddedArbiter } from '../../server/claims/embedded-arbiter.ts';
import { createSettlementDesk } from '../../server/claims/settlement-desk.ts';
import { createHouseClaims } from '../../server/compose.ts';
import { bindRoutes, bindSockets, localHouse } from '../../server/edges.ts';
import { putRaceUp } from '../../server/flow/start.ts';
import type { Transactions } from '../../server/flow/transactions/transactions.ts';
import type { World } from '../../server/flow/world.ts';
import { type DecidingHouse, openHouse } from '../../server/house.ts';
import type { Random } from '../../server/kernel/random.ts';
import { ProcessClock, type Timeline, type WallClock } from '../../server/kernel/timeline.ts';
import { createInlineLedger, type Ledger } from '../../server/ledger/ledger.ts';
import type { Speaker } from '../../server/platform/http.ts';
import type { Log } from '../../server/platform/log.ts';
import type { Metrics } from '../../server/platform/metrics.ts';
import { createLoad, NO_LAG, OVERLOAD_LIMITS } from '../../server/platform/overload.ts';
import { drainEdge } from '../../server/serving.ts';
import { ADMIN_KEY } from '../support/app.ts';
import type { FarArbiter } from './far-arbiter.ts';
import { type Faults, nameOfCommit } from './faults.ts';
import type { SimDisk } from './sim-disk.ts';
import { type HttpAnswer, type HttpCall, OPEN_DOOR, SimHttp, type SimSocket, SimSockets } from './sim-edges.ts';

/** Bugs planted on purpose: a simulation that does not find them is too weak. */
export interface Plant {
  arbiter?(sound: ArbiterControl): ArbiterControl;
  transactions?(sound: Transactions): Transactions;
  world?(sound: World): void;
}

export interface Place {
  timeline: Timeline;
  wall: WallClock;
  disk: SimDisk;
  faults: Faults;
  random: Random;
  metrics: Metrics;
  plant: Plant;
  /** Null: each process has an arbiter of its own. */
  far: FarArbiter | null;
  onWarn(text: string): void;
  /** What the process logs as an error. */
  onError(text: string): void;
  /** Something leaves for clients: an event with its payload, before any wire has it. */
  onEmit(event: string, payload: unknown): void;
  /** A transaction has done its part, and is not on disk yet. */
  onWritten(transaction: string, args: never, result: never): void;
  onAnswer(call: HttpCall, answer: HttpAnswer): void;
  onEnd(process: ServerProcess): void;
}

/** As `DRAIN_MS` of the environment is when it is not set. */
const DRAIN_MS = 10_000;

const APP_SECRET = 'the secret of a simulation, long enough';

const GENERATION = `INSERT INTO cell (key, value) VALUES ('generation', '1')
  ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value`;

export class ServerProcess {
  readonly clock: ProcessClock;
  readonly http: SimHttp;
  readonly sockets: SimSockets;
  state: 'starting' | 'serving' | 'draining' | 'ended' = 'starting';
  servesSinceMs = 0;
  /** Calls to the ledger that are not answered: none, when memory must equal the file. */
  unanswered = 0;
  readonly #place: Place;
  readonly #ledger: Ledger<Transactions>;
  readonly #desk: ReturnType<typeof createSettlementDesk>;
  #house: DecidingHouse | null = null;
  #claims: Claims | null = null;
  #alerts: ReturnType<typeof bindSockets> | null = null;

  constructor(place: Place) {
    this.#place = place;
    this.clock = new ProcessClock(place.timeline, place.wall);
    this.#desk = createSettlementDesk(this.clock);
    const onError = (error: unknown) => this.#log.error('an edge failed', {}, error);
    this.sockets = new SimSockets(onError);
    this.http = new SimHttp({ authenticate: (token) => this.authenticate(token), onError });
    this.#ledger = this.#counted(this.#openLedger());
  }

  get house(): DecidingHouse {
    if (this.#house === null) throw new Error('the process has not started');
    return this.#house;
  }

  get #log(): Log {
    const { onError } = this.#place;
    return {
      debug: () => undefined,
      info: () => undefined,
      warn: (message, fields) => this.#place.onWarn(`${message} ${JSON.stringify(fields ?? {})}`),
      error: (message, fields, error) => {
        if (this.state === 'ended') return;
        const { code, message: words } = (error ?? {}) as { code?: string; message?: string };
        onError(`${message} ${JSON.stringify(fields ?? {})} ${code ?? ''} ${words ?? ''}`);
      },
    };
  }

  /** Resolves when it serves; rejects when the disk does not let it start. */
  async start(): Promise<void> {
    const { clock, sockets } = this;
    const { disk, random, metrics, plant } = this.#place;
    const log = this.#log;
    const { far } = this.#place;
    const sound = this.#watchedArbiter(far?.connect(clock) ?? createEmbeddedArbiter({ clock }));
    const arbiter = plant.arbiter?.(sound) ?? sound;
    const load = createLoad(OVERLOAD_LIMITS, NO_LAG, this.#ledger.backlog);
    const house = await openHouse({
      clock,
      random,
      log,
      metrics,
      db: disk.db,
      ledger: this.#ledger,
      arbiter,
      announcer: {
        emit: (event, rooms, payload) => this.#emit(event, rooms, payload),
        closeToken: (tokenId) => sockets.closeToken(tokenId),
      },
      settled: this.#desk.resolve,
      adminApiKey: ADMIN_KEY,
      boardsMustWait: load.boardsMustWait,
      appSecret: APP_SECRET,
      openRace: async (world) => {
        plant.world?.(world);
        await (far === null ? putRaceUp(world) : far.takeOver(world, clock));
      },
    });
    this.#house = house;
    const claims = createHouseClaims({ clock, log, metrics }, house, load, this.#desk);
    this.#claims = claims;
    bindRoutes(this.http.app, {
      house,
      claims,
      load,
      sockets,
      door: OPEN_DOOR,
      appSecret: APP_SECRET,
      publicUrl: () => 'http://sambar.example',
    });
    this.#alerts = bindSockets(sockets, {
      claims,
      house: localHouse(house),
      clock,
      machineClock: clock,
      limits: OVERLOAD_LIMITS,
      language: (speaker) => house.world.directory.language(speaker),
      standing: ({ tokenId }) => {
        const token = house.world.directory.token(tokenId);
        const holds = token !== undefined && (token.expiresAt === null || token.expiresAt > clock.nowMs());
        return holds ? 'valid' : 'ended';
      },
      onError: (error) => log.error('a socket could not be served', {}, error),
    });
    this.state = 'serving';
    this.servesSinceMs = clock.monotonicMs();
  }

  authenticate(token: string): Speaker | null {
    if (this.state !== 'serving') return null;
    const { world, access } = this.house;
    const session = world.directory.authenticate(token, this.clock.nowMs());
    if (session !== null) access.used(session);
    return session;
  }

  /** As SIGTERM does: claims in flight answered, sockets told when to come back, everything let go of. */
  async stop(): Promise<void> {
    this.state = 'draining';
    const { clock, sockets } = this;
    const claims = this.#claims;
    if (claims !== null) {
      const closing = { begin: () => undefined, answered: () => this.http.answered(), close: async () => undefined };
      const edge = { claims, sockets, closing };
      await drainEdge({ config: { drainMs: DRAIN_MS }, machineClock: clock, log: this.#log }, edge);
    }
    this.#alerts?.stop();
    await this.#house?.close();
    this.#end();
  }

  /** As SIGKILL does. */
  crash(): void {
    if (this.state !== 'ended') this.#end();
  }

  /** Once: it may be killed while it drains. */
  #end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.clock.end();
    this.#place.onEnd(this);
  }

  #crashAt(point: Parameters<Faults['reach']>[0]): boolean {
    if (this.state === 'ended') return true;
    const ends = this.#place.faults.reach(point);
    if (ends) this.crash();
    return ends;
  }

  /** One frame; null: the process ended before its answer left. */
  async receive(socket: SimSocket, event: string, payload: unknown): Promise<unknown> {
    const answer = await this.sockets.receive(socket, event, payload);
    if (this.state === 'ended') return null;
    this.#place.onEmit(`answer ${event}`, answer);
    return answer;
  }

  /** One HTTP call; null as above. */
  async call(call: HttpCall): Promise<HttpAnswer | null> {
    const answer = await this.http.call(call);
    if (this.state !== 'ended') this.#place.onAnswer(call, answer);
    return this.state === 'ended' ? null : answer;
  }

  #emit(event: string, rooms: string[], payload: unknown): void {
    if (event === 'lead:alert' && this.#crashAt('offer at the arbiter, nobody alerted')) return;
    if (this.state === 'ended') return;
    this.#place.onEmit(event, payload);
    this.sockets.emit(event, rooms, payload);
    if (event === 'lead:alert') this.#crashAt('offer alerted to one');
    if (event === 'lead:taken') this.#crashAt('claim told to one');
  }

  #openLedger(): Ledger<Transactions> {
    const { disk, faults, plant } = this.#place;
    const { clock } = this;
    const batch = new Set<string>();
    const connection = disk.writer(() => {
      const { fate, ended } = faults.fateOf(batch);
      batch.clear();
      if (ended || (this.state === 'starting' && this.#place.faults.reach('during the start'))) this.crash();
      return fate;
    });
    const sound = disk.transactions;
    const transactions = plant.transactions?.(sound) ?? sound;
    const noted = Object.entries(transactions).map(([name, run]) => [
      name,
      (args: never) => {
        batch.add(nameOfCommit(name, args));
        const result = run(args);
        this.#place.onWritten(name, args, result as never);
        return result;
      },
    ]);
    return createInlineLedger<Transactions>({
      connection,
      transactions: Object.fromEntries(noted) as Transactions,
      generation: Number(disk.sqlite.prepare(GENERATION).pluck().get()),
      nowMs: () => clock.nowMs(),
      onUnknownOutcome: () => this.crash(),
      pace: {
        run: (task) => void clock.after(faults.commitMs(), task),
        answer: (task) => void clock.after(0, task),
      },
    });
  }

  #counted(ledger: Ledger<Transactions>): Ledger<Transactions> {
    return {
      ...ledger,
      write: async (name, args, idempotency) => {
        this.unanswered++;
        try {
          return await ledger.write(name, args, idempotency);
        } finally {
          this.unanswered--;
        }
      },
    };
  }

  /** The arbiter, and the places right behind its effects at which the process may end. */
  #watchedArbiter(inner: ArbiterControl): ArbiterControl {
    return {
      now: () => inner.now(),
      nearlyNow: () => inner.nearlyNow(),
      claim: (request) => inner.claim(request),
      open: async (offer) => {
        await inner.open(offer);
        if (this.state === 'starting') this.#crashAt('during the start');
      },
      admit: (admission) => inner.admit(admission),
      extend: (offerId, closesAtMs) => inner.extend(offerId, closesAtMs),
      settle: async (win, settlement) => {
        const told = inner.settle(win, settlement);
        if (settlement.outcome === 'committed') this.#crashAt('claim settled at the arbiter, nobody told');
        await told;
      },
      close: async (offerId, reason) => {
        const answer = await inner.close(offerId, reason);
        if (answer.kind === 'closed') this.#crashAt('expiry at the arbiter, not on file');
        return answer;
      },
      hold: async (win, deadlineMs) => {
        const answer = await inner.hold(win, deadlineMs);
        if (answer.kind === 'held') this.#crashAt('assignment at the arbiter, not on file');
        return answer;
      },
      count: (repId, counter, by, causeId) => inner.count(repId, counter, by, causeId),
      restoreCounters: (repId, counters) => inner.restoreCounters(repId, counters),
      raise: (gate, reason) => inner.raise(gate, reason),
      onProvisionalWin: (settler) => inner.onProvisionalWin(settler),
    };
  }
}
