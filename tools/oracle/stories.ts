/**
 * What the clients' side knows of each offer: who asked, what each was answered, who was named. A story
 * lives from the offer's first line until it is retired, when nobody is waiting and it has been quiet; what
 * is kept of it then is the name that was told.
 */
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Claim, Line } from './line.ts';

/** A verdict without the lead, which is long and told to its owner alone. */
export type Told = Exclude<Verdict, { verdict: 'won' }> | Omit<Extract<Verdict, { verdict: 'won' }>, 'lead'>;

export interface Answer {
  told: Told;
  at: number;
  wallMs: number | undefined;
}

/** One request, however often it was sent. */
export interface Request extends Claim {
  sentAt: number;
  sentWallMs: number | undefined;
  /** Of its last sending. */
  lastSentAt: number;
  /** Sent and neither answered nor given up. */
  waiting: number;
  /** In the order in which they came; of equal ones in a row the first. */
  answers: Answer[];
}

export interface Story {
  offerId: string;
  leadId: string;
  requests: Map<string, Request>;
  /** Winners named to anybody: rep → where it was said first. */
  named: Map<string, string>;
  /** Provisional wins seen in Redis, in their order, and the orders of those that were given back. */
  wins: { repId: string; requestId: string; order: string; epoch: number | undefined }[];
  reopened: Set<string>;
  lastAt: number;
  /** Somebody heard `won`. */
  isWon: boolean;
}

/** Two answers are the same when a client would do the same about them. */
export function sameAnswer(one: Told, other: Told): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf(told: Told): string {
  switch (told.verdict) {
    case 'won':
      return `won ${told.leadId} ${told.offerId} ${told.claimId} ${told.claimedAt} ${told.claimSpeedMs}`;
    case 'lost':
      return `lost ${told.leadId} ${told.offerId} ${told.winner.id} ${told.byMs < 0 ? 'before' : 'after'}`;
    case 'refused':
      return `refused ${told.leadId} ${told.offerId} ${told.rule}`;
    case 'gone':
    case 'retry':
      return `${told.verdict} ${told.leadId} ${told.offerId} ${told.reason}`;
    default:
      return `early ${told.leadId} ${told.offerId} ${told.opensAt}`;
  }
}

function withoutLead(verdict: Verdict): Told {
  if (verdict.verdict !== 'won') return verdict;
  const { lead: _, ...told } = verdict;
  return told;
}

export class Stories {
  readonly #byOffer = new Map<string, Story>();
  /** Claims that named no offer and have no answer yet: the offer is not known. */
  readonly #unplaced = new Map<string, Request>();
  /** Claims that named no offer and were answered for one: asked again, they speak of the same. */
  readonly #placed = new Map<string, string>();

  get open(): Iterable<Story> {
    return this.#byOffer.values();
  }

  get unplaced(): Iterable<Request> {
    return this.#unplaced.values();
  }

  get size(): number {
    return this.#byOffer.size;
  }

  forget(story: Story): void {
    this.#byOffer.delete(story.offerId);
    for (const key of story.requests.keys()) this.#placed.delete(key);
  }

  sent(line: Line & { kind: 'sent' }): void {
    const request = this.#request(line, line.offerId);
    request.waiting++;
    request.lastSentAt = line.at;
  }

  silent(line: Line & { kind: 'silence' }): void {
    this.#request(line, line.offerId).waiting--;
  }

  /** True: the first `won` that anybody heard of this offer. */
  answered(line: Line & { kind: 'answered' }): boolean {
    const told = withoutLead(line.verdict);
    const offerId = line.offerId ?? told.offerId;
    const request = this.#request(line, offerId);
    request.waiting--;
    const last = request.answers.at(-1);
    if (last !== undefined && sameAnswer(last.told, told)) return false;
    request.answers.push({ told, at: line.at, wallMs: line.wallMs });
    if (offerId === null || (told.verdict !== 'won' && told.verdict !== 'lost')) return false;
    const by = told.verdict === 'won' ? line.repId : told.winner.id;
    this.#name(offerId, line, by, `${told.verdict}, to ${line.repId}`);
    return told.verdict === 'won' && this.#isFirstWin(offerId);
  }

  /** Somebody heard of an offer's winner by an event. */
  taken(offerId: string, leadId: string, by: string, line: Line & { kind: 'heard' }): void {
    this.#name(offerId, { leadId, at: line.at }, by, `${line.event}, to ${line.repId}`);
  }

  win(line: Line & { kind: 'win' }): void {
    const story = this.#story(line.offerId, '', line.at);
    story.wins.push({ repId: line.repId, requestId: line.requestId, order: line.order, epoch: line.epoch });
  }

  reopened({ offerId, order, at }: Line & { kind: 'reopened' }): void {
    this.#story(offerId, '', at).reopened.add(order);
  }

  #isFirstWin(offerId: string): boolean {
    const story = this.#byOffer.get(offerId);
    if (story === undefined || story.isWon) return false;
    story.isWon = true;
    return true;
  }

  #name(offerId: string, { leadId, at }: { leadId: string; at: number }, by: string, where: string): void {
    const { named } = this.#story(offerId, leadId, at);
    if (!named.has(by)) named.set(by, where);
  }

  #story(offerId: string, leadId: string, at: number): Story {
    let story = this.#byOffer.get(offerId);
    if (story === undefined) {
      const told = { requests: new Map(), named: new Map(), isWon: false };
      story = { offerId, leadId, ...told, wins: [], reopened: new Set(), lastAt: at };
      this.#byOffer.set(offerId, story);
    }
    if (story.leadId === '') story.leadId = leadId;
    story.lastAt = Math.max(story.lastAt, at);
    return story;
  }

  #request(line: Claim & { at: number; wallMs?: number }, named: string | null): Request {
    const key = `${line.repId} ${line.requestId}`;
    const offerId = named ?? this.#placed.get(key) ?? null;
    const requests = offerId === null ? this.#unplaced : this.#story(offerId, line.leadId, line.at).requests;
    let request = requests.get(key) ?? this.#place(key, requests, offerId);
    if (request === undefined) {
      const { repId, leadId, requestId, at, wallMs } = line;
      const asked = { repId, leadId, offerId: line.offerId, requestId };
      request = { ...asked, sentAt: at, sentWallMs: wallMs, lastSentAt: at, waiting: 0, answers: [] };
      requests.set(key, request);
    }
    return request;
  }

  /** A claim that named no offer has been answered for one: it belongs to that one's story. */
  #place(key: string, requests: Map<string, Request>, offerId: string | null): Request | undefined {
    const request = this.#unplaced.get(key);
    if (request === undefined || offerId === null) return undefined;
    this.#unplaced.delete(key);
    requests.set(key, request);
    this.#placed.set(key, offerId);
    return request;
  }
}
