/**
 * The twins of the server's two edges, for a simulation: the real routes and the real socket rules
 * are bound to them, and a call or a frame is a function call. No Fastify, no Socket.IO, no listening.
 */
import type { z } from 'zod';
import type { Door } from '../../server/platform/door.ts';
import type { Http, Speaker } from '../../server/platform/http.ts';
import { fieldProblems, Problem } from '../../server/platform/problem.ts';
import { FrameProblem, type FrameRule, type Sockets, type Speaking } from '../../server/platform/sockets.ts';

export interface HttpCall {
  method: string;
  path: string;
  token: string;
  headers: Record<string, string>;
  body: unknown;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

interface RouteOptions {
  config?: { allow?: readonly string[] };
  schema?: { params?: z.ZodType; body?: z.ZodType; querystring?: z.ZodType };
}

interface Route {
  method: string;
  pattern: RegExp;
  names: string[];
  options: RouteOptions;
  handle(request: unknown, reply: Reply): Promise<unknown>;
}

class Reply {
  status = 200;
  sent: unknown;
  readonly headers: Record<string, string> = {};

  code(status: number): this {
    this.status = status;
    return this;
  }

  header(name: string, value: string): this {
    this.headers[name] = value;
    return this;
  }

  send(body?: unknown): this {
    this.sent = body ?? null;
    return this;
  }
}

export class SimHttp {
  readonly #routes: Route[] = [];
  readonly #authenticate: (token: string) => Speaker | null;
  readonly #onError: (error: unknown) => void;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(deps: { authenticate(token: string): Speaker | null; onError(error: unknown): void }) {
    this.#authenticate = deps.authenticate;
    this.#onError = deps.onError;
  }

  /** What the routes are bound to: it takes them down, and that is all. */
  get app(): Http {
    const take = (method: string) => (path: string, options: RouteOptions, handle: Route['handle']) => {
      const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
      const pattern = new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`);
      this.#routes.push({ method, pattern, names, options, handle });
    };
    const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method.toLowerCase(), take(method)]);
    return Object.fromEntries(verbs) as Http;
  }

  call(call: HttpCall): Promise<HttpAnswer> {
    const answer = this.#serve(call);
    this.#underWay.add(answer);
    void answer.then(() => this.#underWay.delete(answer));
    return answer;
  }

  /** Resolves when every call under way is answered. */
  async answered(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #serve({ method, path, token, headers, body }: HttpCall): Promise<HttpAnswer> {
    const reply = new Reply();
    try {
      const [bare = '', search = ''] = path.split('?');
      const route = this.#routes.find((one) => one.method === method && one.pattern.test(bare));
      if (route === undefined) throw new Problem(404, 'unknownRoute', path);
      const speaker = this.#admit(route.options, token);
      const values = route.pattern.exec(bare)?.slice(1) ?? [];
      const { schema } = route.options;
      const request = {
        method,
        url: path,
        headers,
        speaker,
        params: read(schema?.params, Object.fromEntries(route.names.map((name, at) => [name, values[at]])), 'params'),
        query: read(schema?.querystring, Object.fromEntries(new URLSearchParams(search)), 'querystring'),
        body: read(schema?.body, body ?? null, 'body'),
      };
      const answer = await route.handle(request, reply);
      return { status: reply.status, headers: reply.headers, body: answer === reply ? reply.sent : answer };
    } catch (error) {
      return this.#problem(error);
    }
  }

  #admit({ config }: RouteOptions, token: string): Speaker | null {
    const allow = config?.allow;
    if (allow === undefined) return null;
    const speaker = this.#authenticate(token);
    if (speaker === null) throw new Problem(401, 'tokenInvalid', 'Send a valid token.');
    if (!allow.includes(speaker.role)) throw new Problem(403, 'forbidden', `A ${speaker.role} may not do this.`);
    return speaker;
  }

  #problem(error: unknown): HttpAnswer {
    if (!(error instanceof Problem)) this.#onError(error);
    const { status, code, members } = error instanceof Problem ? error : new Problem(500, 'internal', '');
    const after = members.retryAfterSeconds;
    return {
      status,
      headers: after === undefined ? {} : { 'retry-after': String(after) },
      body: { status, code, ...members },
    };
  }
}

function read(schema: z.ZodType | undefined, input: unknown, where: string): unknown {
  if (schema === undefined) return input;
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [first] = fieldProblems(parsed.error.issues, where);
  throw new Problem(400, 'validation', `${first?.field}: ${first?.message}`, { field: first?.field });
}

/** Everybody here comes from this machine, which has no limit by address. */
export const OPEN_DOOR: Door = {
  failed: () => 0,
  mayTry: () => undefined,
  pairing: () => undefined,
  lead: () => undefined,
  hasRoom: () => true,
  enter: () => ({ leave: () => undefined }),
};

/** The server's end of one connection. */
export interface ServerEnd {
  /** Frames and answers leave by this. */
  send(event: string, payload: unknown): void;
  closed(): void;
}

export interface SimSocket {
  readonly from: Speaking;
  readonly end: ServerEnd;
  readonly rooms: Set<string>;
}

export class SimSockets implements Sockets {
  readonly #rules = new Map<string, FrameRule<unknown>>();
  readonly #connectTasks: ((from: Speaking) => void)[] = [];
  readonly #disconnectTasks: ((from: Speaking) => void)[] = [];
  readonly #sockets = new Set<SimSocket>();
  readonly #onError: (error: unknown) => void;
  readonly #underWay = new Set<Promise<unknown>>();
  #connections = 0;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  on<T>(event: string, rule: FrameRule<T>): void {
    this.#rules.set(event, rule as FrameRule<unknown>);
  }

  onConnect(task: (from: Speaking) => void): void {
    this.#connectTasks.push(task);
  }

  onDisconnect(task: (from: Speaking) => void): void {
    this.#disconnectTasks.push(task);
  }

  /** Each receiver once, whatever rooms it is in, in the order of the rooms. */
  emit(event: string, rooms: string[], payload: unknown): void {
    const receivers = new Set<SimSocket>();
    for (const room of rooms) {
      for (const socket of this.#sockets) if (socket.rooms.has(room)) receivers.add(socket);
    }
    for (const { end } of receivers) end.send(event, payload);
  }

  closeToken(tokenId: string): void {
    for (const socket of [...this.#sockets]) if (socket.from.speaker.tokenId === tokenId) this.disconnect(socket);
  }

  roomSize(room: string): number {
    return [...this.#sockets].filter(({ rooms }) => rooms.has(room)).length;
  }

  count(): number {
    return this.#sockets.size;
  }

  speakers(): Speaker[] {
    return [...this.#sockets].map(({ from }) => from.speaker);
  }

  waiting(): number {
    return 0;
  }

  behind(): number {
    return 0;
  }

  sayFarewell(reconnectAfterMs: number): void {
    for (const { end } of this.#sockets) end.send('server:draining', { reconnectAfterMs });
  }

  async answered(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    for (const socket of [...this.#sockets]) this.disconnect(socket);
  }

  /** A handshake that succeeded. */
  connect(speaker: Speaker, end: ServerEnd): SimSocket {
    const rooms = new Set<string>();
    const from: Speaking = {
      speaker,
      socketId: `socket-${++this.#connections}`,
      join: (room) => void rooms.add(room),
      leave: (room) => void rooms.delete(room),
      emit: (event, payload) => end.send(event, payload),
    };
    const socket = { from, end, rooms };
    this.#sockets.add(socket);
    for (const task of this.#connectTasks) task(from);
    return socket;
  }

  /** Ends a connection from this side; whoever is at the other hears it. */
  disconnect(socket: SimSocket): void {
    if (!this.gone(socket)) return;
    socket.end.closed();
  }

  /** The other end has gone, or was given up. False: it had ended before. */
  gone(socket: SimSocket): boolean {
    if (!this.#sockets.delete(socket)) return false;
    for (const task of this.#disconnectTasks) task(socket.from);
    return true;
  }

  /** One frame of a client; resolves with what its ack answers. */
  receive(socket: SimSocket, event: string, payload: unknown): Promise<unknown> {
    const answer = this.#judge(socket, event, payload);
    this.#underWay.add(answer);
    void answer.then(() => this.#underWay.delete(answer));
    return answer;
  }

  async #judge(socket: SimSocket, event: string, payload: unknown): Promise<unknown> {
    try {
      const rule = this.#rules.get(event);
      if (rule === undefined) throw new FrameProblem('unknownEvent', 'There is no such event.');
      const { speaker } = socket.from;
      if (!rule.allow.includes(speaker.role)) throw new FrameProblem('forbidden', `A ${speaker.role} may not do this.`);
      const parsed = rule.schema.safeParse(payload);
      if (!parsed.success) throw new FrameProblem('validation', 'The payload is not what the schema says.');
      return await rule.handle(parsed.data, socket.from);
    } catch (error) {
      if (error instanceof FrameProblem) return { error: { code: error.code, message: error.message } };
      this.#onError(error);
      return { error: { code: 'internal', message: 'The server failed; ask again.' } };
    }
  }
}
