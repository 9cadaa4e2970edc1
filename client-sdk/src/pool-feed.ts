/**
 * Carries the wire's facts into the pool. Of each connection:
 *
 *   catching up → following   the first snapshot was applied, then what had been held
 *   following   → catching up the next connection
 *
 * While it catches up nothing is shown or told on: a fact from before the snapshot may be stale.
 */
import type { LeadTaken, LeadWindow, LeadWithdrawn, OfferCard, PoolSnapshot, UpcomingCard } from '../protocol/down.ts';
import type { Connection } from './connection.ts';
import type { ClientClock, ClientTimer } from './platform.ts';
import {
  EMPTY_POOL,
  isOfferCard,
  offerOf,
  type Pool,
  type PoolFact,
  type PoolState,
  poolOf,
  withFact,
  withSettled,
  withSnapshot,
} from './pool.ts';
import type { Receipts } from './receipts.ts';
import type { ServerTime } from './server-time.ts';
import { Topic, type Unsubscribe } from './topic.ts';

/** How long a connection may be without its snapshot before the client asks for one. */
const SNAPSHOT_WAIT_MS = 4000;
/** Facts held while catching up; beyond it they are let go, and a newer snapshot is asked for. */
const HELD_MAX = 2000;

export interface PoolFeedDeps {
  connection: Connection;
  receipts: Receipts;
  serverTime: ServerTime;
  clock: ClientClock;
}

export class PoolFeed {
  readonly pools = new Topic<Pool>();
  readonly alerts = new Topic<OfferCard>();
  readonly upcoming = new Topic<UpcomingCard>();
  readonly windows = new Topic<LeadWindow>();
  readonly takens = new Topic<LeadTaken>();
  readonly withdrawns = new Topic<LeadWithdrawn>();
  readonly ownLeads = new Topic<{ upTo: number }>();

  readonly #deps: PoolFeedDeps;
  readonly #unsubscribe: Unsubscribe[];
  #state: PoolState = EMPTY_POOL;
  #view: Pool | undefined;
  /** Undefined: following. */
  #held: PoolFact[] | undefined = [];
  #heldTooMany = false;
  /** The last assignment that this device knows of; undefined: no snapshot has come yet. */
  #assigned: number | undefined;
  #askTimer: ClientTimer | undefined;

  constructor(deps: PoolFeedDeps) {
    this.#deps = deps;
    const { connection, serverTime } = deps;
    this.#unsubscribe = [
      connection.onLive(() => this.#catchUp()),
      connection.on('pool:snapshot', (snapshot) => this.#applySnapshot(snapshot)),
      connection.on('lead:alert', (payload) => {
        serverTime.observe(payload.sentAt);
        this.#hear({ name: 'lead:alert', payload });
      }),
      // Of a queue: it comes into the pool, and is no alert.
      connection.on('lead:listed', (payload) => {
        serverTime.observe(payload.sentAt);
        this.#hear({ name: 'lead:listed', payload });
      }),
      connection.on('lead:upcoming', (payload) => this.#hear({ name: 'lead:upcoming', payload })),
      connection.on('lead:window', (payload) => this.#hear({ name: 'lead:window', payload })),
      connection.on('lead:taken', (payload) => {
        serverTime.observe(payload.at);
        this.#hear({ name: 'lead:taken', payload });
      }),
      connection.on('lead:assigned', ({ id }) => this.#knowAssigned(id)),
      connection.on('lead:withdrawn', (payload) => this.#hear({ name: 'lead:withdrawn', payload })),
    ];
  }

  get pool(): Pool {
    this.#view ??= poolOf(this.#state);
    return this.#view;
  }

  /** When the offer closes, as far as this device was told. */
  closesAtMs(offerId: string | undefined): number | undefined {
    const card = offerId === undefined ? undefined : offerOf(this.#state, offerId);
    return card !== undefined && isOfferCard(card) ? Date.parse(card.closesAt) : undefined;
  }

  settled(offerId: string, isFinal: boolean): void {
    this.#become(withSettled(this.#state, offerId, isFinal));
  }

  /** Asks for the whole pool anew; what comes meanwhile is applied as it comes. */
  async sync(): Promise<void> {
    await this.#ask();
  }

  stop(): void {
    this.#askTimer?.cancel();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #catchUp(): void {
    this.#held = [];
    this.#askTimer?.cancel();
    this.#askTimer = this.#deps.clock.after(SNAPSHOT_WAIT_MS, () => void this.#askAgain());
  }

  async #askAgain(): Promise<void> {
    if (this.#held === undefined || !this.#deps.connection.isLive) return;
    // A screen or a manager has no pool: the server says so, and is not asked again.
    if ((await this.#ask()) !== 'silence') return;
    this.#askTimer = this.#deps.clock.after(SNAPSHOT_WAIT_MS, () => void this.#askAgain());
  }

  async #ask(): Promise<'applied' | 'refused' | 'silence'> {
    const reply = await this.#deps.connection.ask('pool:sync', {}, SNAPSHOT_WAIT_MS);
    if (reply.kind === 'silence') return 'silence';
    if ('error' in reply.answer) return 'refused';
    this.#applySnapshot(reply.answer);
    return 'applied';
  }

  #hear(fact: PoolFact): void {
    if (this.#held === undefined) this.#apply(fact);
    else if (this.#held.length < HELD_MAX) this.#held.push(fact);
    else {
      this.#held = [];
      this.#heldTooMany = true;
    }
  }

  #applySnapshot(snapshot: PoolSnapshot): void {
    if (snapshot.sentAt !== undefined) this.#deps.serverTime.observe(snapshot.sentAt);
    const held = this.#held;
    this.#held = undefined;
    this.#askTimer?.cancel();
    this.#become(withSnapshot(this.#state, snapshot, held !== undefined));
    for (const card of this.pool.offers) this.#deps.receipts.delivered(card.offerId);
    for (const fact of held ?? []) this.#apply(fact);
    const { assigned = 0, upTo } = snapshot;
    const isMissed = this.#assigned !== undefined && assigned > this.#assigned;
    this.#knowAssigned(assigned);
    if (isMissed) this.ownLeads.emit({ upTo });
    if (!this.#heldTooMany) return;
    // What was let go may be newer than this snapshot.
    this.#heldTooMany = false;
    void this.sync();
  }

  #knowAssigned(id: number): void {
    this.#assigned = Math.max(id, this.#assigned ?? 0);
  }

  #apply(fact: PoolFact): void {
    const before = this.#state;
    this.#become(withFact(before, fact));
    if (this.#state !== before) this.#tellOn(fact);
  }

  #tellOn(fact: PoolFact): void {
    switch (fact.name) {
      case 'lead:alert':
        this.#deps.receipts.delivered(fact.payload.offerId);
        // An alert overtaken by the offer's end is not news any more.
        if (this.#isUp(fact)) this.alerts.emit(fact.payload);
        break;
      case 'lead:listed':
        this.#deps.receipts.delivered(fact.payload.offerId);
        break;
      case 'lead:upcoming':
        if (this.#isUp(fact)) this.upcoming.emit(fact.payload);
        break;
      case 'lead:window':
        this.windows.emit(fact.payload);
        break;
      case 'lead:taken':
        this.takens.emit(fact.payload);
        break;
      case 'lead:withdrawn':
        this.withdrawns.emit(fact.payload);
    }
  }

  #isUp(fact: PoolFact): boolean {
    return offerOf(this.#state, fact.payload.offerId) !== undefined;
  }

  #become(state: PoolState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#view = undefined;
    if (this.pools.isHeard) this.pools.emit(this.pool);
  }
}
