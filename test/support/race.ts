/**
 * A whole server under simulated time, on either arbiter: composed as in production, its clock in the
 * test's hand. A test moves time with `at` or `after`, and each step ends when nothing is under way:
 * timers fired, the ledger written, every frame with every rep.
 *
 * On Redis the arbiter's time stands at the test's, while leases there run in real time: the epoch is
 * renewed before each claim, so that no test depends on how fast the machine is.
 */
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { repRoom } from '../../server/alerts/announcer.ts';
import type { RedisArbiterControl } from '../../server/claims/redis-arbiter-control.ts';
import { redisKeys } from '../../server/claims/redis-keys.ts';
import { outletKey } from '../../server/gateway/outlet.ts';
import { ledgerKey } from '../../server/gateway/registry.ts';
import type { DecidingHouse } from '../../server/house.ts';
import type { Random } from '../../server/kernel/random.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { type Answer, leadBody, startApp, type TestApp } from './app.ts';
import { connect, type TestConnection } from './arbiter-benches.ts';
import { RaceClock } from './race-clock.ts';
import { RaceFile } from './race-file.ts';
import { raceLog } from './race-log.ts';
import { FENCE, RaceRep, type Seat } from './race-rep.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** 10:00:00 on a Monday in Jakarta, the zone of the presets. */
export const TEN = Date.parse('2026-11-23T03:00:00.000Z');
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** From here on a sleep is not cut into rounds, and longer than the shortest one. */
const CLOSE_MS = 100;

export interface RaceOptions {
  /** A preset's name, or a whole document; `open` when absent. */
  policy?: unknown;
  random?: Random;
  /** On Redis: so many gateways hold the reps' sockets, in turn, and this many processes judge their claims. */
  gateways?: number;
}

/** 10:14:59 today, for `race.at('10:14:59')`; milliseconds may follow. */
export const clockTime = (text: string): number => Date.parse(`2026-11-23T${text}+07:00`);

const iso = (ms: number) => new Date(ms).toISOString();

/** A cell of its own in the test file's Redis. */
interface RedisPlace {
  connection: TestConnection;
  url: string;
  cell: string;
}

export class Race {
  readonly clock = new RaceClock(TEN);
  readonly reps: RaceRep[] = [];
  /** What the server logged as an error: nothing, in a sound run. */
  readonly errors: string[] = [];
  readonly #redis: RedisPlace | null;
  readonly #options: RaceOptions;
  #app!: TestApp;
  #file!: RaceFile;
  #fences = 0;
  readonly #gateways: TestApp[] = [];
  /** What the gateways find the server by; it runs out in real time. */
  #address: string | null = null;
  #opened = 0;

  private constructor(redis: RedisPlace | null, options: RaceOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  static async start(redis: RedisPlace | null, options: RaceOptions = {}): Promise<Race> {
    const race = new Race(redis, options);
    await race.#compose();
    const { policy } = options;
    if (policy !== undefined) {
      await race.setPolicy(typeof policy === 'string' ? { preset: policy } : policy);
    }
    return race;
  }

  get house(): DecidingHouse {
    return this.#app.app.house as DecidingHouse;
  }

  get app(): TestApp {
    return this.#app;
  }

  get file(): RaceFile {
    return this.#file;
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  get nowIso(): string {
    return iso(this.nowMs);
  }

  async #compose(folder?: string): Promise<void> {
    const redis = this.#redis;
    await redis?.connection.set(redisKeys(redis.cell).testClock, this.nowMs);
    const { random, gateways = 0 } = this.#options;
    const env: Record<string, string> = redis === null ? {} : { REDIS_URL: redis.url, CELL: redis.cell };
    const process = { clock: this.clock, log: raceLog(this.errors, this.clock), testClockAllowed: true };
    const drawn = random === undefined ? {} : { random };
    this.#app = await startApp({ ...process, ...drawn, ...(folder === undefined ? {} : { folder }), env });
    this.#file = new RaceFile(this.#app.databaseFile);
    if (gateways === 0 || redis === null) return;
    this.#address = await redis.connection.get(ledgerKey(redis.cell));
    for (let n = 0; n < gateways; n++) {
      this.#gateways.push(await startApp({ ...process, env: { ...env, ROLE: 'gateway' } }));
    }
  }

  /** Where the next socket goes: to the gateways in turn, or to the one server. */
  #door(): string {
    const { app } = this.#gateways[this.#opened++ % this.#gateways.length] ?? this.#app;
    return app.url;
  }

  /** Ends the server as a signal does, and starts it again on the same file `downMs` later; `forgets`: Redis is empty then. */
  async restart(downMs = 0, { forgets = false } = {}): Promise<void> {
    await this.#stop();
    if (forgets) await this.#redis?.connection.flushdb();
    this.clock.advance(downMs);
    await this.#compose(this.#app.folder);
    await this.settle();
    for (const rep of this.reps) await rep.connect(this.#door());
    await this.settle();
  }

  async #stop(): Promise<void> {
    for (const rep of this.reps) rep.leave();
    for (const gateway of this.#gateways.splice(0)) await gateway[Symbol.asyncDispose]();
    await this.#app.app.close();
    this.#file.close();
    // A server that has ended owes the clock nothing.
    expect(this.clock.nextDueMs()).toBeNull();
  }

  /** What a scenario leaves behind: a sound file, no errors, no timers. */
  async end(): Promise<void> {
    await this.settle();
    await this.#stop();
    expect(verifyFile(this.#app.databaseFile).violations).toEqual([]);
    expect(this.errors).toEqual([]);
    await this.#app[Symbol.asyncDispose]();
  }

  #seat(): Seat {
    return { beforeClaim: () => this.#renew(), settle: () => this.settle() };
  }

  /** Adds a rep and connects it. */
  async rep(name: string, more: Record<string, unknown> = {}): Promise<RaceRep> {
    const rep = new RaceRep(await this.#app.addRep(name, more), this.#seat());
    this.reps.push(rep);
    await rep.connect(this.#door());
    await this.settle();
    return rep;
  }

  /** Another device of a rep, with a token of its own or the same; told of settling like any rep. */
  async device(rep: RaceRep, token = rep.token): Promise<RaceRep> {
    const { id, name, tokenId } = rep;
    const device = new RaceRep({ id, name, token, tokenId }, this.#seat());
    this.reps.push(device);
    await device.connect(this.#door());
    await this.settle();
    return device;
  }

  async lead(more: Record<string, unknown> = {}): Promise<string> {
    return (await this.done<{ id: string }>('POST', '/v1/leads', leadBody(more))).id;
  }

  /** One HTTP call; by an administrator unless a rep is named. */
  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    by?: { token: string },
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    await this.#renew();
    const ask = () =>
      this.#app.call<T>(method, path, {
        ...(body === undefined ? {} : { body }),
        ...(by === undefined ? {} : { token: by.token }),
        headers,
      });
    let answer = await ask();
    // On a busy machine Redis may be late: nothing has changed then, and every client asks again.
    while ((answer.body as { code?: string } | null)?.code === 'arbiterAway') answer = await ask();
    await this.settle();
    return answer;
  }

  /** A call that must succeed; its body. */
  async done<T = Record<string, unknown>>(...call: Parameters<Race['call']>): Promise<T> {
    const answer = await this.call<T>(...call);
    if (answer.status >= 300) {
      throw new Error(`${call[0]} ${call[1]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  async setPolicy(body: unknown): Promise<void> {
    await this.done('PUT', '/v1/policy', body, undefined, { 'if-match': '*' });
  }

  /** The policy in force with some of its competition's rules replaced. */
  async changeCompetition(change: Record<string, unknown>): Promise<void> {
    const policy = await this.done<{ competition: object }>('GET', '/v1/policy');
    await this.setPolicy({ ...policy, competition: { ...policy.competition, ...change } });
  }

  patch(rep: RaceRep, change: Record<string, unknown>): Promise<unknown> {
    return this.done('PATCH', `/v1/reps/${rep.id}`, change);
  }

  /** Moves time forward to a moment: `10:14:59` of the first day, or ms since 1970. */
  async at(time: string | number): Promise<void> {
    const targetMs = typeof time === 'string' ? clockTime(time) : time;
    if (targetMs < this.nowMs) throw new Error(`${iso(targetMs)} has passed`);
    for (;;) {
      const dueMs = Math.min(this.#file.nextDueMs(this.nowMs), targetMs);
      // The scheduler looks at the file now and then: close to the time it has, it sleeps to the ms.
      await this.#moveTo(dueMs - CLOSE_MS);
      await this.#moveTo(dueMs);
      if (dueMs === targetMs) break;
    }
    await this.settle();
  }

  after(ms: number): Promise<void> {
    return this.at(this.nowMs + ms);
  }

  async #moveTo(ms: number): Promise<void> {
    if (ms < this.nowMs) return;
    const redis = this.#redis;
    await redis?.connection.set(redisKeys(redis.cell).testClock, ms);
    this.clock.advanceTo(ms);
    await this.#quiet();
  }

  /** Nothing is being decided, written or fired. */
  async #quiet(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await this.house.idle();
      // Redis answers in order: behind this, every earlier question about the time is answered too.
      await this.house.world.arbiter.now();
      // What was asked for at once meanwhile.
      this.clock.advance(0);
    }
  }

  async settle(): Promise<void> {
    await this.#quiet();
    const fence = ++this.#fences;
    const connected = this.reps.filter((rep) => rep.connected);
    const passed = connected.map((rep) => rep.passed(fence));
    // By the same way as every event, so behind all of them.
    this.house.world.announcer.emit(
      FENCE as 'pool:snapshot',
      [...new Set(connected.map(({ id }) => repRoom(id)))],
      fence as never,
    );
    await Promise.all(passed);
  }

  /** On Redis, all that was said to the processes with sockets: gateways would hear it. Else nothing. */
  async outlet(): Promise<string[]> {
    const redis = this.#redis;
    const entries = await redis?.connection.xrange(outletKey(redis.cell), '-', '+');
    return (entries ?? []).map(([, fields]) => fields[1] ?? '');
  }

  /** A renewal that Redis did not take in time is passed over by the server; a test cannot do without. */
  async #renew(): Promise<void> {
    const redis = this.#redis;
    if (redis === null) return;
    if (this.#address !== null) await redis.connection.set(ledgerKey(redis.cell), this.#address);
    const arbiter = this.house.world.arbiter as RedisArbiterControl;
    do await arbiter.renew();
    while ((await redis.connection.exists(redisKeys(redis.cell).epoch)) === 0);
  }
}

type StartRace = (options?: RaceOptions) => Promise<Race>;

let cells = 0;

/** The same scenarios on both arbiters; each race is looked over and let go of after its test. */
export function onBothArbiters(
  title: string,
  scenarios: (start: StartRace, arbiter: 'embedded' | 'redis') => void,
): void {
  describe.each(['embedded', 'redis'] as const)(`${title}, %s`, (arbiter) => {
    scenarios(races(arbiter), arbiter);
  });
}

/** Scenarios of what no arbiter decides: on one of them. */
export const onOneArbiter = (title: string, scenarios: (start: StartRace) => void): void =>
  void describe(title, () => scenarios(races('embedded')));

/** Scenarios in which the reps sit at two gateways, each with every other socket, on Redis. */
export function onTwoGateways(title: string, scenarios: (start: StartRace) => void): void {
  describe(`${title}, by two gateways`, () => {
    const start = races('redis');
    scenarios((options) => start({ ...options, gateways: 2 }));
  });
}

/** Starts races in the suite that asks for it, and ends each with its test. */
function races(arbiter: 'embedded' | 'redis'): StartRace {
  let server: TestRedis | null = null;
  let connection: TestConnection | null = null;
  const started: Race[] = [];

  beforeAll(async () => {
    if (arbiter === 'embedded') return;
    server = await startRedis();
    connection = await connect(server.url, 'plain');
  });
  afterEach(async () => {
    for (const race of started.splice(0)) await race.end();
  });
  afterAll(async () => {
    connection?.disconnect();
    await server?.stop();
  });

  return async (options) => {
    const redis =
      connection === null || server === null ? null : { connection, url: server.url, cell: `race-${++cells}` };
    const race = await Race.start(redis, options);
    started.push(race);
    return race;
  };
}
