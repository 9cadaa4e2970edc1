/**
 * A rep under torture, over a bare connection: claims every lead it hears of, asks again with the same
 * request until it is judged, comes back by another door when its link breaks, and writes down all it says
 * and hears.
 *
 *   away → coming   a door is drawn
 *   coming → here   the handshake succeeded
 *   any → away      the link broke or is silent, or the door was shut: tried again until `leave`
 */
import type { BoardState, DownEvents, OfferCard, PoolSnapshot, UpcomingCard } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { Connection, type ConnectionState } from '../../client-sdk/src/connection.ts';
import { createClientClock, createClientRandom } from '../../client-sdk/src/platform.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import { type Clock, pause } from '../../server/kernel/clock.ts';
import type { History } from '../../tools/oracle/history.ts';
import type { Member } from '../../tools/simulation/team.ts';
import type { LeadBook, RunningLead } from './lead-book.ts';

export interface TortureRacerDeps {
  member: Member;
  /** Where it may come in: the addresses of all that take sockets. */
  doors: readonly string[];
  history: History;
  book: LeadBook;
  clock: Clock;
  chance: Chance;
  /** Follows a board and the wall as well. */
  isWatcher: boolean;
}

/** A server lets a claim wait for 2 s at most. */
const ANSWER_WITHIN_MS = 3_000;
/** From the alert to the tap, so that it is not always the first to be alerted who wins. */
const REACTION_MS = 4;
const COMEBACK_MS = [100, 400] as const;
const HANDSHAKE_MS = 2_000;
/** After an answer that is no verdict. */
const FAILED_PAUSE_MS = 200;
const TOLD: (keyof DownEvents)[] = ['lead:upcoming', 'lead:window', 'lead:withdrawn', 'points:awarded'];
const WATCHED: (keyof DownEvents)[] = ['board:delta', 'wall:feed'];
/** Told to who has no token; a cell that lost its Redis must not say it to a rep who has one. */
const SIGNED_OUT = 'tokenInvalid';

export class TortureRacer {
  readonly repId: string;
  /** Handshakes refused as if the token were none. */
  signedOut = 0;
  readonly #deps: TortureRacerDeps;
  readonly #waiting = new Set<() => void>();
  #connection: Connection | null = null;
  #isOver = false;

  constructor(deps: TortureRacerDeps) {
    this.#deps = deps;
    this.repId = deps.member.id;
  }

  get isHere(): boolean {
    return this.#connection?.isLive === true;
  }

  /** Comes in by a drawn door, and again and again until `leave`. */
  come(): void {
    if (this.#isOver) return;
    const { doors, chance, member, isWatcher } = this.#deps;
    const connection = new Connection({
      url: chance.oneOf(doors),
      token: member.token,
      clock: createClientClock(),
      random: createClientRandom(),
      // Coming back is this racer's own affair: by any door, and soon.
      socketOptions: { transports: ['websocket'], reconnection: false, timeout: HANDSHAKE_MS },
    });
    this.#connection = connection;
    this.#listen(connection);
    connection.onState((state) => this.#changed(connection, state));
    connection.onLive(() => {
      this.#record({ kind: 'joined', repId: this.repId });
      for (const go of this.#waiting) go();
      this.#waiting.clear();
      if (isWatcher) void this.watch();
    });
    connection.connect();
  }

  leave(): void {
    this.#isOver = true;
    const connection = this.#connection;
    this.#connection = null;
    if (connection?.isLive === true) this.#record({ kind: 'left', repId: this.repId });
    connection?.close();
    for (const go of this.#waiting) go();
  }

  /** Claims the lead unless it does already; goes on until it is judged. */
  want(lead: RunningLead): void {
    if (lead.tried.has(this.repId)) return;
    lead.tried.add(this.repId);
    this.#deps.clock.after(this.#deps.chance.between(0, REACTION_MS), () => void this.#claim(lead));
  }

  /** Asks for the pool and writes it down; false: nobody answered. */
  async sync(): Promise<boolean> {
    const reply = await this.#connection?.ask('pool:sync', {}, ANSWER_WITHIN_MS);
    if (reply?.kind !== 'answer' || 'error' in reply.answer) return false;
    this.#record({ kind: 'heard', repId: this.repId, event: 'pool:snapshot', payload: reply.answer });
    return true;
  }

  /** The board as one who asks now is told; null: nobody answered. */
  async watch(): Promise<BoardState | null> {
    const connection = this.#connection;
    const reply = await connection?.ask('board:watch', { board: 'points', period: 'all' }, ANSWER_WITHIN_MS);
    await connection?.ask('wall:watch', {}, ANSWER_WITHIN_MS);
    return reply?.kind !== 'answer' || 'error' in reply.answer ? null : reply.answer;
  }

  #listen(connection: Connection): void {
    const { book, isWatcher } = this.#deps;
    const heard = (event: keyof DownEvents, payload: unknown): void => {
      if (this.#connection === connection) this.#record({ kind: 'heard', repId: this.repId, event, payload });
    };
    connection.on('lead:alert', (card) => {
      heard('lead:alert', card);
      this.#shown(card);
    });
    connection.on('pool:snapshot', (snapshot: PoolSnapshot) => {
      heard('pool:snapshot', snapshot);
      for (const card of snapshot.offers) this.#shown(card);
    });
    connection.on('lead:taken', (taken) => {
      heard('lead:taken', taken);
      const lead = book.find(taken.leadId);
      if (lead === undefined) return;
      book.told(lead);
      // An alert that a broken link swallowed: it is tried for all the same.
      this.want(lead);
    });
    for (const event of isWatcher ? [...TOLD, ...WATCHED] : TOLD) {
      connection.on(event, (payload: unknown) => heard(event, payload));
    }
  }

  #shown({ leadId, offerId }: Pick<OfferCard | UpcomingCard, 'leadId' | 'offerId'>): void {
    const lead = this.#deps.book.see(leadId, offerId, this.#deps.clock.monotonicMs());
    if (lead !== null) this.want(lead);
  }

  async #claim(lead: RunningLead): Promise<void> {
    const { book, clock } = this.#deps;
    while (!this.#isOver) {
      await this.#live();
      if (this.#isOver) return;
      const verdict = await this.#ask(lead);
      if (verdict === null) await pause(clock, FAILED_PAUSE_MS);
      else if (verdict.verdict === 'retry') await pause(clock, verdict.afterMs);
      else {
        if (verdict.verdict === 'won' || verdict.verdict === 'lost') book.told(lead);
        book.judged(lead);
        return;
      }
    }
  }

  /** Null: no verdict came. */
  async #ask(lead: RunningLead): Promise<Verdict | null> {
    const { leadId, offerId } = lead;
    const claim = { repId: this.repId, leadId, offerId, requestId: `${leadId}-${this.repId}` };
    this.#record({ kind: 'sent', ...claim });
    lead.inFlight++;
    const { requestId } = claim;
    const payload = offerId === null ? { leadId, requestId } : { leadId, offerId, requestId };
    const connection = this.#connection;
    const reply = await connection?.ask('lead:claim', payload, ANSWER_WITHIN_MS);
    lead.inFlight--;
    if (reply?.kind !== 'answer' || 'error' in reply.answer) {
      this.#record({ kind: 'silence', ...claim });
      // A link that is silent may be dead without knowing: another way is tried.
      if (reply?.kind === 'silence' && connection?.isLive === true) this.#lost(connection);
      return null;
    }
    this.#record({ kind: 'answered', ...claim, verdict: reply.answer });
    return reply.answer;
  }

  #changed(connection: Connection, state: ConnectionState): void {
    if (state.kind !== 'offline' && state.kind !== 'refused') return;
    if (state.kind === 'refused' && state.reason === SIGNED_OUT) this.signedOut++;
    this.#lost(connection);
  }

  #lost(connection: Connection): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    this.#record({ kind: 'left', repId: this.repId });
    connection.close();
    const { clock, chance } = this.#deps;
    clock.after(chance.between(...COMEBACK_MS), () => this.come());
  }

  /** Resolves when there is a link to ask over, or when it is all over. */
  #live(): Promise<void> {
    if (this.isHere || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #record(happening: Parameters<History['record']>[0]): void {
    this.#deps.history.record(happening);
  }
}
