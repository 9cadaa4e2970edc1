/**
 * Socket.IO, set up once: who may connect, one guarded door for every frame, rooms to speak to. A frame
 * that cannot be read or is not allowed is answered in its ack, counted, and never ends anything. It
 * knows no capability: events are registered with their schema and the roles that may send them.
 *
 * Connection state recovery stays off: it skips the middlewares (a revoked token would come back in)
 * and every reconnect gets a fresh snapshot anyway.
 */
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import type { Clock, Timer } from '../kernel/clock.ts';
import { TIMER_MS_MAX, within } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { createAdmission } from './admission.ts';
import type { Door } from './door.ts';
import { FramesUnderWay } from './frames-under-way.ts';
import { createHandshakes } from './handshakes.ts';
import type { Role, Speaker } from './http.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { writeOnceATurn } from './one-write.ts';
import type { OverloadLimits } from './overload.ts';
import { fieldProblems } from './problem.ts';
import { BEHIND_ROOM, closed, createSlowSockets, cut } from './slow-sockets.ts';

/** A frame above this is answered with an error. */
export const FRAME_BYTES_MAX = 16 * 1024;
/** A frame above this cannot be answered: the connection is closed before it is in memory whole. */
const FRAME_BYTES_READ_MAX = 1_000_000;
/** A socket that has not said who it is by then is closed. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Frames of one socket that wait for their answer; a client that has more never waits for any. */
const FRAMES_OF_A_SOCKET_MAX = 1_000;
/** A connection that does not take its close by then is cut. */
const CLOSE_WITHIN_MS = 500;
/** `auth:expiring` comes this long before the end, or at half of a shorter life. */
const EXPIRY_NOTICE_MS = 60_000;

export interface Speaking {
  speaker: Speaker;
  socketId: string;
  join(room: string): void;
  leave(room: string): void;
  emit(event: string, payload: unknown): void;
}

export interface FrameRule<T> {
  schema: z.ZodType<T>;
  allow: readonly Role[];
  /** Its answer goes into the ack, when the client asked for one. */
  handle(payload: T, from: Speaking): unknown;
}

/** One event as it came. */
interface Frame {
  event: string;
  args: unknown[];
  bytes: number;
}

/** Throw it in a handler to answer `{error: {code, field?, message}}`. */
export class FrameProblem extends Error {
  override name = 'FrameProblem';
  readonly code: string;
  readonly field: string | undefined;

  constructor(code: string, message: string, field?: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

export interface Sockets {
  on<T>(event: string, rule: FrameRule<T>): void;
  onConnect(task: (from: Speaking) => void): void;
  onDisconnect(task: (from: Speaking) => void): void;
  emit(event: string, rooms: string[], payload: unknown): void;
  closeToken(tokenId: string): void;
  roomSize(room: string): number;
  count(): number;
  speakers(): Speaker[];
  /** Handshakes in line. */
  waiting(): number;
  /** Sockets that do not keep up with what they are sent. */
  behind(): number;
  /**
   * Lets nobody in any more and tells every socket when to come back, each at a time of its own between
   * `reconnectAfterMs` and twice that (more where there are many).
   */
  sayFarewell(reconnectAfterMs: number): void;
  /** Resolves when every frame is answered and no more come, or they do not cease to. */
  answered(): Promise<void>;
  /** Closes every socket, those that do not answer by force. */
  close(): Promise<void>;
}

export interface SocketsDeps {
  clock: Clock;
  /** The machine's own: newcomers stand in line in its time, also where a test's stands still. */
  machineClock: Clock;
  random: Random;
  limits: OverloadLimits;
  /** Events of which a socket that is behind needs the latest only, each with what tells two states apart. */
  latestOnly: Readonly<Record<string, (payload: never) => string>>;
  log: Log;
  metrics: Metrics;
  authenticate(token: string): Speaker | null | Promise<Speaker | null>;
  /** The expiry that holds now, which use may have moved; null: never, undefined: revoked. */
  expiryOf(tokenId: string): number | null | undefined;
  publicUrl: string | null;
  door: Door;
  /** A socket that has not said who it is by then is closed; 5 s unless a test is in a hurry. */
  connectTimeoutMs?: number;
}

export function createSockets(server: HttpServer, deps: SocketsDeps): Sockets {
  const rules = new Map<string, FrameRule<unknown>>();
  const connectTasks: ((from: Speaking) => void)[] = [];
  const disconnectTasks: ((from: Speaking) => void)[] = [];
  const { limits, log, metrics } = deps;
  const underWay = new FramesUnderWay(deps.machineClock);
  const roomSize = (room: string) => io.of('/').adapter.rooms.get(room)?.size ?? 0;
  const admission = createAdmission(deps.machineClock, limits.handshakes);
  const handshakes = createHandshakes({
    ...deps,
    admission,
    count: () => io.engine.clientsCount,
    countOfToken: (tokenId) => roomSize(`token:${tokenId}`),
  });
  const shed = (socket: Socket, reason: string, bytes: number) => {
    const { role, subjectId } = socket.data.speaker as Speaker;
    metrics.shed('socket', reason);
    log.warn('a socket was closed that does not read', { role, subjectId, reason, count: bytes });
  };
  const slow = createSlowSockets(limits, (socket, bytes) => shed(socket, 'slowConsumer', bytes));
  const io: Server = new Server(server, {
    serveClient: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: FRAME_BYTES_READ_MAX,
    connectTimeout: deps.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    pingInterval: 15_000,
    pingTimeout: 10_000,
    perMessageDeflate: false,
    allowRequest: handshakes.allowRequest,
  });
  io.use(handshakes.signIn);
  // Counted from the handshake on: who never says who it is holds a socket, too.
  io.engine.on('connection', (transport: Socket['conn']) => {
    transport.once('close', deps.door.enter(transport.request).leave);
    writeOnceATurn(transport);
  });

  io.on('connection', (socket) => {
    const from = speaking(socket);
    void socket.join(`token:${from.speaker.tokenId}`);
    slow.watch(socket);
    const nextFrameBytes = watchFrameSizes(socket);
    const expiry = watchExpiry(socket, deps);
    let own = 0;
    const answered = () => {
      own--;
      underWay.end();
    };
    socket.onAny((event: string, ...args: unknown[]) => {
      own++;
      underWay.begin();
      void receive(from, { event, args, bytes: nextFrameBytes() }, own > FRAMES_OF_A_SOCKET_MAX, answered);
    });
    socket.on('error', () => metrics.badInput('socket', 'transport'));
    socket.on('disconnect', (reason, description) => {
      const code = unreadableCode(description);
      if (code !== null) metrics.badInput('socket', code);
      if (reason === 'ping timeout' && slow.isBehind(socket)) shed(socket, 'stoppedReading', 0);
      expiry.cancel();
      for (const task of disconnectTasks) task(from);
    });
    for (const task of connectTasks) task(from);
  });

  async function receive(from: Speaking, frame: Frame, tooMany: boolean, done: () => void): Promise<void> {
    const ack = frame.args.at(-1);
    const answer = typeof ack === 'function' ? (value: unknown) => ack(value) : () => undefined;
    try {
      if (tooMany) throw new FrameProblem('tooManyFrames', 'Wait for the answers to what you have asked.');
      answer(await judge(from, frame));
    } catch (error) {
      answer({ error: frameError(error, frame.event) });
    } finally {
      done();
    }
  }

  /** What the rule answers: a value, or a promise of it. */
  function judge(from: Speaking, { event, args, bytes }: Frame): unknown {
    const rule = rules.get(event);
    if (rule === undefined) throw new FrameProblem('unknownEvent', 'There is no such event.');
    if (bytes > FRAME_BYTES_MAX) {
      throw new FrameProblem('tooLarge', `A frame may have ${FRAME_BYTES_MAX} bytes.`);
    }
    if (!rule.allow.includes(from.speaker.role)) {
      throw new FrameProblem('forbidden', `A ${from.speaker.role} may not do this.`);
    }
    const payload = typeof args[0] === 'function' ? undefined : args[0];
    const parsed = rule.schema.safeParse(payload);
    if (!parsed.success) {
      const [first] = fieldProblems(parsed.error.issues, 'payload');
      throw new FrameProblem('validation', `${first?.field}: ${first?.message}`, first?.field);
    }
    return rule.handle(parsed.data, from);
  }

  function frameError(error: unknown, event: string): { code: string; field?: string; message: string } {
    if (error instanceof FrameProblem) {
      metrics.badInput('socket', error.code);
      const { code, field, message } = error;
      return field === undefined ? { code, message } : { code, field, message };
    }
    log.error('a frame failed', { event }, error);
    return { code: 'internal', message: 'The server failed; ask again.' };
  }

  function emit(event: string, rooms: string[], payload: unknown): void {
    const keyOf = deps.latestOnly[event];
    if (keyOf === undefined) {
      io.to(rooms).emit(event, payload);
      return;
    }
    io.to(rooms).except(BEHIND_ROOM).emit(event, payload);
    slow.keepLatest(rooms, `${event} ${keyOf(payload as never)}`, { event, payload });
  }

  return {
    on: (event, rule) => void rules.set(event, rule as FrameRule<unknown>),
    onConnect: (task) => void connectTasks.push(task),
    onDisconnect: (task) => void disconnectTasks.push(task),
    emit,
    closeToken: (tokenId) => io.in(`token:${tokenId}`).disconnectSockets(true),
    roomSize,
    count: () => io.engine.clientsCount,
    speakers: () => [...io.of('/').sockets.values()].map((socket) => socket.data.speaker as Speaker),
    waiting: admission.waiting,
    behind: slow.count,
    sayFarewell(reconnectAfterMs) {
      handshakes.stop();
      const all = [...io.of('/').sockets.values()];
      const spreadMs = Math.max(reconnectAfterMs, (all.length / limits.handshakes.perTick) * limits.handshakes.tickMs);
      for (const socket of all) {
        const afterMs = Math.round(reconnectAfterMs + deps.random.unit() * spreadMs);
        socket.emit('server:draining', { reconnectAfterMs: afterMs });
      }
    },
    answered: () => underWay.answered(),
    async close() {
      handshakes.stop();
      const conns = Object.values((io.engine as unknown as { clients: Record<string, Socket['conn']> }).clients);
      const gone = Promise.all(conns.map(closed));
      io.disconnectSockets(true);
      io.engine.close();
      await within(deps.machineClock, CLOSE_WITHIN_MS, gone);
      for (const conn of conns) cut(conn);
    },
  };
}

function speaking(socket: Socket): Speaking {
  return {
    speaker: socket.data.speaker as Speaker,
    socketId: socket.id,
    join: (room) => void socket.join(room),
    leave: (room) => void socket.leave(room),
    emit: (event, payload) => void socket.emit(event, payload),
  };
}

/** The packets of Socket.IO that carry an event, by the first character of their text. */
const EVENT_PACKET = /^[25]/;

/**
 * Notes the size of each event's frame before it is decoded, its binary parts with it. Events are
 * handed over a turn later, when more frames may be in: so the sizes wait in the events' own order.
 */
function watchFrameSizes(socket: Socket): () => number {
  const sizes: number[] = [];
  socket.conn.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
    if (type !== 'message') return;
    if (typeof data !== 'string') sizes.push((sizes.pop() ?? 0) + (data as Uint8Array).byteLength);
    else if (EVENT_PACKET.test(data)) sizes.push(Buffer.byteLength(data));
  });
  return () => sizes.shift() ?? 0;
}

/** What to count when a connection ended because it could not be read; null: it ended otherwise. */
function unreadableCode(description: unknown): 'tooLarge' | 'transport' | null {
  // The transport passes on ws's own words, and no code.
  const words = description instanceof Error ? description.message : '';
  if (words.includes('Max payload size exceeded')) return 'tooLarge';
  return words.includes('Invalid WebSocket frame') ? 'transport' : null;
}

/** Tells a socket ahead of time that its token ends, and closes it then; use may move the end. */
function watchExpiry(socket: Socket, deps: SocketsDeps): { cancel(): void } {
  const { tokenId } = socket.data.speaker as Speaker;
  let timer: Timer = { cancel: () => undefined };

  function look(told: boolean): void {
    const expiresAt = deps.expiryOf(tokenId);
    if (expiresAt === null) return;
    const leftMs = (expiresAt ?? 0) - deps.clock.nowMs();
    if (leftMs <= 0) {
      socket.disconnect(true);
      return;
    }
    const noticeMs = Math.min(EXPIRY_NOTICE_MS, leftMs / 2);
    if (told) timer = deps.clock.after(Math.min(leftMs, TIMER_MS_MAX), () => look(true));
    else timer = deps.clock.after(Math.min(leftMs - noticeMs, TIMER_MS_MAX), () => notice());
  }

  function notice(): void {
    const expiresAt = deps.expiryOf(tokenId);
    if (expiresAt === null) return;
    const leftMs = (expiresAt ?? 0) - deps.clock.nowMs();
    if (leftMs > EXPIRY_NOTICE_MS) {
      look(false);
      return;
    }
    if (leftMs > 0) socket.emit('auth:expiring', { expiresAt: new Date(expiresAt ?? 0).toISOString() });
    look(true);
  }

  look(false);
  return { cancel: () => timer.cancel() };
}
