/**
 * A company on Redis: gateways with reps who race for every lead, one ledger and its standby. Whoever is
 * killed or frozen is replaced, and every claim is asked again, at any gateway that lives, until it is judged.
 */
import { expect } from 'vitest';
import type { Verdict } from '../../../client-sdk/protocol/verdict.ts';
import { createClientClock, sleep } from '../../../client-sdk/src/platform.ts';
import { createSystemClock } from '../../../server/kernel/clock.ts';
import { verifyFile } from '../../../server/ledger/verify.ts';
import { brokenRules, History } from '../../../tools/oracle/history.ts';
import { OnFile } from '../../../tools/oracle/on-file.ts';
import type { Judgement } from '../../../tools/oracle/oracle.ts';
import type { TestRedis } from '../../support/redis.ts';
import type { Program } from '../../support/server-process.ts';
import { makePeople, markedLead, post, Racer } from '../racers.ts';
import { Cell, type Member } from './cell.ts';
import { judgeEnded, markNow } from './ended.ts';
import { Limits } from './limits.ts';

/** Leads of this source are left alone until a test asks for them. */
const KEPT_SOURCE = 'kept';
/** A gateway whose ledger is away answers within two seconds, and is asked again this soon. */
const AGAIN_MS = 100;

/** More than anybody wins in a round. */
const ROOM = 20;

type Offer = { leadId: string; offerId: string };

export interface StaffedOptions {
  redis: TestRedis;
  name: string;
  gateways: number;
  racers: number;
  /** What the gateways run; the built server when absent. */
  gatewayProgram?: Program;
}

export class StaffedCell implements AsyncDisposable {
  readonly clock = createSystemClock();
  readonly history = new History();
  readonly racers: Racer[] = [];
  readonly gateways: Member[] = [];
  readonly cell: Cell;
  ledger!: Member;
  /** Null until a test binds two of its racers. */
  limits: Limits | null = null;
  readonly #options: StaffedOptions;
  readonly #claims: Promise<void>[] = [];
  #posted = 0;
  /** Requests that were judged sound already. */
  #sound = 0;
  #judgement: Judgement | null = null;

  constructor(options: StaffedOptions) {
    this.#options = options;
    this.cell = new Cell({ redis: options.redis, name: options.name });
  }

  static async start(options: StaffedOptions): Promise<StaffedCell> {
    const staffed = new StaffedCell(options);
    staffed.ledger = await staffed.cell.start({ role: 'ledger' });
    for (let n = 0; n < options.gateways; n++) await staffed.addGateway();
    const people = await makePeople(staffed.ledger.url, options.racers);
    for (const person of people) staffed.racers.push(new Racer(person, staffed.history));
    await Promise.all(staffed.racers.map((racer) => staffed.#join(racer)));
    markNow(staffed.history, staffed.cell);
    for (const racer of staffed.racers) {
      racer.onAlert = (card) => {
        if (card.source !== KEPT_SOURCE) staffed.#claims.push(staffed.#claim(racer, card));
      };
    }
    return staffed;
  }

  /** The last two of the racers are at limits from now on, by counters that whoever takes over must have right. */
  async bind(): Promise<Limits> {
    const others = this.racers.slice(1, -2);
    const [atCap, atOpen] = this.racers.slice(-2) as [Racer, Racer];
    const ground = {
      file: this.cell.file,
      url: () => (this.gateways[0] as Member).url,
      aside: async (count: number) => {
        const targets: Offer[] = [];
        while (targets.length < count) targets.push(await this.keptLead());
        return targets;
      },
      claim: (racer: Racer, requestId: string, offer: Offer) => this.judged(racer, requestId, offer),
    };
    this.limits = new Limits(ground, { atCap, atOpen, others, room: ROOM });
    await this.limits.moveOn();
    return this.limits;
  }

  async addGateway(): Promise<Member> {
    const { gatewayProgram } = this.#options;
    const gateway = await this.cell.start({
      name: `gateway ${this.cell.members.length}`,
      role: 'gateway',
      ...(gatewayProgram === undefined ? {} : { program: gatewayProgram }),
    });
    this.gateways.push(gateway);
    return gateway;
  }

  /** Starts a standby and resolves when it waits. */
  async addStandby(program?: Program): Promise<Member> {
    const standby = await this.cell.spawn({
      name: `ledger ${this.cell.members.length}`,
      role: 'ledger',
      env: { STANDBY: 'true' },
      ...(program === undefined ? {} : { program }),
    });
    await standby.process.standsBy;
    return standby;
  }

  /** The racer's own place, as long as it lives. */
  async #join(racer: Racer): Promise<void> {
    const place = this.racers.indexOf(racer) % this.gateways.length;
    await racer.join((this.gateways[place] as Member).url);
  }

  async kill(gateway: Member): Promise<void> {
    this.gateways.splice(this.gateways.indexOf(gateway), 1);
    await gateway.kill();
  }

  /** Accepted by the ledger, through a gateway that is asked until it can say so. */
  async postLead(source = 'web form'): Promise<string> {
    const n = ++this.#posted;
    for (;;) {
      try {
        const { id } = await post<{ id: string }>(
          this.gateways[0]?.url as string,
          '/leads',
          markedLead(n, source),
          `${n}`,
        );
        this.history.record({ kind: 'accepted', leadId: id });
        return id;
      } catch (error) {
        if (!/50[34]|fetch failed|terminated/.test(String(error))) throw error;
        await sleep(createClientClock(), AGAIN_MS);
      }
    }
  }

  /** A lead that everybody sees and nobody claims. */
  async keptLead(): Promise<Offer> {
    const leadId = await this.postLead(KEPT_SOURCE);
    const [first] = this.racers as [Racer];
    for (;;) {
      await this.#refresh([first]);
      const card = first.snapshot.offers.find((offer) => offer.leadId === leadId);
      if (card !== undefined) return card;
    }
  }

  /** Asks until the verdict is more than to ask again, at another gateway when this one is gone; a control may give up. */
  async judged(racer: Racer, requestId: string, offer: Offer, triesMax = Number.POSITIVE_INFINITY): Promise<Verdict> {
    for (let tries = 1; ; tries++) {
      const verdict = await racer.claimAs(requestId, offer);
      if (verdict === null) await this.#join(racer);
      else if (verdict.verdict !== 'retry' || tries >= triesMax) return verdict;
      else await sleep(createClientClock(), Math.min(verdict.afterMs, AGAIN_MS));
    }
  }

  async #claim(racer: Racer, offer: Offer): Promise<void> {
    const verdict = await this.judged(racer, `${racer.person.id}-${offer.offerId}`, offer);
    const isBound = this.limits?.binds(racer.person.id) === true;
    expect(isBound ? ['won', 'lost', 'refused'] : ['won', 'lost']).toContain(verdict.verdict);
  }

  /** Resolves, in the turn of that line, after `sent` more claims were sent. */
  async afterClaims(sent: number): Promise<void> {
    let left = sent;
    await new Promise<void>((resolve) => {
      this.history.onLine = ({ kind }) => {
        if (kind === 'sent' && --left === 0) resolve();
      };
    });
    this.history.onLine = () => undefined;
  }

  /** Breaks something now; the history counts it as a hit when somebody waits for an answer. */
  strikes(what: string): void {
    this.history.record({ kind: 'fault', what });
  }

  /** Every claim has its verdict; those since the last look are asked once more, with the same answer; the file agrees. */
  async expectSound(): Promise<void> {
    while (this.#claims.length > 0) await Promise.all(this.#claims.splice(0));
    const requests = this.history.requests();
    for (const { repId, requestId, leadId, offerId } of requests.slice(this.#sound)) {
      const racer = this.racers.find(({ person }) => person.id === repId) as Racer;
      expect(['won', 'lost']).toContain(
        (await this.judged(racer, requestId, { leadId, offerId: offerId as string })).verdict,
      );
    }
    this.#sound = requests.length;
    await this.#refresh();
    this.#judgement = await judgeEnded(this.history, this.cell, this.racers);
    expect(brokenRules(this.#judgement)).toEqual([]);
    const { violations, counted } = verifyFile(this.cell.file);
    expect(violations).toEqual([]);
    expect(counted.leads).toBe(this.#posted);
  }

  /** Whose gateway is gone comes back at another one, whose first word is a snapshot. */
  async #refresh(racers = this.racers): Promise<void> {
    for (const racer of racers) await racer.refresh().catch(() => this.#join(racer));
  }

  /** Every rep's snapshot has exactly what is open on file. */
  async expectNothingMissed(): Promise<void> {
    using onFile = new OnFile(this.cell.file);
    const open = onFile.openOffers().map(({ offerId }) => offerId);
    await this.#refresh();
    for (const racer of this.racers) {
      expect(racer.snapshot.offers.map(({ offerId }) => offerId).sort()).toEqual(open);
    }
  }

  /** The last one that was judged. */
  get judgement(): Judgement {
    if (this.#judgement === null) throw new Error('nothing was judged yet');
    return this.#judgement;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const racer of this.racers) racer.leave();
    await this.cell[Symbol.asyncDispose]();
  }
}
