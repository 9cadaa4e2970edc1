/**
 * The socket's life.
 *
 *   connecting → live       the handshake succeeded
 *   connecting → refused    the server knows the reason (a wrong or expired token); not tried again
 *   live       → offline    the link broke, or the server closed it; tried again until it succeeds
 *   offline    → live       back; whoever needs to catch up is told by `onLive`
 *   offline    → refused    as from connecting
 *   any        → offline    `close()`
 *
 * Nothing here waits for a link: a question asked while offline is answered `unheard` at once, and
 * what Socket.IO would keep for later is taken back, because a claim that arrives late is a lie.
 */
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { DownEvents } from '../protocol/down.ts';
import type { UpEvents } from '../protocol/up.ts';
import type { ClientClock, ClientRandom, ClientTimer } from './platform.ts';
import { type Listener, Topic, type Unsubscribe } from './topic.ts';

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'offline' }
  | { kind: 'refused'; reason: string };

/** `heard: false`: the question never left this device; `true`: it may have been heard. */
export type Reply<T> = { kind: 'answer'; answer: T } | { kind: 'silence'; heard: boolean };

export type SocketTuning = Partial<ManagerOptions & SocketOptions>;

type AskedEvent = 'lead:claim' | 'pool:sync' | 'board:watch' | 'wall:watch';
type ToldEvent = 'lead:delivered' | 'lead:seen' | 'board:unwatch';
type AnswerOf<E extends AskedEvent> = Parameters<Parameters<UpEvents[E]>[1]>[0];

export interface ConnectionOptions {
  url: string;
  token: string;
  clock: ClientClock;
  random: ClientRandom;
  socketOptions?: SocketTuning | undefined;
}

/** Between being closed by the server and asking again, so that a thousand phones do not come at once. */
const COMEBACK_MS = 1000;

export class Connection {
  readonly #socket: Socket<DownEvents, UpEvents>;
  readonly #clock: ClientClock;
  readonly #random: ClientRandom;
  readonly #states = new Topic<ConnectionState>();
  readonly #lives = new Topic<void>();
  #state: ConnectionState = { kind: 'offline' };
  #comeback: ClientTimer | undefined;
  #comebackMs = COMEBACK_MS;
  /** The server has said that it stops, and when to come back. */
  #isTold = false;

  constructor({ url, token, clock, random, socketOptions }: ConnectionOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#socket = io(url, {
      // One connection a client: many clients of one process must not share a link.
      forceNew: true,
      transports: ['websocket', 'polling'],
      // Some carriers break websockets; the handshake then goes on over polling.
      tryAllTransports: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 5000,
      randomizationFactor: 0.5,
      ...socketOptions,
      autoConnect: false,
      auth: { token },
    });
    this.#socket.on('connect', () => this.#becameLive());
    this.#socket.on('disconnect', (reason) => this.#lostLink(reason));
    this.#socket.on('connect_error', (error) => this.#couldNotConnect(error));
    this.#socket.on('server:draining', ({ reconnectAfterMs }) => {
      this.#comebackMs = reconnectAfterMs;
      this.#isTold = true;
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isLive(): boolean {
    return this.#socket.connected;
  }

  onState(listener: Listener<ConnectionState>): Unsubscribe {
    return this.#states.on(listener);
  }

  /** Called after each successful handshake, the first included. */
  onLive(listener: Listener<void>): Unsubscribe {
    return this.#lives.on(listener);
  }

  on<E extends keyof DownEvents>(event: E, listener: DownEvents[E]): Unsubscribe {
    // One listener type for all events of the wire; Socket.IO's own types cannot follow the generic.
    const socket = this.#socket as unknown as Listening;
    socket.on(event, listener);
    return () => void socket.off(event, listener);
  }

  connect(): void {
    if (this.#state.kind === 'live' || this.#state.kind === 'connecting') return;
    this.#comeback?.cancel();
    this.#become({ kind: 'connecting' });
    this.#socket.connect();
  }

  close(): void {
    this.#comeback?.cancel();
    this.#socket.disconnect();
    this.#become({ kind: 'offline' });
  }

  /** Asks once. Never rejects: no answer in time, or a link that breaks, is `silence`. */
  ask<E extends AskedEvent>(
    event: E,
    payload: Parameters<UpEvents[E]>[0],
    timeoutMs: number,
  ): Promise<Reply<AnswerOf<E>>> {
    const socket = this.#socket;
    if (!socket.connected) return Promise.resolve({ kind: 'silence', heard: false });
    return new Promise((resolve) => {
      const finish = (reply: Reply<AnswerOf<E>>): void => {
        timer.cancel();
        socket.off('disconnect', brokenOff);
        resolve(reply);
      };
      const brokenOff = (): void => finish({ kind: 'silence', heard: true });
      const timer = this.#clock.after(timeoutMs, brokenOff);
      socket.on('disconnect', brokenOff);
      const answered = (answer: AnswerOf<E>): void => finish({ kind: 'answer', answer });
      if (!this.#sendNow(event, payload, answered)) finish({ kind: 'silence', heard: false });
    });
  }

  /** Says something that needs no answer. False: there was no link, nothing was said. */
  tell<E extends ToldEvent>(event: E, payload: Parameters<UpEvents[E]>[0]): boolean {
    return this.#socket.connected && this.#sendNow(event, payload);
  }

  /**
   * `volatile` would do, but it also drops whatever meets a write on its way, and a dropped claim
   * costs its whole timeout. A link that is dead but not yet known to be makes Socket.IO buffer
   * instead: what it buffered is taken out again.
   */
  #sendNow(event: string, ...args: unknown[]): boolean {
    const { sendBuffer } = this.#socket;
    const before = sendBuffer.length;
    (this.#socket as unknown as Sending).emit(event, ...args);
    if (sendBuffer.length === before) return true;
    sendBuffer.length = before;
    return false;
  }

  #becameLive(): void {
    this.#comebackMs = COMEBACK_MS;
    this.#isTold = false;
    this.#become({ kind: 'live' });
    this.#lives.emit();
  }

  #lostLink(reason: string): void {
    if (reason === 'io client disconnect') return;
    this.#become({ kind: 'offline' });
    // Closed on purpose, so Socket.IO will not try again: a server that restarts will be back, and
    // one that ended this session says so at the handshake. Where the link broke while a server stops,
    // Socket.IO would come at once: the time that was asked for holds all the same.
    if (reason !== 'io server disconnect' && !this.#isTold) return;
    this.#socket.disconnect();
    this.#comeBackSoon(this.#comebackMs);
  }

  #couldNotConnect(error: Error & { data?: unknown }): void {
    const data = error.data as { code?: unknown; retryAfterMs?: unknown } | undefined;
    if (this.#socket.active) {
      // The link failed, not the handshake: Socket.IO tries again by itself.
      this.#become({ kind: 'offline' });
    } else if (typeof data?.retryAfterMs === 'number') {
      this.#become({ kind: 'offline' });
      this.#comeBackSoon(data.retryAfterMs);
    } else {
      const reason = typeof data?.code === 'string' ? data.code : error.message;
      this.#become({ kind: 'refused', reason });
    }
  }

  #comeBackSoon(delayMs: number): void {
    this.#comeback?.cancel();
    this.#comeback = this.#clock.after(delayMs * (0.5 + this.#random()), () => this.connect());
  }

  #become(state: ConnectionState): void {
    if (state.kind === this.#state.kind && state.kind !== 'refused') return;
    this.#state = state;
    this.#states.emit(state);
  }
}

interface Listening {
  on(event: string, listener: unknown): void;
  off(event: string, listener: unknown): void;
}

interface Sending {
  emit(event: string, ...args: unknown[]): void;
}
