/**
 * A company on one server that comes and goes: its reps race for every lead that is posted, until a test
 * strikes at a drawn line of what they say and hear, and it starts again on the same file.
 */
import type { OfferCard } from '../../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../../client-sdk/protocol/verdict.ts';
import { createClientClock, sleep } from '../../../client-sdk/src/platform.ts';
import { type Chance, createChance } from '../../../server/kernel/chance.ts';
import { History } from '../../../tools/oracle/history.ts';
import type { Line } from '../../../tools/oracle/line.ts';
import { OnFile } from '../../../tools/oracle/on-file.ts';
import type { Judgement } from '../../../tools/oracle/oracle.ts';
import type { Program } from '../../support/server-process.ts';
import { makePeople, markedLead, post, Racer } from '../racers.ts';
import { Cell, type CellOptions, type Member } from './cell.ts';
import { judgeEnded } from './ended.ts';

/** Leads of this source are left alone until a test asks for them. */
const ASIDE = 'aside';
/** Leads posted at a time; their races overlap. */
const POSTERS = 3;
const POST_AGAIN_MS = 200;

export interface Target {
  leadId: string;
  offerId: string;
}

export interface CompanyOptions extends CellOptions {
  /** Draws the same moments again. */
  seed: string;
  racers: number;
  /** The built server when absent. */
  program?: Program;
  /** Of the leads that are raced for, each n-th is left alone. */
  leavesAlone?: number;
  tierOf?: (n: number) => number;
}

export interface Strike {
  what: string;
  /** Some lines after the last strike, at the next one like this. */
  at: (line: Line) => boolean;
  /** How many lines there are before it, at least and at most. */
  lines: readonly [number, number];
  /** So many turns of the loop later, at most: before, in or after the commit of a claim that was sent. */
  turnsMax: number;
  does: (server: Member) => Promise<unknown>;
}

/** What became of the claims and the posts that were under way, null and a message for those that were cut. */
export interface Aftermath {
  verdicts: (Verdict | null)[];
  refusals: string[];
}

export class Company implements AsyncDisposable {
  readonly history = new History();
  readonly racers: Racer[] = [];
  readonly cell: Cell;
  readonly chance: Chance;
  readonly #options: CompanyOptions;
  /** Posted and not yet answered 201 or 200: number → source. */
  readonly #unanswered = new Map<number, string>();
  #server: Member | null = null;
  #posted = 0;

  constructor(options: CompanyOptions) {
    this.#options = options;
    this.cell = new Cell(options);
    this.chance = createChance(options.seed);
  }

  /** Open, with everybody there. */
  static async open(options: CompanyOptions): Promise<Company> {
    const company = new Company(options);
    await company.start();
    await company.enter();
    return company;
  }

  get server(): Member {
    if (this.#server === null) throw new Error('the company was not started');
    return this.#server;
  }

  get file(): string {
    return this.cell.file;
  }

  /** Leads that were posted, answered or not. */
  get posted(): number {
    return this.#posted;
  }

  /** The server, for the first time or after its end, where it was before. */
  async start(): Promise<void> {
    if (this.#server !== null) {
      await this.#server.restart();
      return;
    }
    const { racers, program, tierOf } = this.#options;
    this.#server = await this.cell.start({ role: 'all', ...(program === undefined ? {} : { program }) });
    for (const person of await makePeople(this.#server.url, racers, tierOf)) {
      this.racers.push(new Racer(person, this.history));
    }
  }

  async enter(): Promise<void> {
    await Promise.all(this.racers.map((racer) => racer.join(this.server.url)));
  }

  leave(): void {
    for (const racer of this.racers) racer.leave();
  }

  /** Races on and on, until the strike is done; answers what became of what was under way. */
  async raceUntil(strike: Strike): Promise<Aftermath> {
    const stop = new AbortController();
    const claims: Promise<Verdict | null>[] = [];
    for (const racer of this.racers) {
      racer.onAlert = (card) => {
        if (card.source !== ASIDE && !stop.signal.aborted) claims.push(racer.claim(card));
      };
    }
    const refusals: string[] = [];
    const posters = Array.from({ length: POSTERS }, () => this.#postUntil(stop.signal, refusals));
    await Promise.all([this.#struck(strike, stop), ...posters]);
    const verdicts = await Promise.all(claims);
    for (const racer of this.racers) racer.onAlert = () => undefined;
    return { verdicts, refusals };
  }

  #struck({ what, at, lines: [from, to], turnsMax, does }: Strike, stop: AbortController): Promise<void> {
    const dueAt = this.history.length + Math.floor(this.chance.between(from, to));
    let turns = Math.floor(this.chance.between(0, turnsMax));
    return new Promise((resolve, reject) => {
      const strike = () => {
        if (turns-- > 0) return void setImmediate(strike);
        stop.abort();
        this.history.record({ kind: 'fault', what });
        does(this.server).then(() => resolve(), reject);
      };
      this.history.onLine = (line) => {
        if (this.history.length < dueAt || !at(line)) return;
        this.history.onLine = () => undefined;
        strike();
      };
    });
  }

  async #postUntil(stop: AbortSignal, refusals: string[]): Promise<void> {
    const { leavesAlone = Number.POSITIVE_INFINITY } = this.#options;
    while (!stop.aborted) {
      await this.post(this.#posted % leavesAlone === leavesAlone - 1 ? ASIDE : 'web form').catch((error: Error) => {
        // A server that is struck under the call may have answered nothing: it is sent again when it is back.
        if (!stop.aborted) throw error;
        refusals.push(error.message);
      });
    }
  }

  /** Answers the lead's id once it is accepted. */
  post(source = 'web form'): Promise<string> {
    const n = ++this.#posted;
    this.#unanswered.set(n, source);
    return this.#send(n, source);
  }

  /** The same, asked again for as long as the server has too much to store. */
  async postUntilTaken(): Promise<string> {
    const n = ++this.#posted;
    for (;;) {
      try {
        return await this.#send(n, 'web form');
      } catch (error) {
        if (!(error as Error).message.includes(': 503 ')) throw error;
        await sleep(createClientClock(), POST_AGAIN_MS);
      }
    }
  }

  async #send(n: number, source: string): Promise<string> {
    const { id } = await post<{ id: string }>(this.server.url, '/leads', markedLead(n, source), `lead-${n}`);
    this.#unanswered.delete(n);
    this.history.record({ kind: 'accepted', leadId: id });
    return id;
  }

  /** Posts again, under its first key, whatever got no answer. */
  async postAgain(): Promise<void> {
    for (const [n, source] of [...this.#unanswered]) await this.#send(n, source);
  }

  /** Posts leads that nobody claims by himself; resolves when everybody was alerted to them all. */
  async aside(count: number): Promise<Target[]> {
    const cards = this.racers.map(() => new Map<string, OfferCard>());
    let alerted = (): void => undefined;
    for (const [n, racer] of this.racers.entries()) {
      racer.onAlert = (card) => {
        cards[n]?.set(card.leadId, card);
        alerted();
      };
    }
    const leads: string[] = [];
    for (let n = 0; n < count; n++) leads.push(await this.post(ASIDE));
    await new Promise<void>((resolve) => {
      alerted = () => {
        if (cards.every((own) => leads.every((leadId) => own.has(leadId)))) resolve();
      };
      alerted();
    });
    return leads.map((leadId) => ({ leadId, offerId: cards[0]?.get(leadId)?.offerId as string }));
  }

  /** Everybody taps each of them once; null: no answer came. */
  tapOnce(targets: readonly Target[]): Promise<(Verdict | null)[]> {
    return this.#byAll(targets, (racer, target) => racer.claimAs(tapOf(racer, target), target));
  }

  /** Everybody taps each of them, still or again, until it is judged. */
  tapUntilJudged(targets: readonly Target[]): Promise<Verdict[]> {
    return this.#byAll(targets, (racer, target) => racer.claimUntilJudged(tapOf(racer, target), target));
  }

  /** Every request among these lines is asked again, until it is judged. */
  async askAgain(lines: readonly Line[]): Promise<Verdict[]> {
    const requests = new Map(lines.flatMap((line) => (line.kind === 'sent' ? [[line.requestId, line]] : [])));
    const byId = new Map(this.racers.map((racer) => [racer.person.id, racer]));
    return Promise.all(
      [...requests.values()].map(({ repId, requestId, leadId, offerId }) =>
        (byId.get(repId) as Racer).claimUntilJudged(requestId, { leadId, offerId: offerId as string }),
      ),
    );
  }

  /** Everything is whole and everybody has his answer: with what is owed, and with Redis where there is one. */
  judgeEnded(): Promise<Judgement> {
    return judgeEnded(this.history, this.cell, this.racers);
  }

  openOnFile(): Target[] {
    using onFile = new OnFile(this.file);
    return onFile.openOffers();
  }

  #byAll<T>(targets: readonly Target[], tap: (racer: Racer, target: Target) => Promise<T>): Promise<T[]> {
    return Promise.all(targets.flatMap((target) => this.racers.map((racer) => tap(racer, target))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await this.cell[Symbol.asyncDispose]();
  }
}

const tapOf = ({ person }: Racer, { offerId }: Target) => `${person.id}-tap-${offerId}`;
