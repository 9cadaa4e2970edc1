/**
 * The ledger's half of the arbiter on Redis: it takes a cell over, keeps the epoch alive, opens and
 * ends offers, and hands provisional wins to the settler.
 *
 *   idle   → closed  `start`: the epoch is claimed, wins are read, every claim hears `rebuilding`
 *   closed → open    `openGate`: the epoch is published and renewed each second
 *   open   → closed  `closeGate`, or a renewal that found another Redis than the one taken over
 *   any    → ended   `stop`
 *
 * Between `start` and `openGate` the ledger drains what is pending (`drained`), raises the cell's
 * gate, forgets what is open here alone, and puts counters and open offers up again from the file.
 */
import type { Redis } from 'ioredis';
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type { Clock, Timer } from '../kernel/clock.ts';
import type {
  Admission,
  ArbiterControl,
  ArbiterOffer,
  ClaimRequest,
  CloseAnswer,
  CounterName,
  Gate,
  GateReason,
  HoldAnswer,
  Judgement,
  ProvisionalWin,
  Settlement,
} from './arbiter.ts';
import { ArbiterFault, checkOffer, checkWhole, LEAD_OFFERS_MAX, reasonHeard } from './offer-checks.ts';
import { createRedisArbiter, type RedisArbiter } from './redis-arbiter.ts';
import { differenceOf, epochText, identityOf, type ServerIdentity } from './redis-epoch.ts';
import { type RedisKeys, redisKeys } from './redis-keys.ts';
import { packOffer } from './redis-offer.ts';
import { standingOf, timeOrNull } from './redis-replies.ts';
import { Retrier } from './redis-retry.ts';
import { type RunScript, type Scripts, scriptRunner } from './redis-scripts.ts';
import { forgetTheDead } from './redis-sweep.ts';
import { WinsReader } from './redis-wins.ts';

/** Three renewals may fail before claims are refused; a dead ledger's cell refuses 3 s later. */
const EPOCH_LIVES_MS = 3_000;
const RENEW_EVERY_MS = 1_000;
/** Late losers ask within minutes; who asks later is answered from the file. */
const ENDED_OFFER_KEPT_S = 24 * 3_600;
const CAUSE_KEPT_S = 24 * 3_600;

/** Why the gate closed by itself: Redis is not the one that was taken over, or not ours any more. */
export type Disturbance = 'restarted' | 'failedOver' | 'emptied' | 'rolledBack' | 'superseded';

export interface RedisControlOptions {
  /** A connection of the profile `claims`, for the verbs and this process's own claims. */
  redis: Redis;
  /** A connection of the profile `stream`, used for nothing else; `stop` cuts it. */
  stream: Redis;
  cell: string;
  clock: Clock;
  /** The gate has closed by itself: start again with a higher epoch and rebuild. */
  onDisturbance(disturbance: Disturbance): void;
  /** Faults that are being retried: for the log. */
  onFault(fault: unknown): void;
  scripts?: Readonly<Scripts>;
}

export interface RedisArbiterControl extends ArbiterControl {
  /** Takes the cell over; `cursor` is the last `order` on disk, '0' when there is none: new wins come after it. */
  start(takeOver: { epoch: number; cursor: string }): Promise<void>;
  /**
   * Every win that was granted before now is handed over and settled. Ask while the gate is closed.
   * @throws ArbiterFault REDIS_CHANGED when Redis became another one meanwhile: start again
   */
  drained(): Promise<void>;
  /** Offers that this Redis holds open and the file does not are forgotten (AR42). Ask while the gate is closed. */
  forgetTheDead(isOpen: (offerId: string) => boolean): Promise<void>;
  openGate(): Promise<void>;
  closeGate(): Promise<void>;
  /** Renews the epoch once; the timer does so each second while the gate is open. */
  renew(): Promise<void>;
  /** Ends timers, retries and the reader; the epoch runs out by itself. */
  stop(): Promise<void>;
}

export function createRedisArbiterControl(options: RedisControlOptions): RedisArbiterControl {
  return new RedisControl(options);
}

class RedisControl implements RedisArbiterControl {
  readonly #options: RedisControlOptions;
  readonly #keys: RedisKeys;
  readonly #run: RunScript;
  readonly #retrier: Retrier;
  readonly #judge: RedisArbiter;
  readonly #reader: WinsReader;
  #settlers: ((win: ProvisionalWin) => void)[] = [];
  #epoch = 0;
  /** Settlements this Redis has confirmed to hold: it may know more, never fewer. */
  #settlements = 0;
  #server: ServerIdentity | null = null;
  #renewal: Timer | null = null;
  #gateOpen = false;
  /** Gates are raised one at a time, since each reads the generation it goes beyond. */
  #raising: Promise<unknown> = Promise.resolve();

  constructor(options: RedisControlOptions) {
    this.#options = options;
    const { redis, stream, cell, clock, scripts, onFault } = options;
    this.#keys = redisKeys(cell);
    this.#run = scriptRunner(redis, scripts);
    this.#retrier = new Retrier(clock, onFault);
    this.#judge = createRedisArbiter(options);
    this.#reader = new WinsReader({
      stream,
      key: this.#keys.wins,
      hand: (win) => {
        for (const settler of this.#settlers) settler(win);
      },
      pause: (delayMs) => this.#retrier.pause(delayMs),
      onFault,
    });
  }

  /** Asked by what is no race: a busy moment of Redis is waited out rather than answered with a refusal. */
  now(): Promise<number> {
    return this.#retrier.attempt(() => this.#judge.now());
  }

  nearlyNow(): number {
    return this.#judge.nearlyNow();
  }

  claim(request: ClaimRequest): Promise<Judgement> {
    return this.#judge.claim(request);
  }

  onProvisionalWin(settler: (win: ProvisionalWin) => void): void {
    this.#settlers.push(settler);
  }

  async start({ epoch, cursor }: { epoch: number; cursor: string }): Promise<void> {
    checkWhole(epoch, 'epoch');
    this.#stopRenewing();
    const keys = [this.#keys.epoch, this.#keys.highestEpoch, this.#keys.wins, this.#keys.settlements];
    const answer = await this.#verb('takeOver', keys, [epoch, cursor]);
    const [outcome, settlements] = answer as [string, number];
    if (outcome === 'superseded') {
      throw new ArbiterFault(
        'EPOCH_SUPERSEDED',
        `the cell has an epoch higher than ${epoch}: another ledger is at work, or this file is not the one it ` +
          'was raced with (put a backup back with sambar restore, or name another CELL)',
      );
    }
    if (outcome === 'notAStream') {
      throw new ArbiterFault('STREAM_UNFIT', `${this.#keys.wins} is not a stream`);
    }
    this.#epoch = epoch;
    this.#settlements = settlements;
    this.#server = await this.#retrier.attempt(() => identityOf(this.#options.redis));
    // Not from `cursor`: a ledger that died between its commit and `settle` has left wins that are on disk
    // and still pending here. The stream holds little else, and settling twice settles once.
    this.#reader.start('0');
  }

  /** Nothing renews the epoch meanwhile, so it is looked here whether this still is the Redis that is waited for. */
  async drained(): Promise<void> {
    const last = await this.#retrier.attempt(() =>
      this.#options.redis.xrevrange(this.#keys.wins, '+', '-', 'COUNT', 1),
    );
    let isDrained = false;
    const drained = this.#reader.drained(last[0]?.[0] ?? '0-0').then(() => {
      isDrained = true;
    });
    while (!isDrained) {
      await Promise.race([drained, this.#retrier.pause(RENEW_EVERY_MS)]);
      if (!isDrained) await this.#assertUnchanged();
    }
  }

  async #assertUnchanged(): Promise<void> {
    const [identity, highest] = await this.#retrier.attempt(() =>
      Promise.all([identityOf(this.#options.redis), this.#options.redis.get(this.#keys.highestEpoch)]),
    );
    if (differenceOf(this.#server, identity) === null && highest === String(this.#epoch)) return;
    throw new ArbiterFault('REDIS_CHANGED', 'Redis is not the one that was taken over');
  }

  async forgetTheDead(isOpen: (offerId: string) => boolean): Promise<void> {
    const kept = { isOpen, listsKeptS: ENDED_OFFER_KEPT_S };
    await this.#retrier.attempt(() => forgetTheDead(this.#options.redis, this.#keys, kept));
  }

  async openGate(): Promise<void> {
    this.#gateOpen = true;
    await this.#retrier.attempt(() => this.#renewOnce());
    if (this.#gateOpen) this.#scheduleRenewal();
  }

  async closeGate(): Promise<void> {
    this.#stopRenewing();
    await this.#retrier.attempt(() => this.#options.redis.del(this.#keys.epoch));
  }

  /** A fault is no disturbance: the epoch lives on for a while, and the next renewal asks again. */
  async renew(): Promise<void> {
    try {
      await this.#renewOnce();
    } catch (fault) {
      this.#options.onFault(fault);
    }
  }

  async #renewOnce(): Promise<void> {
    const identity = await identityOf(this.#options.redis);
    const settlements = this.#settlements;
    if (!this.#gateOpen) return;
    const stranger = differenceOf(this.#server, identity);
    if (stranger !== null) return this.#disturbed(stranger);
    const keys = [this.#keys.epoch, this.#keys.highestEpoch, this.#keys.settlements];
    const answer = await this.#run('renew', keys, [
      this.#epoch,
      EPOCH_LIVES_MS,
      settlements,
      epochText(this.#epoch, identity.runId),
    ]);
    if (answer !== 'renewed' && this.#gateOpen) this.#disturbed(answer as Disturbance);
  }

  #disturbed(disturbance: Disturbance): void {
    this.#stopRenewing();
    this.#options.onDisturbance(disturbance);
  }

  #scheduleRenewal(): void {
    this.#renewal?.cancel();
    this.#renewal = this.#options.clock.after(RENEW_EVERY_MS, () => {
      void this.renew().then(() => {
        if (this.#gateOpen) this.#scheduleRenewal();
      });
    });
  }

  #stopRenewing(): void {
    this.#gateOpen = false;
    this.#renewal?.cancel();
    this.#renewal = null;
  }

  async stop(): Promise<void> {
    this.#stopRenewing();
    this.#retrier.stop();
    this.#judge.detach();
    await this.#reader.stop();
  }

  async open(offer: ArbiterOffer): Promise<void> {
    checkOffer(offer);
    const { prefix, cellGate } = this.#keys;
    const keys = [this.#keys.offer(offer.offerId), this.#keys.lead(offer.leadId), cellGate];
    await this.#verb('open', keys, [prefix, ...packOffer(offer), LEAD_OFFERS_MAX]);
  }

  async admit({ offerId, repId, lane, opensAtMs }: Admission): Promise<number | null> {
    checkWhole(opensAtMs, 'opensAtMs');
    const keys = [this.#keys.offer(offerId), this.#keys.repGate(repId ?? '')];
    return timeOrNull(await this.#verb('admit', keys, [repId ?? '', lane, opensAtMs]));
  }

  async extend(offerId: string, closesAtMs: number): Promise<number | null> {
    checkWhole(closesAtMs, 'closesAtMs');
    return timeOrNull(await this.#verb('extend', [this.#keys.offer(offerId)], [closesAtMs]));
  }

  /** The win is on disk by now, so this goes on until Redis has taken it, or everything ends. */
  async settle(win: ProvisionalWin, settlement: Settlement): Promise<void> {
    const { offerId, leadId, repId, requestId, order } = win;
    const keys = [
      this.#keys.offer(offerId),
      this.#keys.lead(leadId),
      this.#keys.counters(repId),
      this.#keys.wins,
      this.#keys.settlements,
    ];
    const taken = await this.#retrier.persist(() =>
      this.#run('settle', keys, [
        ...[offerId, order, repId, requestId, settlement.outcome],
        ...endOf(win, settlement),
        this.#reader.keepFrom(order),
        ENDED_OFFER_KEPT_S,
      ]),
    );
    this.#settlements = Math.max(this.#settlements, Number(taken));
    this.#reader.settled(order);
  }

  async close(offerId: string, reason: GoneReason): Promise<CloseAnswer> {
    const keys = [this.#keys.offer(offerId), this.#keys.leads];
    return standingOf(await this.#verb('close', keys, [offerId, reason, ENDED_OFFER_KEPT_S]));
  }

  async hold({ offerId, repId, requestId, claimedAtMs, order }: ProvisionalWin, deadlineMs: number) {
    const keys = [this.#keys.offer(offerId), this.#keys.testClock];
    return standingOf<HoldAnswer>(await this.#verb('hold', keys, [repId, requestId, claimedAtMs, order, deadlineMs]));
  }

  async count(repId: string, counter: CounterName, by: number, causeId: string): Promise<void> {
    checkWhole(by, `by of ${counter}`);
    const keys = [this.#keys.counters(repId), this.#keys.cause(repId, counter, causeId)];
    await this.#verb('count', keys, [counter, by, CAUSE_KEPT_S]);
  }

  async restoreCounters(repId: string, counters: Record<CounterName, number>): Promise<void> {
    for (const [counter, value] of Object.entries(counters)) checkWhole(value, counter);
    const key = this.#keys.counters(repId);
    await this.#retrier.attempt(async () => {
      const transaction = this.#options.redis.multi().del(key);
      if (Object.keys(counters).length > 0) transaction.hset(key, counters);
      for (const [fault] of (await transaction.exec()) ?? []) if (fault !== null) throw fault;
    });
  }

  async raise(gate: Gate, reason: GateReason): Promise<void> {
    const raised = this.#raising.then(async () => {
      const key = this.#gateKey(gate);
      const stands = Number(await this.#verb('raise', [key], [0, '']));
      await this.#verb('raise', [key], [stands + 1, reasonHeard(gate, reason)]);
    });
    this.#raising = raised.catch(() => undefined);
    return raised;
  }

  #gateKey(gate: Gate): string {
    if (gate.scope === 'cell') return this.#keys.cellGate;
    return gate.scope === 'team' ? this.#keys.teamGate(gate.team) : this.#keys.repGate(gate.repId);
  }

  #verb(...call: Parameters<RunScript>): Promise<unknown> {
    return this.#retrier.attempt(() => this.#run(...call));
  }
}

/** The winner and the instant a settlement names; of one that names none, why the offer is over. */
function endOf({ repId, claimedAtMs }: ProvisionalWin, settlement: Settlement): [string, number] {
  if (settlement.outcome === 'closed') return [settlement.reason, claimedAtMs];
  return settlement.outcome === 'claimedBy' ? [settlement.winnerId, settlement.claimedAtMs] : [repId, claimedAtMs];
}
