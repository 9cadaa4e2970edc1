/**
 * A rep's phone in a simulation: the client SDK's own claiming, pool, receipts and boards, over a
 * connection that keeps the rules of the SDK's without Socket.IO beneath it.
 */
import type { DownEvents } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { Boards } from '../../client-sdk/src/boards.ts';
import { Claiming } from '../../client-sdk/src/claiming.ts';
import type { Connection, ConnectionState, Reply } from '../../client-sdk/src/connection.ts';
import { Api } from '../../client-sdk/src/http.ts';
import { type ClientFetch, createMemoryStorage } from '../../client-sdk/src/platform.ts';
import { PoolFeed } from '../../client-sdk/src/pool-feed.ts';
import { Receipts } from '../../client-sdk/src/receipts.ts';
import { ServerTime } from '../../client-sdk/src/server-time.ts';
import { Topic, type Unsubscribe } from '../../client-sdk/src/topic.ts';
import { UnansweredTaps } from '../../client-sdk/src/unanswered-taps.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import type { ProcessClock } from '../../server/kernel/timeline.ts';
import type { HttpCall } from './sim-edges.ts';
import type { ClientEnd, Link, Network } from './sim-network.ts';

/** A claim as it was sent. */
export interface Asked {
  leadId: string;
  offerId?: string;
  requestId: string;
}

/** What a client says and hears, as it happens at the client; of a claim, what was asked. */
export type Witness = (event: string, payload: unknown, asked?: Asked) => void;

const COMEBACK_MS = 1000;
const RECONNECT_MS = 300;
const RECONNECT_MAX_MS = 5000;

export class SimConnection implements ClientEnd {
  token: string;
  readonly #network: Network;
  readonly #clock: ProcessClock;
  readonly #chance: Chance;
  readonly #witness: Witness;
  readonly #states = new Topic<ConnectionState>();
  readonly #lives = new Topic<void>();
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();
  readonly #partings = new Set<() => void>();
  #state: ConnectionState = { kind: 'offline' };
  #link: Link | null = null;
  #comebackMs = COMEBACK_MS;
  #tries = 0;
  #isWanted = false;

  constructor(deps: { network: Network; clock: ProcessClock; chance: Chance; token: string; witness: Witness }) {
    this.#network = deps.network;
    this.#clock = deps.clock;
    this.#chance = deps.chance;
    this.#witness = deps.witness;
    this.token = deps.token;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isLive(): boolean {
    return this.#state.kind === 'live';
  }

  onState(listener: (state: ConnectionState) => void): Unsubscribe {
    return this.#states.on(listener);
  }

  onLive(listener: () => void): Unsubscribe {
    return this.#lives.on(listener);
  }

  on<E extends keyof DownEvents>(event: E, listener: DownEvents[E]): Unsubscribe {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    const take = listener as (payload: unknown) => void;
    set.add(take);
    return () => void set.delete(take);
  }

  connect(): void {
    this.#isWanted = true;
    if (this.#state.kind === 'live' || this.#state.kind === 'connecting') return;
    this.#become({ kind: 'connecting' });
    this.#link = this.#network.connect(this.token, this, this.#chance);
  }

  close(): void {
    this.#isWanted = false;
    this.#link?.leave();
    this.#link = null;
    this.#part();
    this.#become({ kind: 'offline' });
  }

  cut(): void {
    this.#link?.cut();
  }

  freeze(): void {
    this.#link?.freeze();
  }

  ask(event: string, payload: unknown, timeoutMs: number): Promise<Reply<never>> {
    const link = this.#link;
    if (!this.isLive || link === null) return Promise.resolve({ kind: 'silence', heard: false });
    const asked = event === 'lead:claim' ? (payload as Asked) : undefined;
    this.#witness(`> ${event}`, payload, asked);
    return new Promise((resolve) => {
      let isOver = false;
      const finish = (reply: Reply<never>) => {
        // A frame that came twice is answered twice; the second answer finds nobody.
        if (isOver) return;
        isOver = true;
        timer.cancel();
        this.#partings.delete(brokenOff);
        if (reply.kind === 'silence') this.#witness(`silence ${event}`, null, asked);
        else this.#witness(`< answer ${event}`, reply.answer, asked);
        resolve(reply);
      };
      const brokenOff = () => finish({ kind: 'silence', heard: true });
      const timer = this.#clock.after(timeoutMs, brokenOff);
      this.#partings.add(brokenOff);
      link.ask(event, payload, (answer) => finish({ kind: 'answer', answer: answer as never }));
    });
  }

  tell(event: string, payload: unknown): boolean {
    if (!this.isLive || this.#link === null) return false;
    this.#link.ask(event, payload, () => undefined);
    return true;
  }

  opened(): void {
    this.#comebackMs = COMEBACK_MS;
    this.#tries = 0;
    this.#become({ kind: 'live' });
    this.#lives.emit();
  }

  refused(code: string): void {
    this.#become({ kind: 'refused', reason: code });
  }

  unreachable(): void {
    this.#become({ kind: 'offline' });
    const pauseMs = Math.min(RECONNECT_MS * 2 ** this.#tries++, RECONNECT_MAX_MS);
    this.#comeBack(pauseMs * (0.5 + this.#chance.unit()));
  }

  heard(event: string, payload: unknown): void {
    this.#witness(`< ${event}`, payload);
    if (event === 'server:draining') {
      this.#comebackMs = (payload as { reconnectAfterMs: number }).reconnectAfterMs;
    }
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(payload);
  }

  closed(byServer: boolean): void {
    this.#link = null;
    this.#part();
    this.#become({ kind: 'offline' });
    const pauseMs = byServer ? this.#comebackMs : RECONNECT_MS;
    this.#comeBack(pauseMs * (0.5 + this.#chance.unit()));
  }

  #comeBack(delayMs: number): void {
    this.#clock.after(delayMs, () => {
      if (this.#isWanted) this.connect();
    });
  }

  /** Whoever waits for an answer hears that none comes. */
  #part(): void {
    for (const brokenOff of [...this.#partings]) brokenOff();
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#witness('state', state.kind === 'refused' ? state.reason : state.kind);
    this.#states.emit(state);
  }
}

/** `fetch` over the simulated network: what the SDK's HTTP side calls. */
export function simFetch(network: Network, chance: Chance, witness: Witness): ClientFetch {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const headers = init.headers as Record<string, string>;
      const token = (headers.authorization ?? '').replace('Bearer ', '');
      const body: unknown = init.body === undefined ? null : JSON.parse(String(init.body));
      const call: HttpCall = { method: init.method ?? 'GET', path: new URL(url).pathname, token, headers, body };
      const asked = claimOf(call);
      const words = `${call.method} ${call.path}`;
      witness(`> ${words}`, { key: headers['idempotency-key'], body }, asked);
      let isOver = false;
      const unheard = (error: Error) => {
        if (isOver) return;
        isOver = true;
        witness(`silence ${words}`, null, asked);
        reject(error);
      };
      init.signal?.addEventListener('abort', () => unheard(new Error('aborted')));
      network.call(call, chance).then((answer) => {
        if (isOver) return;
        isOver = true;
        witness(`< ${answer.status} ${words}`, answer.body, asked);
        resolve({
          ok: answer.status < 300,
          status: answer.status,
          headers: { get: (name: string) => answer.headers[name] ?? null },
          text: async () => JSON.stringify(answer.body),
        } as unknown as Response);
      }, unheard);
    });
}

/** A claim over HTTP; undefined: another call. */
function claimOf({ path, headers, body }: HttpCall): Asked | undefined {
  const leadId = /\/leads\/([^/]+)\/claims$/.exec(path)?.[1];
  if (leadId === undefined) return undefined;
  return { leadId, requestId: headers['idempotency-key'] ?? '', ...(body as { offerId?: string } | null) };
}

export interface Person {
  repId: string;
  name: string;
  token: string;
  tokenId: string;
}

export class Device {
  readonly label: string;
  readonly person: Person;
  readonly connection: SimConnection;
  api: Api;
  /** Its token ends within minutes. */
  isShortLived = false;
  /** The last assignment to its rep that it was told of, by event or by snapshot. */
  assigned = 0;
  readonly feed: PoolFeed;
  readonly boards: Boards;
  readonly clock: ProcessClock;
  readonly taps = new UnansweredTaps(createMemoryStorage());
  readonly #claiming: Claiming;
  readonly #apiFor: (token: string) => Api;
  readonly #receipts: Receipts;

  constructor(deps: {
    label: string;
    person: Person;
    network: Network;
    clock: ProcessClock;
    chance: Chance;
    witness: Witness;
  }) {
    const { network, clock, chance, witness, person } = deps;
    this.label = deps.label;
    this.person = person;
    this.clock = clock;
    this.connection = new SimConnection({ network, clock, chance, witness, token: person.token });
    // The SDK's class is closed over Socket.IO; what it offers to the others is the same.
    const connection = this.connection as unknown as Connection;
    const random = () => chance.unit();
    const fetch = simFetch(network, chance, witness);
    this.#apiFor = (token) => new Api({ url: 'http://sambar.example', token, fetch, clock, random });
    this.api = this.#apiFor(person.token);
    const serverTime = new ServerTime(clock);
    this.connection.on('pool:snapshot', (snapshot) => this.#toldOf(snapshot.assigned));
    this.connection.on('lead:assigned', ({ id }) => this.#toldOf(id));
    this.#receipts = new Receipts(connection, clock);
    this.feed = new PoolFeed({ connection, receipts: this.#receipts, serverTime, clock });
    this.boards = new Boards({ connection, serverTime, clock, random });
    this.#claiming = new Claiming({
      connection,
      // Of the token that holds at the time: who signs in again is the same device.
      api: { post: (path: string, body: unknown, options: object) => this.api.post(path, body, options) } as Api,
      serverTime,
      taps: this.taps,
      clock,
      random,
      closesAtMs: (offerId) => this.feed.closesAtMs(offerId),
      onVerdict: (verdict) => this.#apply(verdict),
    });
  }

  claim(leadId: string, offerId: string | undefined): Promise<Verdict> {
    return this.#claiming.claim({ leadId, offerId });
  }

  /** Comes back with another token. */
  signIn(token: string, isShortLived: boolean): void {
    this.isShortLived = isShortLived;
    this.api = this.#apiFor(token);
    this.connection.close();
    this.connection.token = token;
    this.connection.connect();
  }

  seen(leadId: string, offerId: string): void {
    this.#receipts.seen(leadId, offerId);
  }

  close(): void {
    this.boards.stop();
    this.feed.stop();
    this.#receipts.stop();
    this.connection.close();
  }

  #toldOf(assigned = 0): void {
    this.assigned = Math.max(assigned, this.assigned);
  }

  /** As the SDK's front door does. */
  #apply(verdict: Verdict): void {
    const { offerId } = verdict;
    const isFinal = verdict.verdict === 'won' || verdict.verdict === 'lost';
    if (offerId !== null && (isFinal || verdict.verdict === 'gone')) this.feed.settled(offerId, isFinal);
  }
}
