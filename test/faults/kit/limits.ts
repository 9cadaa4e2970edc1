/**
 * Limits that bind while something is broken. Two reps have reached theirs before the first fault, one the cap of the
 * day, the other the leads it may hold, and are refused from then on by counters that whoever recovers must have right.
 * Nobody else comes near: the limits are moved on between rounds, to stay above what the others have won.
 */
import { expect } from 'vitest';
import type { Verdict } from '../../../client-sdk/protocol/verdict.ts';
import { OnFile } from '../../../tools/oracle/on-file.ts';
import { get, postAs, put, type Racer } from '../racers.ts';

/** Leads that the one at the cap has finished: they count for the day, and are not held any more. */
const FINISHED = 2;
const AT_A_TIME = 16;

interface Target {
  leadId: string;
  offerId: string;
}

export interface Ground {
  file: string;
  /** Of a server that answers now. */
  url(): string;
  /** So many leads that everybody sees and nobody claims by himself. Asked for one batch after another. */
  aside(count: number): Promise<Target[]>;
  /** Left out: at the server where the racer is, until it is judged. */
  claim?(racer: Racer, requestId: string, target: Target): Promise<Verdict>;
}

export interface Bound {
  /** Refused by `dailyCap`. */
  atCap: Racer;
  /** Refused by `maxOpenLeads`. */
  atOpen: Racer;
  /** Who is at no limit: one of them takes what these two may not. */
  others: readonly Racer[];
  /** Wins that anybody else may have in a round before a limit is met. */
  room: number;
}

type Refused = Extract<Verdict, { verdict: 'refused' }>['rule'];

export class Limits {
  readonly #ground: Ground;
  readonly #bound: Bound;
  #cap = 0;
  #tap = 0;

  constructor(ground: Ground, bound: Bound) {
    this.#ground = ground;
    this.#bound = bound;
  }

  /** Before a round: both are at their limits, as far above the others as `room` says. */
  async moveOn(): Promise<void> {
    const { atCap, atOpen, room } = this.#bound;
    const cap = Math.max(this.#cap, this.#mostOfOthers() + room + FINISHED);
    if (cap > this.#cap) {
      const isFirst = this.#cap === 0;
      this.#cap = cap;
      await this.#set({ dailyCap: cap, maxOpenLeads: cap - FINISHED });
      if (isFirst) await this.#finishSome();
    }
    await this.#winUntilRefused(atCap, 'dailyCap');
    await this.#winUntilRefused(atOpen, 'maxOpenLeads');
  }

  /** Right after a recovery: both are refused by the rule that they were refused by before, and somebody else is not. */
  async expectRefused(): Promise<void> {
    const { atCap, atOpen } = this.#bound;
    const target = await this.#aside();
    expect(await this.#claim(atCap, target)).toMatchObject({ verdict: 'refused', rule: 'dailyCap' });
    expect(await this.#claim(atOpen, target)).toMatchObject({ verdict: 'refused', rule: 'maxOpenLeads' });
    expect(await this.#claim(this.#other(), target)).toMatchObject({ verdict: 'won' });
  }

  /** Nobody is bound by what is put up from now on. */
  lift(): Promise<void> {
    return this.#set({ dailyCap: null, maxOpenLeads: null });
  }

  /** Whether this rep may be refused at all. */
  binds(repId: string): boolean {
    const { atCap, atOpen } = this.#bound;
    return [atCap, atOpen].some(({ person }) => person.id === repId);
  }

  async #set(limits: Record<'dailyCap' | 'maxOpenLeads', number | null>): Promise<void> {
    const policy = await get<{ competition: object }>(this.#ground.url(), '/policy');
    await put(this.#ground.url(), '/policy', { ...policy, competition: { ...policy.competition, ...limits } });
  }

  /** Most of the way many at a time, the last of it one by one. */
  async #winUntilRefused(racer: Racer, rule: Refused): Promise<void> {
    const max = rule === 'dailyCap' ? this.#cap : this.#cap - FINISHED;
    for (let left = max - this.#countOf(racer, rule); left > 0; left -= AT_A_TIME) {
      const targets = await this.#ground.aside(Math.min(left, AT_A_TIME));
      await Promise.all(targets.map((target) => this.#win(racer, target)));
    }
    for (;;) {
      const target = await this.#aside();
      const verdict = await this.#claim(racer, target);
      if (verdict.verdict === 'won') continue;
      expect(verdict).toMatchObject({ verdict: 'refused', rule });
      expect(await this.#claim(this.#other(), target)).toMatchObject({ verdict: 'won' });
      return;
    }
  }

  async #win(racer: Racer, target: Target): Promise<void> {
    expect(await this.#claim(racer, target)).toMatchObject({ verdict: 'won' });
  }

  async #finishSome(): Promise<void> {
    const { atCap } = this.#bound;
    for (let n = 0; n < FINISHED; n++) {
      const target = await this.#aside();
      await this.#win(atCap, target);
      const stage = { stage: 'disqualified', reason: 'a student' };
      await postAs(atCap.person, this.#ground.url(), `/leads/${target.leadId}/stages`, stage);
    }
  }

  async #aside(): Promise<Target> {
    const [target] = await this.#ground.aside(1);
    return target as Target;
  }

  /** The one who has won least: a round that lasts may bring the quickest to the limits too. */
  #other(): Racer {
    const won = (racer: Racer) => this.#countOf(racer, 'dailyCap');
    return this.#bound.others.reduce((least, racer) => (won(racer) < won(least) ? racer : least));
  }

  #claim(racer: Racer, target: Target): Promise<Verdict> {
    const requestId = `${racer.person.id}-limits-${++this.#tap}`;
    return this.#ground.claim?.(racer, requestId, target) ?? racer.claimUntilJudged(requestId, target);
  }

  /** How far this rep is: of the last day on which it won, or of all that it holds. */
  #countOf({ person }: Racer, rule: Refused): number {
    using file = new OnFile(this.#ground.file);
    const counters = file.all<{ repId: string; counter: string; value: number }>(
      'SELECT rep_id AS repId, name AS counter, value FROM counters ORDER BY name DESC',
    );
    const name = rule === 'dailyCap' ? 'claims:day:' : 'leads:open';
    return counters.find(({ repId, counter }) => repId === person.id && counter.startsWith(name))?.value ?? 0;
  }

  /** The most that anybody else has on a counter that the limits read. */
  #mostOfOthers(): number {
    using file = new OnFile(this.#ground.file);
    const counters = file.all<{ repId: string; value: number }>('SELECT rep_id AS repId, value FROM counters');
    return Math.max(0, ...counters.filter(({ repId }) => !this.binds(repId)).map(({ value }) => value));
  }
}
