/**
 * The front door: one rep, screen or manager on one device.
 *
 * What `pool`, boards and verdicts show is only ever what the server said; nothing is guessed ahead.
 */
import type {
  BoardState,
  LeadAssigned,
  LeadTaken,
  LeadWindow,
  LeadWithdrawn,
  OfferCard,
  PointsAwarded,
  UpcomingCard,
  WallFeed,
} from '../protocol/down.ts';
import type { BoardWatch } from '../protocol/up.ts';
import type { Verdict } from '../protocol/verdict.ts';
import { Boards, type Watching } from './boards.ts';
import { Claiming, type ClaimRequest } from './claiming.ts';
import { Connection, type ConnectionState, type SocketTuning } from './connection.ts';
import { Api, type SambarProblem } from './http.ts';
import {
  type ClientClock,
  type ClientFetch,
  type ClientRandom,
  type ClientStorage,
  createClientClock,
  createClientRandom,
  createMemoryStorage,
} from './platform.ts';
import type { Pool } from './pool.ts';
import { PoolFeed } from './pool-feed.ts';
import { Receipts } from './receipts.ts';
import { ServerTime } from './server-time.ts';
import { type Listener, Topic, type Unsubscribe } from './topic.ts';
import { type UnansweredTap, UnansweredTaps } from './unanswered-taps.ts';

export type * from '../protocol/down.ts';
export type { BoardWatch } from '../protocol/up.ts';
export type { LeadView, Lost, Verdict, Won } from '../protocol/verdict.ts';
export type { Watching } from './boards.ts';
export { ClaimLink, type ClaimLinkOptions, type LinkedOffer } from './claim-link.ts';
export { type ClaimRequest, ClaimUnanswered } from './claiming.ts';
export type { ConnectionState } from './connection.ts';
export {
  Api,
  type ApiAnswer,
  type CallOptions,
  type ProblemField,
  SambarProblem,
  SambarUnreachable,
} from './http.ts';
export {
  type ClientClock,
  type ClientFetch,
  type ClientRandom,
  type ClientStorage,
  createClientClock,
  createClientRandom,
  newRequestId,
} from './platform.ts';
export type { Pool } from './pool.ts';
export type { Listener, Unsubscribe } from './topic.ts';

export interface SambarClientOptions {
  /** The server's address, such as `https://sambar.example.com`. */
  url: string;
  token: string;
  /** Remembers unanswered taps; pass `localStorage` to keep them over a reload. */
  storage?: ClientStorage | undefined;
  random?: ClientRandom | undefined;
  clock?: ClientClock | undefined;
  fetch?: ClientFetch | undefined;
  /** Handed to socket.io-client: transports, reconnection delays, an agent. */
  socketOptions?: SocketTuning | undefined;
}

export function createSambarClient(options: SambarClientOptions): SambarClient {
  return new SambarClient(options);
}

export class SambarClient {
  readonly api: Api;
  readonly #connection: Connection;
  readonly #receipts: Receipts;
  readonly #feed: PoolFeed;
  readonly #claiming: Claiming;
  readonly #boards: Boards;
  readonly #taps: UnansweredTaps;
  readonly #serverTime: ServerTime;
  readonly #verdicts = new Topic<Verdict>();

  constructor(options: SambarClientOptions) {
    const { url, token, fetch, socketOptions } = options;
    const clock = options.clock ?? createClientClock();
    const random = options.random ?? createClientRandom();
    this.api = new Api({ url, token, fetch, clock, random });
    this.#serverTime = new ServerTime(clock);
    this.#connection = new Connection({ url, token, clock, random, socketOptions });
    this.#receipts = new Receipts(this.#connection, clock);
    this.#feed = new PoolFeed({
      connection: this.#connection,
      receipts: this.#receipts,
      serverTime: this.#serverTime,
      clock,
    });
    this.#taps = new UnansweredTaps(options.storage ?? createMemoryStorage());
    this.#claiming = new Claiming({
      connection: this.#connection,
      api: this.api,
      serverTime: this.#serverTime,
      taps: this.#taps,
      clock,
      random,
      closesAtMs: (offerId) => this.#feed.closesAtMs(offerId),
      onVerdict: (verdict) => this.#applyVerdict(verdict),
    });
    this.#boards = new Boards({
      connection: this.#connection,
      serverTime: this.#serverTime,
      clock,
      random,
    });
  }

  connect(): void {
    this.#connection.connect();
  }

  /** For good: stops watching, and leaves no timer behind. */
  close(): void {
    this.#boards.stop();
    this.#feed.stop();
    this.#receipts.stop();
    this.#connection.close();
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  onState(listener: Listener<ConnectionState>): Unsubscribe {
    return this.#connection.onState(listener);
  }

  get pool(): Pool {
    return this.#feed.pool;
  }

  /** Each change of the pool: alerts, ends, and what a reconnect brought. */
  onPool(listener: Listener<Pool>): Unsubscribe {
    return this.#feed.pools.on(listener);
  }

  /** A new offer, at the moment it is told; those a snapshot brings are in `pool` only. */
  onAlert(listener: Listener<OfferCard>): Unsubscribe {
    return this.#feed.alerts.on(listener);
  }

  onUpcoming(listener: Listener<UpcomingCard>): Unsubscribe {
    return this.#feed.upcoming.on(listener);
  }

  onWindow(listener: Listener<LeadWindow>): Unsubscribe {
    return this.#feed.windows.on(listener);
  }

  onTaken(listener: Listener<LeadTaken>): Unsubscribe {
    return this.#feed.takens.on(listener);
  }

  onWithdrawn(listener: Listener<LeadWithdrawn>): Unsubscribe {
    return this.#feed.withdrawns.on(listener);
  }

  onAssigned(listener: Listener<LeadAssigned>): Unsubscribe {
    return this.#connection.on('lead:assigned', listener);
  }

  /** An assignment reached nobody (the server ended before it was told): load the rep's own leads again. */
  onOwnLeads(listener: Listener<{ upTo: number }>): Unsubscribe {
    return this.#feed.ownLeads.on(listener);
  }

  onPoints(listener: Listener<PointsAwarded>): Unsubscribe {
    return this.#connection.on('points:awarded', listener);
  }

  /** The token runs out soon; the server closes the socket when it does. */
  onAuthExpiring(listener: Listener<{ expiresAt: string }>): Unsubscribe {
    return this.#connection.on('auth:expiring', listener);
  }

  /** Every verdict of this client, whoever asked for it. */
  onVerdict(listener: Listener<Verdict>): Unsubscribe {
    return this.#verdicts.on(listener);
  }

  /**
   * One tap. Resolves with the server's verdict; rejects with `ClaimUnanswered` when nobody answered
   * within 10 s (or before the offer closed), and with `SambarProblem` when the call itself was wrong.
   */
  claim(request: ClaimRequest): Promise<Verdict> {
    return this.#claiming.claim(request);
  }

  /** Taps whose verdict is not known, also from before a reload: claim again to hear it. */
  get unanswered(): UnansweredTap[] {
    return this.#taps.all();
  }

  /** Tells the server that the rep has this offer before their eyes. */
  seen(offer: { leadId: string; offerId: string }): void {
    this.#receipts.seen(offer.leadId, offer.offerId);
  }

  /** Asks for the whole pool anew; for a page that was asleep. */
  sync(): Promise<void> {
    return this.#feed.sync();
  }

  /** `onRows` gets the whole top list at once and at each change; `onProblem`, why there is none. */
  watchBoard(query: BoardWatch, onRows: Listener<BoardState>, onProblem?: Listener<SambarProblem>): Watching {
    return this.#boards.watchBoard(query, onRows, onProblem);
  }

  watchWall(onFeed: Listener<WallFeed>, onProblem?: Listener<SambarProblem>): Watching {
    return this.#boards.watchWall(onFeed, onProblem);
  }

  /** The server's time, as well as its messages tell it: for countdowns, never for decisions. */
  serverNowMs(): number {
    return this.#serverTime.nowMs();
  }

  #applyVerdict(verdict: Verdict): void {
    const { offerId } = verdict;
    const isFinal = verdict.verdict === 'won' || verdict.verdict === 'lost';
    if (offerId !== null && (isFinal || verdict.verdict === 'gone')) {
      this.#feed.settled(offerId, isFinal);
    }
    this.#verdicts.emit(verdict);
  }
}
