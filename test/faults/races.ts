/**
 * Races that go on over the servers of a cell while something is broken, as clients drive them: whoever is
 * shown an offer claims it, and asks again with the same request until the claim is judged.
 *
 * Two kinds of leads: those of the races, claimed at sight, and those set aside, which nobody touches until
 * the test says who taps when.
 */
import type { LeadTaken, OfferCard, PoolSnapshot } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import type { Line } from '../../tools/oracle/line.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import type { Judgement } from '../../tools/oracle/oracle.ts';
import type { Cell, Member } from './kit/cell.ts';
import { judgeEnded, markNow } from './kit/ended.ts';
import { makePeople, markedLead, post, Racer } from './racers.ts';

const ASIDE = 'aside';
/** Races under way at a time. */
const POSTERS = 2;
const POST_AGAIN_MS = 200;
const JUDGED_WITHIN_TRIES = 8;
/** Tells the people of one door from those of another, by their numbers. */
const PEOPLE_AT_A_DOOR_MAX = 100;

export interface Target {
  leadId: string;
  offerId: string;
}

/** Everybody of one server. */
export interface Crowd {
  door: Member;
  racers: Racer[];
}

interface RacesOptions {
  cell: Cell;
  /** Where people connect; leads are posted at the first one. */
  doors: readonly Member[];
  perDoor: number;
}

export class Races {
  readonly history = new History();
  readonly crowds: Crowd[] = [];
  /** Broken promises that no history shows, in words. */
  readonly wrong: string[] = [];
  readonly #cell: Cell;
  readonly #unanswered = new Map<string, number>();
  /** Lead → who was shown it, and as which offer. */
  readonly #shown = new Map<string, { offerId: string; reps: Set<string> }>();
  /** Lead → who won it, once anybody heard of it: the winner, or those who were told who it was. */
  readonly #decided = new Map<string, string>();
  /** Requests that were answered, be it `retry`. */
  readonly #answered = new Set<string>();
  readonly #claims: Promise<unknown>[] = [];
  readonly #claimed = new Set<string>();
  #checks: { isSo: () => boolean; resolve: () => void }[] = [];
  #posting: Promise<unknown> = Promise.resolve();
  #stopped = true;
  #posted = 0;
  #askedAgain = 0;
  #judgement: Judgement | null = null;

  private constructor(cell: Cell) {
    this.#cell = cell;
    this.history.onLine = (line) => this.#line(line);
  }

  static async at({ cell, doors, perDoor }: RacesOptions): Promise<Races> {
    const races = new Races(cell);
    for (const door of doors) await races.enter(door, perDoor);
    markNow(races.history, cell);
    return races;
  }

  /** More people, at this server. */
  async enter(door: Member, count: number): Promise<Crowd> {
    const first = this.crowds.length * PEOPLE_AT_A_DOOR_MAX;
    const people = await makePeople(this.crowds[0]?.door.url ?? door.url, count, () => 1, first);
    const crowd = { door, racers: people.map((person) => new Racer(person, this.history)) };
    this.crowds.push(crowd);
    await Promise.all(crowd.racers.map((racer) => racer.join(door.url)));
    return crowd;
  }

  get racers(): Racer[] {
    return this.crowds.flatMap(({ racers }) => racers);
  }

  /** Claims that were sent and have no answer yet. */
  get inFlight(): number {
    return this.#unanswered.size;
  }

  /** Whether somebody heard that this one is won. */
  isDecided({ leadId }: Target): boolean {
    return this.#decided.has(leadId);
  }

  /** Resolves when it is so; asked after each line of the history. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#checks.push({ isSo, resolve });
      this.#check();
    });
  }

  /** Leads come, one after the other, and everybody claims. */
  start(): void {
    this.#stopped = false;
    this.#posting = Promise.all(Array.from({ length: POSTERS }, () => this.#postOn()));
  }

  /** Resolves when so many more offers are won; by these people, if given. */
  won(more: number, by = this.racers): Promise<void> {
    const goal = this.#winsOf(by) + more;
    return this.until(() => this.#winsOf(by) >= goal);
  }

  /** No more leads; resolves when every claim is judged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#check();
    await this.#posting;
    for (let done = 0; done < this.#claims.length; done++) await this.#claims[done];
  }

  /** Posts a lead that nobody claims by himself; resolves when everybody was shown it. */
  async aside(): Promise<Target> {
    const leadId = (await this.#post(ASIDE)) as string;
    await this.until(() => this.#shown.get(leadId)?.reps.size === this.racers.length);
    return { leadId, offerId: this.#shown.get(leadId)?.offerId as string };
  }

  /** These tap, each with a request of its own, and ask until they are judged. */
  tap(target: Target, racers = this.racers): Promise<Verdict[]> {
    return Promise.all(racers.map((racer) => racer.claimUntilJudged(requestOf(racer, target), target)));
  }

  /** Resolves when each of these has an answer to the tap, be it `retry`. */
  answered(target: Target, racers: readonly Racer[]): Promise<void> {
    return this.until(() => racers.every((racer) => this.#answered.has(requestOf(racer, target))));
  }

  /** These tap once, and may hear nothing but `retry`; of one that is won, the file may tell them who won it. */
  async tapInVain(target: Target, racers = this.racers): Promise<void> {
    const verdicts = await Promise.all(racers.map((racer) => racer.claimAs(requestOf(racer, target), target)));
    for (const verdict of verdicts) {
      const isRight = verdict?.verdict === 'lost' && verdict.winner.id === this.#decided.get(target.leadId);
      if (verdict?.verdict !== 'retry' && !isRight)
        this.wrong.push(`${verdict?.verdict ?? 'nothing'} instead of retry`);
    }
  }

  /** These tap, and are judged within a few tries. */
  async isJudged(target: Target, racers = this.racers): Promise<void> {
    for (const racer of racers) {
      for (let tries = 1; ; tries++) {
        const verdict = await racer.claimAs(requestOf(racer, target), target);
        if (verdict !== null && verdict.verdict !== 'retry') break;
        if (tries === JUDGED_WITHIN_TRIES) this.wrong.push(`${verdict?.reason ?? 'nothing'} instead of a judgement`);
        if (tries === JUDGED_WITHIN_TRIES) break;
        await sleep(createClientClock(), verdict?.afterMs ?? POST_AGAIN_MS);
      }
    }
  }

  /** Breaks something now; the history counts it as a hit when somebody waits for an answer. */
  async strike(what: string, fault: () => unknown): Promise<void> {
    this.history.record({ kind: 'fault', what });
    await fault();
  }

  /** Breaks something right after somebody's next claim has left. */
  async strikeAClaim(what: string, fault: () => unknown): Promise<void> {
    const { length } = this.history;
    await this.until(() => this.inFlight > 0 && this.history.length > length);
    await this.strike(what, fault);
  }

  /**
   * Everything is whole again: the races end, what is left open is claimed by all, every request is asked
   * again, and the oracle hears all. Answers what is wrong, in words; the whole must be as before after it.
   */
  async judge(): Promise<string[]> {
    await this.stop();
    for (const target of this.#open()) await this.tap(target);
    await this.#askAgain();
    await this.aside();
    this.#judgement = await judgeEnded(this.history, this.#cell, this.racers);
    return [...this.wrong, ...brokenRules(this.#judgement)];
  }

  /** The rules broken so far, with nothing waited for: what a control is caught by. */
  found(): string[] {
    return [...this.wrong, ...brokenRules(this.history.judge(this.#cell.file))];
  }

  leave(): void {
    this.#stopped = true;
    for (const racer of this.racers) racer.leave();
  }

  /** The last one that was judged; ask before the control muddies it. */
  get judgement(): Judgement {
    if (this.#judgement === null) throw new Error('nothing was judged yet');
    return this.#judgement;
  }

  #winsOf(racers: readonly Racer[]): number {
    const ids = new Set(racers.map(({ person }) => person.id));
    return [...this.#decided.values()].filter((repId) => ids.has(repId)).length;
  }

  #open(): Target[] {
    using file = new OnFile(this.#cell.file);
    return file.openOffers();
  }

  async #askAgain(): Promise<void> {
    const requests = this.history.requests();
    const again = requests.slice(this.#askedAgain);
    this.#askedAgain = requests.length;
    const byId = new Map(this.racers.map((racer) => [racer.person.id, racer]));
    await Promise.all(
      again.map(async ({ repId, requestId, leadId, offerId }) =>
        byId.get(repId)?.claimUntilJudged(requestId, { leadId, offerId: offerId as string }),
      ),
    );
  }

  async #postOn(): Promise<void> {
    while (!this.#stopped) {
      const leadId = await this.#post('race');
      if (leadId !== null) await this.until(() => this.#stopped || this.#decided.has(leadId));
    }
  }

  /** Null: the races ended before it was taken. */
  async #post(source: string): Promise<string | null> {
    const n = ++this.#posted;
    for (;;) {
      try {
        const url = (this.crowds[0] as Crowd).door.url;
        const { id } = await post<{ id: string }>(url, '/leads', markedLead(n, source), `lead-${n}`);
        this.history.record({ kind: 'accepted', leadId: id });
        return id;
      } catch {
        // Not taken, or taken and not said: the same key again.
        if (this.#stopped && source !== ASIDE) return null;
        await sleep(createClientClock(), POST_AGAIN_MS);
      }
    }
  }

  #line(line: Line): void {
    if (line.kind === 'sent') this.#unanswered.set(line.requestId, (this.#unanswered.get(line.requestId) ?? 0) + 1);
    if (line.kind === 'answered' || line.kind === 'silence') {
      const left = (this.#unanswered.get(line.requestId) ?? 1) - 1;
      if (left === 0) this.#unanswered.delete(line.requestId);
      else this.#unanswered.set(line.requestId, left);
    }
    if (line.kind === 'answered') this.#answered.add(line.requestId);
    if (line.kind === 'answered' && line.verdict.verdict === 'won') this.#decide(line.leadId, line.repId);
    if (line.kind === 'heard') this.#heard(line);
    this.#check();
  }

  #decide(leadId: string, repId: string): void {
    if (!this.#decided.has(leadId)) this.#decided.set(leadId, repId);
  }

  #heard({ repId, event, payload }: Extract<Line, { kind: 'heard' }>): void {
    // A winner whose gateway is cut off hears `retry` until it is whole: the race goes on all the same.
    if (event === 'lead:taken') this.#decide((payload as LeadTaken).leadId, (payload as LeadTaken).by.id);
    if (event === 'lead:alert') this.#show(repId, payload as OfferCard);
    if (event !== 'pool:snapshot') return;
    for (const card of (payload as PoolSnapshot).offers) if ('source' in card) this.#show(repId, card);
  }

  #show(repId: string, card: OfferCard): void {
    const { leadId, offerId, source } = card;
    const shown = this.#shown.get(leadId) ?? { offerId, reps: new Set<string>() };
    this.#shown.set(leadId, shown);
    shown.reps.add(repId);
    const racer = this.racers.find(({ person }) => person.id === repId);
    if (racer === undefined || source === ASIDE || this.#claimed.has(`${repId} ${offerId}`)) return;
    this.#claimed.add(`${repId} ${offerId}`);
    const claim = racer.claimUntilJudged(requestOf(racer, card), card);
    // A fault of it is told by `stop`.
    claim.catch(() => undefined);
    this.#claims.push(claim);
  }

  #check(): void {
    const isSo = this.#checks.filter((check) => check.isSo());
    this.#checks = this.#checks.filter((check) => !isSo.includes(check));
    for (const { resolve } of isSo) resolve();
  }
}

function requestOf({ person }: Racer, { offerId }: Target): string {
  return `${person.id}-${offerId}`;
}
