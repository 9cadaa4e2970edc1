/** A rep on a bare socket: what came over the wire, frame by frame, and claims with a request id of one's own. */
import { io, type Socket } from 'socket.io-client';
import type { DownEvents } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { TestRep } from './app.ts';

/** An event that only tests send: whatever was sent to a socket before it has arrived. */
export const FENCE = 'test:fence';

export interface Frame {
  event: keyof DownEvents;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads members of whatever event it names
  payload: any;
  /** The bytes as they came. */
  raw: string;
}

type Answer = Verdict | { error: { code: string; field?: string } };

/** How Socket.IO marks an event; acks and handshakes have marks of their own. */
const EVENT_PACKET = '2';

/** Why a claim was not judged because Redis, or the epoch's renewal, was too slow. */
const LATE = ['arbiterAway', 'rebuilding'];

let requests = 0;

/** The race a rep sits in. */
export interface Seat {
  beforeClaim(): Promise<void>;
  settle(): Promise<void>;
}

export class RaceRep {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly tokenId: string;
  /** Everything heard since the rep first came, over all connections. */
  readonly frames: Frame[] = [];
  /** Why each connection ended. */
  readonly ends: string[] = [];
  readonly #beforeClaim: () => Promise<void>;
  readonly #settle: () => Promise<void>;
  #socket: Socket | null = null;

  constructor(rep: TestRep, house: Seat) {
    this.id = rep.id;
    this.name = rep.name;
    this.token = rep.token;
    this.tokenId = rep.tokenId;
    this.#beforeClaim = house.beforeClaim;
    this.#settle = house.settle;
  }

  get connected(): boolean {
    return this.#socket?.connected ?? false;
  }

  /** Resolves with the first snapshot, which is sent once the rep's room is joined. */
  async connect(url: string): Promise<void> {
    this.#socket?.disconnect();
    const socket = openSocket(url, this.token);
    this.#socket = socket;
    // Packets are read in one turn and told in later ones, in the same order.
    const packets: string[] = [];
    socket.io.on('open', () => {
      socket.io.engine.on('data', (data: unknown) => {
        if (String(data).startsWith(EVENT_PACKET)) packets.push(String(data));
      });
    });
    socket.onAny((event: Frame['event'], payload: unknown) => {
      this.frames.push({ event, payload, raw: packets.shift() ?? '' });
    });
    socket.on('disconnect', (reason) => this.ends.push(reason));
    await new Promise<void>((resolve, reject) => {
      socket.once('pool:snapshot', () => resolve());
      socket.once('connect_error', reject);
    });
  }

  /** Resolves once the connection has ended. */
  ended(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || !socket.connected) return Promise.resolve();
    return new Promise((resolve) => void socket.once('disconnect', () => resolve()));
  }

  leave(): void {
    this.#socket?.disconnect();
  }

  /** Resolves when this fence has come, or the socket has gone. */
  passed(fence: number): Promise<void> {
    const socket = this.#socket;
    if (socket === null || !socket.connected) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        socket.off(FENCE, look);
        socket.off('disconnect', done);
        resolve();
      };
      const look = (number: number) => {
        if (number === fence) done();
      };
      socket.on(FENCE, look);
      socket.on('disconnect', done);
    });
  }

  /** One tap; resolves with the verdict once all that follows from it has settled. */
  async claim(leadId: string, given: { offerId?: string; requestId?: string } = {}): Promise<Verdict> {
    const answer = await this.tap(leadId, given);
    if ('error' in answer) throw new Error(`the claim was not read: ${answer.error.code}`);
    return answer;
  }

  async tap(
    leadId: string,
    { offerId, requestId = `request-${++requests}` }: { offerId?: string; requestId?: string } = {},
  ): Promise<Answer> {
    const frame = { leadId, requestId, ...(offerId === undefined ? {} : { offerId }) };
    let answer: Answer;
    do {
      // On a busy machine Redis may be late: the claim was not judged, and every client asks again.
      await this.#beforeClaim();
      answer = (await this.ask('lead:claim', frame)) as Answer;
    } while ('reason' in answer && LATE.includes(answer.reason));
    await this.#settle();
    return answer;
  }

  async ask(event: string, payload: unknown): Promise<unknown> {
    if (this.#socket === null) throw new Error(`${this.name} is not connected`);
    return this.#socket.emitWithAck(event, payload);
  }

  /** What was heard of one kind, oldest first; of one lead, when it is named. */
  heard(event: Frame['event'], leadId?: string): Frame['payload'][] {
    return this.frames
      .filter((frame) => frame.event === event)
      .filter(({ payload }) => leadId === undefined || payload.leadId === leadId)
      .map(({ payload }) => payload);
  }

  /** The names of what was heard of a lead, in order. */
  story(leadId: string): string[] {
    return this.frames.filter(({ payload }) => payload?.leadId === leadId).map(({ event }) => event);
  }

  async pool(): Promise<{ offerId: string; leadId: string; opensAt: string; closesAt?: string }[]> {
    const snapshot = (await this.ask('pool:sync', {})) as { offers: [] };
    return snapshot.offers;
  }

  forget(): void {
    this.frames.length = 0;
  }
}

function openSocket(url: string, token: string): Socket {
  return io(url, {
    auth: { token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
}
