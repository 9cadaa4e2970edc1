/**
 * Socket.IO, set up once: who may connect, one guarded door for every frame, rooms to speak to. A frame
 * that cannot be read or is not allowed is answered in its ack, counted, and never ends anything. It
 * knows no capability: events are registered with their schema and the roles that may send them.
 *
 * Connection state recovery stays off: it skips the middlewares (a revoked token would come back in)
 * and every reconnect gets a fresh snapshot anyway.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import type { Clock, Timer } from '../kernel/clock.ts';
import { TIMER_MS_MAX } from '../kernel/clock.ts';
import type { Role, Speaker } from './http.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { fieldProblems } from './problem.ts';

/** A frame above this is answered with an error. */
export const FRAME_BYTES_MAX = 16 * 1024;
/** A frame above this cannot be answered: the connection is closed before it is in memory whole. */
const FRAME_BYTES_READ_MAX = 1_000_000;
/** A socket that has not said who it is by then is closed. */
const CONNECT_TIMEOUT_MS = 5_000;
/** When a sign-in cannot be checked, the client tries again after this long. */
const AWAY_RETRY_MS = 1_000;
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
  /** Tells every socket when to come back, and closes them. */
  close(reconnectAfterMs: number): Promise<void>;
}

interface SocketsDeps {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  authenticate(token: string): Speaker | null | Promise<Speaker | null>;
  /** The expiry that holds now, which use may have moved; null: never, undefined: revoked. */
  expiryOf(tokenId: string): number | null | undefined;
  publicUrl: string | null;
}

/** Browsers always send an Origin: it must be this very host or the public one. Programs send none. */
export function originAllowed(request: IncomingMessage, publicUrl: string | null): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    const from = new URL(origin);
    return from.host === host || (publicUrl !== null && from.origin === new URL(publicUrl).origin);
  } catch {
    return false;
  }
}

export function createSockets(server: HttpServer, deps: SocketsDeps): Sockets {
  const rules = new Map<string, FrameRule<unknown>>();
  const connectTasks: ((from: Speaking) => void)[] = [];
  const disconnectTasks: ((from: Speaking) => void)[] = [];
  const io = new Server(server, {
    serveClient: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: FRAME_BYTES_READ_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
    pingInterval: 15_000,
    pingTimeout: 10_000,
    perMessageDeflate: false,
    allowRequest: (request, callback) => callback(null, originAllowed(request, deps.publicUrl)),
  });

  async function speakerOf(token: unknown): Promise<Speaker | null> {
    return typeof token === 'string' && token.length <= 400 ? deps.authenticate(token) : null;
  }

  io.use((socket, next) => {
    const refuse = (code: string, retryAfterMs?: number) => {
      deps.metrics.badInput('socket', code);
      const data = { code, message: code === 'away' ? 'Ask again.' : 'Sign in again.', retryAfterMs };
      next(Object.assign(new Error(code), { data }));
    };
    speakerOf(socket.handshake.auth.token).then(
      (speaker) => {
        if (speaker === null) return refuse('tokenInvalid');
        if (speaker.role === 'source') return refuse('forbidden');
        socket.data.speaker = speaker;
        next();
      },
      // Whoever cannot be looked up now is told to come back, never to sign in again.
      () => refuse('away', AWAY_RETRY_MS),
    );
  });

  io.on('connection', (socket) => {
    const from = speaking(socket);
    void socket.join(`token:${from.speaker.tokenId}`);
    const nextFrameBytes = watchFrameSizes(socket);
    const expiry = watchExpiry(socket, deps);
    socket.onAny((event: string, ...args: unknown[]) => {
      void receive(from, { event, args, bytes: nextFrameBytes() });
    });
    socket.on('error', () => deps.metrics.badInput('socket', 'transport'));
    socket.on('disconnect', (_reason, description) => {
      const code = unreadableCode(description);
      if (code !== null) deps.metrics.badInput('socket', code);
      expiry.cancel();
      for (const task of disconnectTasks) task(from);
    });
    for (const task of connectTasks) task(from);
  });

  async function receive(from: Speaking, frame: Frame): Promise<void> {
    const ack = frame.args.at(-1);
    const answer = typeof ack === 'function' ? (value: unknown) => ack(value) : () => undefined;
    try {
      answer(await judge(from, frame));
    } catch (error) {
      answer({ error: frameError(error, frame.event) });
    }
  }

  async function judge(from: Speaking, { event, args, bytes }: Frame): Promise<unknown> {
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
      deps.metrics.badInput('socket', error.code);
      const { code, field, message } = error;
      return field === undefined ? { code, message } : { code, field, message };
    }
    deps.log.error('a frame failed', { event }, error);
    return { code: 'internal', message: 'The server failed; ask again.' };
  }

  return {
    on: (event, rule) => void rules.set(event, rule as FrameRule<unknown>),
    onConnect: (task) => void connectTasks.push(task),
    onDisconnect: (task) => void disconnectTasks.push(task),
    emit: (event, rooms, payload) => void io.to(rooms).emit(event, payload),
    closeToken: (tokenId) => io.in(`token:${tokenId}`).disconnectSockets(true),
    roomSize: (room) => io.of('/').adapter.rooms.get(room)?.size ?? 0,
    count: () => io.engine.clientsCount,
    speakers: () => [...io.of('/').sockets.values()].map((socket) => socket.data.speaker as Speaker),
    async close(reconnectAfterMs) {
      io.emit('server:draining', { reconnectAfterMs });
      io.disconnectSockets(true);
      io.engine.close();
      await Promise.resolve();
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
