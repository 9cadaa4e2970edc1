/** Reps who claim over a bare connection, and write down all they say and hear. */
import type { DownEvents, OfferCard, PoolSnapshot, UpcomingCard } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { Connection } from '../../client-sdk/src/connection.ts';
import { createClientClock, createClientRandom, sleep } from '../../client-sdk/src/platform.ts';
import type { History } from '../../tools/oracle/history.ts';
import { ADMIN_KEY } from '../support/app.ts';

export { markedLead } from '../../tools/oracle/marked-lead.ts';

/** Longer than the server ever lets a claim wait. */
const ANSWER_WITHIN_MS = 20_000;
/** Half a minute of a client that comes back when it is told to. */
const TRIES_MAX = 120;
const EVENTS: (keyof DownEvents)[] = [
  'lead:alert',
  'lead:upcoming',
  'lead:window',
  'lead:taken',
  'lead:withdrawn',
  'pool:snapshot',
  'points:awarded',
  'board:delta',
  'wall:feed',
];

export interface Person {
  id: string;
  token: string;
}

export class Racer {
  readonly person: Person;
  snapshot: PoolSnapshot = { upTo: -1, offers: [] };
  onAlert: (card: OfferCard) => void = () => undefined;
  readonly #history: History;
  /** Tells devices of one person apart. */
  readonly #client: string;
  #connection: Connection | null = null;
  #joined: Promise<void> = Promise.resolve();
  #giveUp = () => {};
  #claims = 0;

  constructor(person: Person, history: History, client = person.id) {
    this.person = person;
    this.#history = history;
    this.#client = client;
  }

  /** Connects, and resolves with the first snapshot; of two that ask at once both wait for the later one's. */
  join(url: string): Promise<void> {
    this.#joined = this.#enter(url);
    return this.#joined;
  }

  async #enter(url: string): Promise<void> {
    this.leave();
    const { id: repId, token } = this.person;
    const client = this.#client;
    const connection = new Connection({
      url,
      token,
      clock: createClientClock(),
      random: createClientRandom(),
      socketOptions: { transports: ['websocket'] },
    });
    this.#connection = connection;
    const first = new Promise<PoolSnapshot | null>((resolve) => {
      connection.on('pool:snapshot', resolve);
      this.#giveUp = () => resolve(null);
    });
    for (const event of EVENTS) {
      connection.on(event, (payload: unknown) =>
        this.#history.record({ kind: 'heard', repId, client, event, payload }),
      );
    }
    connection.on('lead:alert', (card) => this.onAlert(card));
    this.#history.record({ kind: 'joined', repId, client });
    connection.connect();
    const snapshot = await first;
    if (snapshot !== null) this.snapshot = snapshot;
    else if (this.#connection !== null) await this.#joined;
  }

  /** Resolves at the next event of this name. */
  hears(event: keyof DownEvents): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#connection?.on(event, () => {
        stop?.();
        resolve();
      });
    });
  }

  /** Asks for a snapshot of now. */
  async refresh(): Promise<void> {
    const reply = await this.#connection?.ask('pool:sync', {}, ANSWER_WITHIN_MS);
    if (reply?.kind !== 'answer' || 'error' in reply.answer) throw new Error('no snapshot');
    this.snapshot = reply.answer;
    const of = { repId: this.person.id, client: this.#client };
    this.#history.record({ kind: 'heard', ...of, event: 'pool:snapshot', payload: reply.answer });
  }

  /** A way there and back: what the server sent to this racer before has arrived. */
  async sync(): Promise<void> {
    await this.#connection?.ask('pool:sync', {}, ANSWER_WITHIN_MS);
  }

  get isHere(): boolean {
    return this.#connection !== null;
  }

  leave(): void {
    this.#giveUp();
    if (this.#connection !== null) this.#history.record({ kind: 'left', repId: this.person.id, client: this.#client });
    this.#connection?.close();
    this.#connection = null;
  }

  async watch(board: 'points' | 'claims'): Promise<void> {
    const reply = await this.#connection?.ask('board:watch', { board, period: 'week' }, ANSWER_WITHIN_MS);
    if (reply?.kind !== 'answer' || 'error' in reply.answer) throw new Error(`${board} cannot be watched`);
    await this.#connection?.ask('wall:watch', {}, ANSWER_WITHIN_MS);
  }

  /** The snapshot's cards without what the next process numbers anew. */
  get cards(): Omit<OfferCard | UpcomingCard, 'id'>[] {
    return this.snapshot.offers.map(({ id: _, ...card }) => card);
  }

  /** Claims with a request of its own; null: the link broke before an answer. */
  claim(offer: { leadId: string; offerId: string }): Promise<Verdict | null> {
    return this.claimAs(`${this.person.id}-${++this.#claims}`, offer);
  }

  async claimAs(requestId: string, { leadId, offerId }: { leadId: string; offerId: string }): Promise<Verdict | null> {
    const claim = { repId: this.person.id, leadId, offerId, requestId };
    this.#history.record({ kind: 'sent', ...claim });
    const reply = await this.#connection?.ask('lead:claim', { leadId, offerId, requestId }, ANSWER_WITHIN_MS);
    if (reply === undefined || reply.kind === 'silence') {
      this.#history.record({ kind: 'silence', ...claim });
      return null;
    }
    if ('error' in reply.answer) throw new Error(`${requestId}: ${reply.answer.error.code}`);
    this.#history.record({ kind: 'answered', ...claim, verdict: reply.answer });
    return reply.answer;
  }

  /** Asks with the same request, as often as a client does, until the verdict says more than to ask again. */
  async claimUntilJudged(requestId: string, offer: { leadId: string; offerId: string }): Promise<Verdict> {
    for (let tries = 0; ; tries++) {
      const verdict = await this.claimAs(requestId, offer);
      if (verdict === null) throw new Error(`${requestId} was not answered`);
      if (verdict.verdict !== 'retry') return verdict;
      if (tries === TRIES_MAX) throw new Error(`${requestId} is still told to ask again: ${verdict.reason}`);
      await sleep(createClientClock(), verdict.afterMs);
    }
  }
}

async function call<T>(method: string, url: string, body: unknown, more: Record<string, string>): Promise<T> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...more };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

export function post<T>(url: string, path: string, body: unknown, key?: string): Promise<T> {
  return call('POST', `${url}/v1${path}`, body, key === undefined ? {} : { 'idempotency-key': key });
}

/** Of what may be done twice: a link kept for the next call may be closed by the other side just as it is used. */
async function callAgain<T>(...asked: Parameters<typeof call>): Promise<T> {
  try {
    return await call<T>(...asked);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return call<T>(...asked);
  }
}

export function get<T>(url: string, path: string): Promise<T> {
  return callAgain('GET', `${url}/v1${path}`, undefined, {});
}

export function put(url: string, path: string, body: unknown): Promise<unknown> {
  return callAgain('PUT', `${url}/v1${path}`, body, { 'if-match': '*' });
}

/** The same as this person. */
export function postAs<T>({ token }: Person, url: string, path: string, body: unknown, key?: string): Promise<T> {
  const authorization = `Bearer ${token}`;
  return call('POST', `${url}/v1${path}`, body, {
    authorization,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  });
}

/** `first` numbers them: those of a second call need other numbers. */
export async function makePeople(
  url: string,
  count: number,
  tierOf: (n: number) => number = () => 1,
  first = 0,
): Promise<Person[]> {
  const people: Person[] = [];
  for (let n = first; n < first + count; n++) {
    const { id } = await post<{ id: string }>(url, '/reps', {
      name: `Rep ${n}`,
      email: `rep${n}@example.com`,
      tier: tierOf(n),
    });
    const { token } = await post<{ token: string }>(url, `/reps/${id}/tokens`, {});
    people.push({ id, token });
  }
  return people;
}
