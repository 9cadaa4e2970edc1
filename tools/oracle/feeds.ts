/**
 * What each client's link told it, in order: the pool it would show, the boards it follows, the points it
 * was awarded. Bounded: of what all clients share only the newest is remembered.
 */
import type { BoardState, PointsAwarded, WallFeed } from '../../client-sdk/protocol/down.ts';
import type { Line } from './line.ts';

/** How many of the newest shared facts are remembered to be compared between clients. */
const SHARED_MAX = 20_000;
/** Told in words; what is beyond is of the same kind. */
const TOLD_MAX = 20;

const POOL_FACTS = new Set([
  'lead:alert',
  'lead:listed',
  'lead:upcoming',
  'lead:window',
  'lead:taken',
  'lead:withdrawn',
]);

type Heard = Line & { kind: 'heard' };
interface PoolFact {
  id: number;
  offerId: string;
  leadId: string;
  opensAt?: string;
}

/** A map that forgets its oldest entry when it is full. */
class Newest<V> {
  readonly #entries = new Map<string, V>();

  /** What stood under the key before, if anything; the first value stays. */
  put(key: string, value: V): V | undefined {
    const before = this.#entries.get(key);
    if (before !== undefined) return before;
    this.#entries.set(key, value);
    if (this.#entries.size > SHARED_MAX) this.#entries.delete(this.#entries.keys().next().value as string);
    return undefined;
  }
}

export interface ClientFeed {
  repId: string;
  isHere: boolean;
  /** Of its last snapshot; -1: none since it came. */
  upTo: number;
  lastId: number;
  /** Offers it would show. */
  open: Set<string>;
  boards: Map<string, BoardState>;
}

export class Feeds {
  readonly clients = new Map<string, ClientFeed>();
  /** S13: what one client heard otherwise than another, or late. */
  readonly poolFindings: string[] = [];
  /** S11: two states of one board under one number. */
  readonly boardFindings: string[] = [];
  /** S3: claims that a wall showed; S10: points that were awarded: to be looked up in the file, once. */
  shown: { leadId: string; repId: string }[] = [];
  awarded: { repId: string; award: PointsAwarded }[] = [];
  readonly #facts = new Newest<string>();
  readonly #states = new Newest<string>();
  readonly #onWalls = new Newest<true>();

  joined({ repId, client }: Line & { kind: 'joined' }): void {
    const feed = this.#client(repId, client);
    Object.assign(feed, { isHere: true, upTo: -1, lastId: -1 });
    feed.open.clear();
    feed.boards.clear();
  }

  left({ repId, client }: Line & { kind: 'left' }): void {
    this.#client(repId, client).isHere = false;
  }

  /** This rep's claim is over: no event tells the winner. */
  settled(repId: string, offerId: string): void {
    for (const feed of this.clients.values()) if (feed.repId === repId) feed.open.delete(offerId);
  }

  heard(line: Heard): void {
    const feed = this.#client(line.repId, line.client);
    if (POOL_FACTS.has(line.event)) this.#fact(feed, line);
    if (line.event === 'pool:snapshot') this.#snapshot(feed, line.payload as { upTo: number; offers: PoolFact[] });
    if (line.event === 'board:delta') this.#board(feed, line.payload as BoardState);
    if (line.event === 'points:awarded') this.awarded.push({ repId: line.repId, award: line.payload as PointsAwarded });
    if (line.event === 'wall:feed') this.#wall(line.payload as WallFeed);
  }

  #snapshot(feed: ClientFeed, { upTo, offers }: { upTo: number; offers: PoolFact[] }): void {
    feed.upTo = upTo;
    feed.open = new Set(offers.map(({ offerId }) => offerId));
  }

  #wall({ latest }: WallFeed): void {
    for (const { leadId, repId } of latest) {
      if (this.#onWalls.put(`${leadId} ${repId}`, true) === undefined) this.shown.push({ leadId, repId });
    }
  }

  #client(repId: string, client = repId): ClientFeed {
    let feed = this.clients.get(client);
    if (feed === undefined) {
      feed = { repId, isHere: false, upTo: -1, lastId: -1, open: new Set(), boards: new Map() };
      this.clients.set(client, feed);
    }
    return feed;
  }

  #fact(feed: ClientFeed, { event, payload, repId }: Heard): void {
    const fact = payload as PoolFact;
    const words = JSON.stringify(payload);
    // Lanes of one offer are told in one fact, each its own instant.
    const other = this.#facts.put(`${fact.id} ${event} ${fact.opensAt ?? ''}`, words);
    if (other !== undefined && other !== words) tell(this.poolFindings, `${event} ${fact.id}: ${other} and ${words}`);
    if (fact.id < feed.lastId && fact.id > feed.upTo && other === undefined) {
      tell(this.poolFindings, `${repId} heard ${event} ${fact.id} after ${feed.lastId}`);
    }
    feed.lastId = Math.max(feed.lastId, fact.id);
    if (fact.id <= feed.upTo) return;
    if (event === 'lead:alert' || event === 'lead:listed' || event === 'lead:upcoming') feed.open.add(fact.offerId);
    if (event === 'lead:taken' || event === 'lead:withdrawn') feed.open.delete(fact.offerId);
  }

  #board(feed: ClientFeed, state: BoardState): void {
    const rows = JSON.stringify(state.rows);
    const key = `${state.stream} ${state.epoch} ${state.seq}`;
    const other = this.#states.put(key, rows);
    if (other !== undefined && other !== rows) tell(this.boardFindings, `${key}: ${other} and ${rows}`);
    feed.boards.set(state.stream, state);
  }
}

function tell(findings: string[], words: string): void {
  if (findings.length < TOLD_MAX) findings.push(words);
}
