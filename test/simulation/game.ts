/**
 * One simulated company in play: its reps with their devices, its office, the server's process of the
 * moment, and what all of them heard. It knows how things are done; `acts.ts` says what is done.
 */
import type { BoardMetric, BoardState } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { ClaimUnanswered } from '../../client-sdk/src/claiming.ts';
import { Api, SambarProblem, SambarUnreachable } from '../../client-sdk/src/http.ts';
import { type Chance, createChance } from '../../server/kernel/chance.ts';
import type { Timer } from '../../server/kernel/clock.ts';
import { ProcessClock, Timeline, WallClock } from '../../server/kernel/timeline.ts';
import type { Metrics } from '../../server/platform/metrics.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { attributesOf } from './books.ts';
import { FarArbiter } from './far-arbiter.ts';
import { Faults } from './faults.ts';
import { hasRoom } from './handing-out.ts';
import { ClientRecord } from './record.ts';
import type { Script } from './script.ts';
import { type Asked, Device, type Person, simFetch } from './sim-device.ts';
import { SimDisk } from './sim-disk.ts';
import { Network } from './sim-network.ts';
import { type Place, type Plant, ServerProcess } from './sim-server.ts';
import { Told } from './told.ts';

/** 10:00 on a Monday in Jakarta, the zone of the presets. */
const START_MS = Date.parse('2026-11-23T03:00:00.000Z');
interface Answer {
  verdict?: string;
  rule?: string;
  reason?: string;
  error?: { code: string };
}

export interface Watched {
  device: Device;
  board: BoardMetric;
  period: 'day' | 'week' | 'all';
  shown: BoardState | null;
}

/** Until a server that ended is started again, unless a step says otherwise. */
const DOWN_MS = 500;

export class Game {
  readonly timeline = new Timeline();
  readonly wall = new WallClock(this.timeline, START_MS);
  readonly disk = SimDisk.take();
  readonly faults: Faults;
  readonly network: Network;
  readonly far: FarArbiter | null;
  readonly devices: Device[] = [];
  readonly people: Person[] = [];
  /** Leads that were answered for, oldest first. */
  readonly leadIds: string[] = [];
  readonly accepted = new Set<string>();
  readonly watched: Watched[] = [];
  wallWasSetBack = false;
  /** Since when disk and arbiter take everything without delay. */
  wellSinceMs = 0;
  /** What the disk had changed when it was looked over last. */
  changesChecked = 0;
  /** How much longer the step under way takes. */
  idleMs = 0;
  /** What happened, line by line: the same seed gives the same lines. */
  readonly trace: string[] = [];
  readonly coverage = new Map<string, number>();
  readonly violations: string[] = [];
  readonly told: Told;
  readonly record: ClientRecord;
  readonly office: Api;
  readonly #script: Script;
  readonly #place: Place;
  readonly #officeChance: Chance;
  /** Calls and claims under way. */
  #underWay = 0;
  #downMs = DOWN_MS;
  #back: Timer | null = null;

  constructor(script: Script, plant: Plant) {
    const { timeline, wall, disk } = this;
    this.#script = script;
    const count = (what: string) => this.cover(what);
    this.faults = new Faults(count);
    this.network = new Network(timeline, count);
    const farChance = createChance(`far ${script.seed}`);
    this.far = script.settings.isFar
      ? new FarArbiter(timeline, new WallClock(timeline, START_MS), farChance, count)
      : null;
    this.record = new ClientRecord(script, this);
    this.told = new Told(disk, (words) => this.violate(words));
    const ids = createChance(`ids ${script.seed}`);
    this.#officeChance = createChance(`office ${script.seed}`);
    const clock = new ProcessClock(timeline, wall);
    this.office = this.api(ADMIN_KEY, clock, this.#officeChance, 'office');
    this.#place = {
      timeline,
      wall,
      disk,
      faults: this.faults,
      plant,
      far: this.far,
      random: {
        unit: ids.unit,
        bytes: (length) => Uint8Array.from({ length }, () => Math.floor(ids.unit() * 256)),
      },
      metrics: this.#metrics(),
      onWarn: (text) => this.#warned(text),
      onError: (text) => this.say('server', 'error', text),
      onEmit: (event, payload) => this.told.leaves(event, payload),
      onWritten: (transaction, args, result) => {
        if (transaction === 'assignLead') hasRoom(this, args, result);
      },
      onAnswer: (call, answer) => this.told.answers(call, answer),
      onEnd: (server) => this.#ended(server),
    };
  }

  get server(): ServerProcess | null {
    return this.network.server;
  }

  cover(what: string, times = 1): void {
    this.coverage.set(what, (this.coverage.get(what) ?? 0) + times);
  }

  say(who: string, what: string, payload?: unknown): void {
    this.trace.push(`${this.timeline.nowMs} ${who} ${what} ${payload === undefined ? '' : JSON.stringify(payload)}`);
  }

  violate(words: string): void {
    this.say('!', 'violation', words);
    this.violations.push(words);
  }

  /** Nobody waits for an answer. */
  get isQuiet(): boolean {
    return this.#underWay === 0;
  }

  api(token: string, clock: ProcessClock, chance: Chance, label: string): Api {
    const fetch = simFetch(this.network, chance, (what, payload) => this.say(label, what, payload));
    return new Api({ url: 'http://sambar.example', token, fetch, clock, random: () => chance.unit() });
  }

  /** Something asked for; who asks hears a problem or nothing at all, and goes on. */
  async attempt<T>(what: string, task: () => Promise<T>): Promise<T | null> {
    this.#underWay++;
    try {
      return await task();
    } catch (error) {
      if (error instanceof SambarProblem && error.code !== 'internal') this.cover(`problem: ${error.code}`);
      else if (error instanceof SambarUnreachable) this.cover('call unanswered');
      else if (error instanceof ClaimUnanswered) this.cover('claim unanswered');
      else this.violate(`${what} failed: ${String(error)}`);
      return null;
    } finally {
      this.#underWay--;
    }
  }

  tap(device: Device, leadId: string, offerId: string | undefined): Promise<Verdict | null> {
    return this.attempt('a claim', () => device.claim(leadId, offerId));
  }

  async addPerson(tier: number): Promise<Person | null> {
    const name = `Rep ${this.people.length + 1}`;
    const email = `rep${this.people.length + 1}@example.com`;
    const { quota, ...more } = attributesOf(this.#script.settings.book, this.people.length);
    const body = { name, email, tier, ...more };
    const rep = await this.attempt('a rep', () => this.office.post<{ id: string }>('/reps', body));
    if (rep === null) return null;
    if (quota !== undefined) await this.attempt('a quota', () => this.office.patch(`/reps/${rep.id}`, { quota }));
    const token = await this.mint(rep.id);
    if (token === null) return null;
    const person = { repId: rep.id, name, ...token };
    this.people.push(person);
    return person;
  }

  mint(repId: string, ttlSeconds?: number): Promise<{ token: string; tokenId: string } | null> {
    const body = ttlSeconds === undefined ? undefined : { ttlSeconds };
    return this.attempt('a token', () => this.office.post(`/reps/${repId}/tokens`, body));
  }

  addDevice(person: Person): Device {
    const label = `device ${this.devices.length + 1} of ${person.name}`;
    const { seed, settings } = this.#script;
    const chance = createChance(`${label} ${seed}`);
    const device = new Device({
      label,
      person,
      network: this.network,
      clock: new ProcessClock(this.timeline, this.wall),
      chance,
      witness: (what, payload, asked) => this.#witness(device, what, payload, asked),
    });
    this.devices.push(device);
    device.feed.alerts.on(({ leadId, offerId }) => {
      if (!chance.happens(settings.reflex)) return;
      device.clock.after(chance.reactionMs(settings.reactionMs), () => void this.tap(device, leadId, offerId));
    });
    device.connection.connect();
    return device;
  }

  async signIn(device: Device, ttlSeconds?: number): Promise<void> {
    const token = await this.mint(device.person.repId, ttlSeconds);
    if (token === null) return;
    Object.assign(device.person, token);
    device.signIn(token.token, ttlSeconds !== undefined);
  }

  /** What a board that is watched shows last, and how it is asked for. */
  watch(device: Device, board: BoardMetric, period: 'day' | 'week' | 'all'): void {
    if (this.watched.some((one) => one.device === device && one.board === board && one.period === period)) return;
    const watched: Watched = { device, board, period, shown: null };
    this.watched.push(watched);
    device.boards.watchBoard(
      { board, period, top: 10 },
      (state) => {
        watched.shown = state;
      },
      () => undefined,
    );
  }

  /** Nothing is done for a while beside what is due. */
  idle(ms: number): void {
    this.idleMs = ms;
  }

  #witness(device: Device, what: string, payload: unknown, asked: Asked | undefined): void {
    this.say(device.label, what, payload);
    this.record.take(device, what, payload, asked);
    if (asked !== undefined && what.startsWith('> ')) this.cover('claims sent');
    this.told.heard(device.person.repId, what, payload);
    const { verdict, rule, reason, error } = (payload ?? {}) as Answer;
    if (error !== undefined) this.cover(`frame refused: ${error.code}`);
    if (what.startsWith('< ') && verdict !== undefined)
      this.cover(['verdict', verdict, rule ?? reason].join(' ').trim());
    if (what === 'state') this.cover(`connection ${String(payload)}`);
  }

  /** Starts a process; a disk that does not let it is tried again. */
  async start(): Promise<void> {
    const server = new ServerProcess(this.#place);
    this.record.begins();
    this.network.server = server;
    this.say('server', 'starts');
    try {
      await server.start();
      this.say('server', 'serves');
    } catch (error) {
      this.say('server', 'cannot start', String(error));
      server.crash();
    }
  }

  /** Ends it as a signal does; it is back after `downMs`. */
  restart(downMs: number): void {
    const { server } = this;
    if (server === null || server.state !== 'serving') return;
    this.#downMs = downMs;
    this.cover('restart: clean');
    this.say('server', 'stops');
    void server.stop().then(() => {
      // What is under way to a far arbiter comes back to nobody.
      if (server.clock.armed > 0 && this.far === null)
        this.violate(`a server that has stopped owes ${server.clock.armed} timers`);
    });
  }

  kill(downMs: number): void {
    const { server } = this;
    if (server === null) return;
    this.#downMs = downMs;
    this.cover(`restart: killed while ${server.state}`);
    server.crash();
  }

  /** The next time it ends, it stays away as long. */
  staysDown(downMs: number): void {
    this.#downMs = downMs;
  }

  /** A fault, told to the oracle; `hit`: while somebody waited for an answer. */
  struck(what: string): void {
    this.record.fault(what);
    if (!this.isQuiet) this.cover(`hit: ${what}`);
  }

  /** An operator sets the machine's clock: a process reads it when it starts. */
  setWall(byMs: number): void {
    this.cover(`clock: ${byMs} ms`);
    this.wallWasSetBack ||= byMs < 0;
    this.wall.jump(byMs);
  }

  #ended(server: ServerProcess): void {
    this.say('server', 'has ended');
    this.struck('the server ended');
    this.network.ended(server);
    const downMs = this.#downMs;
    this.#downMs = DOWN_MS;
    this.#back = this.timeline.after(downMs, () => void this.start());
  }

  /** A server that is away comes back now. */
  comeBack(): void {
    if (this.server !== null) return;
    this.#back?.cancel();
    void this.start();
  }

  /**
   * In one process the arbiter and the file disagree in one case alone: a lead that a rule gave the rep was on its way
   * to the disk, and the arbiter had not counted it. Any other refusal shows that one of them is wrong.
   */
  #warned(text: string): void {
    this.say('server', 'warns', text);
    if (this.far !== null || !text.startsWith('a win the arbiter granted was refused')) return;
    if (/"reason":"(maxOpenLeads|weeklyAllowance)"/.test(text))
      this.cover('settlement refused: a lead given came first');
    else this.violate('the ledger refused a win that the arbiter had granted');
  }

  #metrics(): Metrics {
    return {
      claims: () => undefined,
      refusals: () => undefined,
      verdictSeconds: () => undefined,
      badInput: () => undefined,
      shed: (what, reason) => this.cover(`shed ${what} ${reason}`),
      alerts: () => undefined,
      leadsAccepted: () => undefined,
      settlements: (outcome) => this.cover(`settlement ${outcome}`),
      deadlinesFired: (kind) => this.cover(`timer ${kind}`),
      opsQueued: (reason) => this.cover(`ops queue ${reason}`),
      quotaSpirals: () => undefined,
      watch: () => undefined,
      text: async () => '',
      contentType: '',
    };
  }
}
