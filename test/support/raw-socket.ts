/** Sockets as a stranger would open them: no SDK between, so that anything at all can be sent. */
import { io, type Socket } from 'socket.io-client';

export interface RawSocketOptions {
  auth?: Record<string, unknown>;
  origin?: string;
  transports?: ('websocket' | 'polling')[];
  /** Whom a proxy would say it is. */
  forwardedFor?: string;
}

const opened = new Set<Socket>();

export function openSocket(url: string, options: RawSocketOptions = {}): Socket {
  const { auth = {}, origin, forwardedFor, transports = ['websocket'] } = options;
  const socket = io(url, {
    auth,
    transports,
    forceNew: true,
    reconnection: false,
    extraHeaders: {
      ...(origin === undefined ? {} : { origin }),
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
    },
  });
  opened.add(socket);
  return socket;
}

export interface Refusal extends Error {
  data?: { code: string; message: string };
}

/** Resolves connected; rejects with what the server said. */
export function connected(url: string, options: RawSocketOptions = {}): Promise<Socket> {
  const socket = openSocket(url, options);
  return new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(socket));
    socket.on('connect_error', reject);
  });
}

export function signedIn(url: string, token: string): Promise<Socket> {
  return connected(url, { auth: { token } });
}

/** What the server said when it refused, or null when it let the socket in. */
export async function refusalOf(url: string, options: RawSocketOptions): Promise<Refusal | null> {
  return connected(url, options).then(
    () => null,
    (error: Refusal) => error,
  );
}

export interface FrameAnswer {
  error?: { code: string; field?: string; message: string };
  [member: string]: unknown;
}

export function ask(socket: Socket, event: string, ...args: unknown[]): Promise<FrameAnswer> {
  return socket.emitWithAck(event, ...args) as Promise<FrameAnswer>;
}

export function heard<T = Record<string, unknown>>(socket: Socket, event: string): Promise<T> {
  return new Promise((resolve) => socket.once(event, resolve));
}

/** The first of its kind that is what the test waits for; others may come before it. */
export function heardWhere<T>(socket: Socket, event: string, isIt: (payload: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const listen = (payload: T) => {
      if (!isIt(payload)) return;
      socket.off(event, listen);
      resolve(payload);
    };
    socket.on(event, listen);
  });
}

/** Why it was closed. */
export function disconnected(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.once('disconnect', resolve));
}

/** For `afterEach`: nothing a test opened outlives it. */
export function closeSockets(): void {
  for (const socket of opened) socket.close();
  opened.clear();
}
