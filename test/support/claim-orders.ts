/**
 * One race whose every step between two processes is taken in an order that fast-check draws: a claim on
 * its way to the arbiter and its judgement on the way back, a commit and its answer, the settlement at the
 * arbiter, the notice at each of two gateways, an answer at a rep's phone, a crash. What runs is the real
 * house, with the real transactions on a real file; only the ways between are the scheduler's.
 *
 * What order the ways keep, they keep here: commits and their answers in one line, the notices to one
 * gateway in another. A crash ends a life: what it had under way never goes on, what it had committed is
 * on the file, on which the next life opens.
 */
import type { Scheduler } from 'fast-check';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Arbiter, ArbiterControl, ProvisionalWin } from '../../server/claims/arbiter.ts';
import type { Claims } from '../../server/claims/claims.ts';
import type { SettledNotice } from '../../server/claims/settlement-desk.ts';
import { LedgerError } from '../../server/ledger/ledger-error.ts';
import type { Connection } from '../../server/platform/sqlite.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { CONTACT_MARK } from '../../tools/oracle/line.ts';
import { openOrderedHouse, type Parts } from './ordered-house.ts';
import type { MakeSeat, Seat } from './ordered-seats.ts';
import { SimClock } from './sim-clock.ts';

export const REPS = ['ani', 'budi', 'citra'];

/** One tap of a rep, sent again until it is answered for good. */
export interface Tap {
  rep: number;
  lead: number;
  /** Equal numbers of one rep and lead are one request: a client that sends twice. */
  request: number;
  gateway: number;
  /** Answers to this tap that the phone never hears, and judgements its gateway never does. */
  unheard: number;
  judgementsLost: number;
}

export interface Plan {
  taps: Tap[];
  leads: number;
  /** Which settlements the disk refuses, by their number. */
  refused: number[];
  /** After how many steps of others each crash may come, and whether Redis, if it is there, is empty after it. */
  crashes: { after: number; forgets: boolean }[];
}

/** A tap that is not answered for good by then never will be. */
const ASKED_MAX = 40;
/** Time moves on by this when nothing else can: longer than a claim waits for a win on its way. */
const QUIET_MS = 2_100;

const never = new Promise<never>(() => undefined);

interface Life {
  /** Its process is dead: nothing it had under way goes on. */
  isOver: boolean;
  /** Resolves then. */
  killed: Promise<void>;
  kill(): void;
  /** Resolves when its successor serves: its sockets are cut. */
  cut: Promise<'cut'>;
  succeeded(): void;
  clock: SimClock;
  gateways: Claims[];
  /** How many steps of each name wait for the scheduler. */
  onItsWay: Map<string, number>;
}

export interface Outcome {
  /** Broken rules in words; empty: the schedule is sound. */
  broken: string[];
  /** Rules that the race had nothing to be judged by for. */
  unjudged: string[];
  verdicts: string[];
  /** What was on its way when the process was killed. */
  crashes: string[];
  /** Settlements that were told to claims: committed, reopened. */
  notices: string[];
}

export class OrderedRace {
  readonly #scheduler: Scheduler;
  readonly #plan: Plan;
  readonly #connection: Connection;
  readonly #parts: Parts;
  readonly #seat: Seat;
  readonly #history = new History();
  readonly #found: string[] = [];
  readonly #notices: string[] = [];
  readonly #offers: { leadId: string; offerId: string }[] = [];
  /** Requests that were answered for good. */
  readonly #ended = new Set<string>();
  readonly #judgementsLost = new Map<string, number>();
  #nowMs = Date.parse('2026-11-23T03:00:00.000Z');
  #settlements = 0;
  readonly #crashes: string[] = [];
  /** The one that serves, or served last; and the one that began last, which may still be opening. */
  #life!: Life;
  #newest!: Life;

  constructor(scheduler: Scheduler, plan: Plan, connection: Connection, parts: Parts, makeSeat: MakeSeat) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#connection = connection;
    this.#parts = parts;
    this.#seat = makeSeat(parts, (win, epoch) => this.#history.record({ kind: 'win', ...win, epoch }));
  }

  async run(): Promise<Outcome> {
    await this.#live();
    const taps = this.#plan.taps.map((tap) => this.#tap(tap));
    const crashes = this.#plan.crashes.map((steps) => this.#crash(steps));
    let isDone = false;
    const done = Promise.all([...taps, ...crashes]).then(() => {
      isDone = true;
    });
    await this.#seat.quiet();
    while (!isDone || this.#scheduler.count() > 0) {
      if (this.#scheduler.count() > 0) await this.#scheduler.waitNext(1);
      else await this.#timePasses();
      await this.#seat.quiet();
    }
    await done;
    const redis = await this.#seat.close();
    const verdicts = this.#history.answers().map(({ verdict }) => verdict.verdict);
    const judgement = this.#history.judge(this.#connection.sqlite, {
      isAudited: false,
      isOver: true,
      ...(redis === null ? {} : { redis }),
    });
    const broken = [...new Set(this.#found), ...brokenRules(judgement)];
    const unjudged = judgement.unjudged.map(({ id }) => id);
    return { broken, unjudged, verdicts, crashes: this.#crashes, notices: this.#notices };
  }

  async #timePasses(): Promise<void> {
    const { clock } = this.#newest;
    await this.#seat.setTime(clock.nowMs() + QUIET_MS);
    clock.advance(QUIET_MS);
  }

  /** A step somewhere else: it comes when the scheduler says, or never, if this life is over by then. */
  async #way(life: Life, name: string): Promise<void> {
    const { onItsWay } = life;
    onItsWay.set(name, (onItsWay.get(name) ?? 0) + 1);
    await this.#scheduler.schedule(Promise.resolve(), name);
    if (life.isOver) await never;
    const left = (onItsWay.get(name) ?? 0) - 1;
    if (left > 0) onItsWay.set(name, left);
    else onItsWay.delete(name);
  }

  /** One line of steps: none overtakes another. */
  #line(life: Life, name: string): () => Promise<void> {
    let last: Promise<void> = Promise.resolve();
    return () => {
      last = last.then(() => this.#way(life, name));
      return last;
    };
  }

  /** Resolves when it serves, or was killed on its way there. */
  async #live(): Promise<void> {
    let kill = (): void => undefined;
    const killed = new Promise<void>((resolve) => {
      kill = resolve;
    });
    let succeeded = (): void => undefined;
    const cut = new Promise<'cut'>((resolve) => {
      succeeded = () => resolve('cut');
    });
    const clock = new SimClock(this.#nowMs);
    const life = { isOver: false, killed, kill, cut, succeeded, clock, gateways: [], onItsWay: new Map() };
    this.#newest = life;
    await Promise.race([this.#open(life), killed]);
  }

  async #open(life: Life): Promise<void> {
    const { clock } = life;
    const { control, judges, openRace } = await this.#seat.begin(clock);
    const desks = [0, 1].map(() => this.#parts.createSettlementDesk(clock));
    const toGateway = desks.map((_, gateway) => this.#line(life, `notice at ${gateway}`));
    const house = await openOrderedHouse(this.#parts, {
      connection: this.#connection,
      clock,
      arbiter: this.#far(life, control),
      openRace,
      settled: (notice) => {
        this.#notices.push(notice.outcome);
        for (const [gateway, desk] of desks.entries()) {
          void toGateway[gateway]?.().then(() => desk.resolve(notice as SettledNotice));
        }
      },
      emit: (event, rooms, payload) => this.#emitted(event, rooms, payload),
      ledger: (write) => this.#ledger(life, write),
    });
    if (this.#offers.length === 0) await this.#takeLeads(house);
    life.gateways = desks.map((desk, gateway) => {
      const arbiter = judges[gateway] as Arbiter;
      return this.#parts.createClaims({
        arbiter: {
          now: arbiter.now.bind(arbiter),
          nearlyNow: arbiter.nearlyNow.bind(arbiter),
          claim: async (request) => {
            await this.#way(life, 'claim');
            const judgement = await arbiter.claim(request);
            await this.#way(life, 'judgement');
            if (!this.#losesJudgement(request.requestId)) return judgement;
            return { kind: 'retry', offerId: request.offerId ?? null, reason: 'arbiterAway' };
          },
        },
        desk,
        record: house.record,
        clock,
        winnerName: (repId) => repId,
        refusal: (rule) => rule,
        owed: () => null,
        note: () => undefined,
        observe: () => undefined,
        onError: (error) => this.#found.push(`error: ${String(error)}`),
      });
    });
    const before: Life | undefined = this.#life;
    this.#life = life;
    before?.succeeded();
  }

  async #takeLeads(house: Awaited<ReturnType<typeof openOrderedHouse>>): Promise<void> {
    for (let lead = 0; lead < this.#plan.leads; lead++) {
      const { leadId } = await house.intake.accept(
        { source: 'web', company: { name: `PT ${lead}` }, contact: { name: CONTACT_MARK } },
        { sourceId: 'admin', actor: 'admin' },
      );
      const [whole] = house.world.offersOnFile.ofLead(leadId);
      if (whole === undefined) throw new Error('a lead without an offer');
      this.#offers.push({ leadId, offerId: whole.offer.id });
    }
  }

  /** The arbiter as the ledger has it: told of settlements, some time. */
  #far(life: Life, arbiter: ArbiterControl): ArbiterControl {
    const toLedger = this.#line(life, 'win');
    return new Proxy(arbiter, {
      get: (target, name) => {
        if (name === 'onProvisionalWin' && this.#seat.winsTravel) {
          return (settler: (win: ProvisionalWin) => void) =>
            target.onProvisionalWin((win) => void toLedger().then(() => settler(win)));
        }
        if (name === 'settle') {
          return async (...args: Parameters<ArbiterControl['settle']>) => {
            await this.#way(life, 'settle');
            await target.settle(...args);
            const [{ offerId, order }, { outcome }] = args;
            if (outcome === 'reopened') this.#history.record({ kind: 'reopened', offerId, order });
          };
        }
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #ledger(life: Life, write: (name: string, args: unknown) => Promise<unknown>) {
    const toDisk = this.#line(life, 'commit');
    const back = this.#line(life, 'committed');
    return async (name: string, args: unknown): Promise<unknown> => {
      if (name !== 'settleClaim') return write(name, args);
      await toDisk();
      const isRefused = this.#plan.refused.includes(this.#settlements++);
      const result = isRefused ? new LedgerError('notStored', 'the disk is full') : await write(name, args);
      await back();
      if (result instanceof LedgerError) throw result;
      return result;
    };
  }

  #losesJudgement(requestId: string): boolean {
    const left = this.#judgementsLost.get(requestId) ?? 0;
    this.#judgementsLost.set(requestId, left - 1);
    return left > 0;
  }

  #isOnDisk(offerId: string, repId: string): boolean {
    const sql = `SELECT count(*) FROM ownerships WHERE via = 'claim' AND offer_id = ? AND rep_id = ?`;
    return this.#connection.sqlite.prepare(sql).pluck().get(offerId, repId) !== 0;
  }

  /** S2 and S3 at the moment of telling: a name that is not on disk yet may never be. */
  #named(offerId: string, repId: string, by: string): void {
    if (!this.#isOnDisk(offerId, repId)) this.#found.push(`notBeforeTheDisk: ${by} named ${repId} of ${offerId}`);
  }

  #emitted(event: string, rooms: string[], payload: unknown): void {
    for (const room of rooms) {
      if (!room.startsWith('rep:')) continue;
      this.#history.record({ kind: 'heard', repId: room.slice(4), event, payload });
    }
    if (event !== 'lead:taken') return;
    const { offerId, by } = payload as { offerId: string; by: { id: string } };
    this.#named(offerId, by.id, event);
  }

  async #tap(tap: Tap): Promise<void> {
    const offer = this.#offers[tap.lead % this.#offers.length] as { leadId: string; offerId: string };
    const repId = REPS[tap.rep] as string;
    const requestId = `${repId} ${tap.request} ${offer.leadId}`;
    this.#judgementsLost.set(requestId, tap.judgementsLost);
    for (let asked = 0; asked < ASKED_MAX; asked++) {
      await this.#scheduler.schedule(Promise.resolve(), 'tap');
      const claim = { ...offer, repId, requestId };
      this.#history.record({ kind: 'sent', ...claim });
      const life = this.#life;
      const gateway = life.gateways[(tap.gateway + asked) % 2] as Claims;
      const answer = await Promise.race([gateway.claim({ ...claim, language: 'en' }), life.cut]);
      if (answer === 'cut') continue;
      await this.#scheduler.schedule(Promise.resolve(), 'answer');
      if (asked < tap.unheard) continue;
      if (answer.kind !== 'verdict') {
        this.#found.push(`noVerdict: ${requestId} heard ${answer.kind}`);
        return;
      }
      // A copy that was told to ask again, while another copy has heard the end: the phone is done.
      if (answer.verdict.verdict === 'retry' && this.#ended.has(requestId)) return;
      this.#answered(claim, answer.verdict);
      if (answer.verdict.verdict !== 'retry') return;
    }
    this.#found.push(`answeredInTheEnd: ${requestId} never was`);
  }

  #answered(claim: { leadId: string; offerId: string; repId: string; requestId: string }, verdict: Verdict): void {
    this.#history.record({ kind: 'answered', ...claim, verdict });
    if (verdict.verdict !== 'retry') this.#ended.add(claim.requestId);
    if (verdict.verdict === 'won') this.#named(claim.offerId, claim.repId, 'won');
    if (verdict.verdict === 'lost') this.#named(claim.offerId, verdict.winner.id, 'lost');
  }

  async #crash({ after, forgets }: Plan['crashes'][number]): Promise<void> {
    for (let step = 0; step <= after; step++) await this.#scheduler.schedule(Promise.resolve(), 'crash');
    const life = this.#newest;
    const { clock, onItsWay } = life;
    this.#nowMs = clock.nowMs() + 100;
    life.isOver = true;
    life.kill();
    this.#crashes.push('crash', ...[...onItsWay].map(([name]) => `crash, ${name} on its way`));
    if (life !== this.#life) this.#crashes.push('crash, opening');
    if (forgets) this.#crashes.push('crash, forgetting');
    await this.#seat.end(forgets);
    await this.#live();
  }
}
