/**
 * A server of a few lines that plays what a test scripts: real sockets and real HTTP on port 0, no
 * rules of its own. Tests wait for what it received.
 */
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { DownEvents, OfferCard, PoolSnapshot } from '../../client-sdk/protocol/down.ts';
import type { UpEvents } from '../../client-sdk/protocol/up.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createSambarClient, type SambarClient, type SambarClientOptions } from '../../client-sdk/src/sambar-client.ts';
import { SimClock } from '../support/sim-clock.ts';

export type ServerSocket = Socket<UpEvents, DownEvents>;

export interface HttpCall {
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface HttpAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What arrived and has not been awaited yet, in its order. */
export class Inbox<T> {
  readonly #arrived: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  add(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#arrived.push(item);
    else waiting(item);
  }

  next(): Promise<T> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** What arrived and nobody awaited. */
  get rest(): readonly T[] {
    return this.#arrived;
  }
}

export interface Frame {
  event: string;
  payload: unknown;
  ack: ((answer: unknown) => void) | undefined;
  socket: ServerSocket;
}

export class ScriptedServer {
  readonly sockets = new Inbox<ServerSocket>();
  readonly #frames = new Map<string, Inbox<Frame>>();
  readonly #http: HttpServer;
  readonly #io: Server<UpEvents, DownEvents>;
  /** What each connection is told first; undefined: nothing. */
  snapshot: PoolSnapshot | undefined = { upTo: 0, offers: [] };
  /** Undefined: the handshake succeeds. */
  refusal: { code: string; retryAfterMs?: number } | undefined;
  onHttp: (call: HttpCall) => HttpAnswer = () => ({ status: 404, body: { code: 'notFound' } });

  private constructor() {
    this.#http = createServer((request, response) => void this.#answer(request, response));
    this.#io = new Server(this.#http);
    this.#io.use((_socket, next) => {
      if (this.refusal === undefined) next();
      else next(Object.assign(new Error('refused'), { data: this.refusal }));
    });
    this.#io.on('connection', (socket) => this.#welcome(socket));
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((resolve) => {
      server.#http.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  frames(event: keyof UpEvents): Inbox<Frame> {
    const inbox = this.#frames.get(event) ?? new Inbox<Frame>();
    this.#frames.set(event, inbox);
    return inbox;
  }

  async stop(): Promise<void> {
    await this.#io.close();
  }

  #welcome(socket: ServerSocket): void {
    socket.onAny((event: keyof UpEvents, payload: unknown, ack?: Frame['ack']) => {
      this.frames(event).add({ event, payload, ack, socket });
    });
    if (this.snapshot !== undefined) socket.emit('pool:snapshot', this.snapshot);
    this.sockets.add(socket);
  }

  async #answer(
    request: IncomingMessage,
    response: Parameters<Parameters<typeof createServer>[1] & object>[1],
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const answer = this.onHttp({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }
}

/** A clock that stands still; a test moves it on once the client has begun to wait. */
export class WatchedClock extends SimClock {
  readonly waits = new Inbox<number>();

  override after(delayMs: number, task: () => void): { cancel(): void } {
    const timer = super.after(delayMs, task);
    this.waits.add(delayMs);
    return timer;
  }

  /** Waits until the client has set a timer of this length (in ms, or a range of it), and lets it pass. */
  async pass(fromMs: number, toMs = fromMs): Promise<void> {
    for (;;) {
      const delayMs = await this.waits.next();
      if (delayMs < fromMs || delayMs > toMs) continue;
      this.advance(delayMs);
      return;
    }
  }
}

/** A server and a client that is connected to it; both end with the test. */
export async function meet(
  onTestFinished: (cleanup: () => Promise<void>) => void,
  prepare: (server: ScriptedServer) => Partial<SambarClientOptions> | undefined = () => undefined,
): Promise<{ server: ScriptedServer; client: SambarClient; socket: ServerSocket }> {
  const server = await ScriptedServer.start();
  const options = prepare(server);
  const client = createSambarClient({
    url: server.url,
    token: 'tok_test',
    ...options,
    socketOptions: {
      reconnectionDelay: 1,
      reconnectionDelayMax: 1,
      transports: ['websocket'],
      ...options?.socketOptions,
    },
  });
  onTestFinished(async () => {
    client.close();
    await server.stop();
  });
  const live = becomesLive(client);
  const caughtUp = server.snapshot === undefined || until((listener) => client.onPool(listener));
  client.connect();
  const socket = await server.sockets.next();
  await Promise.all([live, caughtUp]);
  return { server, client, socket };
}

export function becomesLive(client: SambarClient): Promise<void> {
  return until((done) =>
    client.onState(({ kind }) => {
      if (kind === 'live') done();
    }),
  );
}

/** The first value that `subscribe` hands to its listener. */
export function until<T>(subscribe: (listener: (value: T) => void) => () => void): Promise<T> {
  return new Promise((resolve) => {
    const leave = subscribe((value) => {
      resolve(value);
      queueMicrotask(() => leave());
    });
  });
}

export const OFFER: OfferCard = {
  id: 5,
  offerId: 'offer_1',
  leadId: 'lead_1',
  company: { name: 'PT Maju', size: 40 },
  contact: { title: 'Direktur' },
  source: 'website',
  score: 80,
  temperature: 'hot',
  opensAt: '2026-11-23T03:00:00.000Z',
  closesAt: '2026-11-23T03:30:00.000Z',
  sentAt: '2026-11-23T03:00:00.000Z',
  blind: false,
};

const OF_OFFER = { leadId: OFFER.leadId, offerId: OFFER.offerId };

export const LOST: Verdict = {
  verdict: 'lost',
  ...OF_OFFER,
  winner: { id: 'rep_sari', name: 'Sari' },
  byMs: 120,
};
export const GONE: Verdict = { verdict: 'gone', ...OF_OFFER, reason: 'expired' };
export const RETRY: Verdict = {
  verdict: 'retry',
  ...OF_OFFER,
  reason: 'arbiterAway',
  afterMs: 700,
};
export const WON: Verdict = {
  verdict: 'won',
  ...OF_OFFER,
  claimId: OFFER.offerId,
  claimedAt: '2026-11-23T03:00:01.200Z',
  claimSpeedMs: 1200,
  lead: {
    id: OFFER.leadId,
    externalId: null,
    source: 'website',
    type: null,
    status: 'owned',
    stage: null,
    company: { name: 'PT Maju', size: 40, industry: null, country: 'ID', region: null },
    contact: { name: 'Dewi', title: 'Direktur', email: 'dewi@maju.test', phone: '+628110000001' },
    interest: null,
    dealValue: null,
    signals: [],
    attributes: {},
    score: 80,
    temperature: 'hot',
    createdAt: '2026-11-23T03:00:00.000Z',
    claim: null,
  },
};
