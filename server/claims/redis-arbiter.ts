/**
 * The gateway's half of the arbiter on Redis: it judges claims, each by one script, and nothing else.
 * Whatever Redis does (away, slow, emptied, its clock set), a claim is answered in time, and with a
 * `retry` rather than a guess (AR6 to AR9, AR41).
 */
import type { Redis } from 'ioredis';
import type { GoneReason, RefusalRule, RetryReason } from '../../client-sdk/protocol/verdict.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Arbiter, ClaimRequest, Judgement, ProvisionalWin } from './arbiter.ts';
import { ArbiterFault } from './offer-checks.ts';
import { KnownEpoch } from './redis-epoch.ts';
import { type RedisKeys, redisKeys } from './redis-keys.ts';
import { type RunScript, type Scripts, scriptRunner } from './redis-scripts.ts';
import { RedisTime } from './redis-time.ts';

/** Longer than the connection's own command timeout, shorter than a rep's patience. */
export const CLAIM_BUDGET_MS = 450;

export interface RedisArbiterOptions {
  /** A connection of the profile `claims`, which fails fast; may be shared with the control half. */
  redis: Redis;
  cell: string;
  clock: Clock;
  scripts?: Readonly<Scripts>;
}

export interface RedisArbiter extends Arbiter {
  /** Lets go of the connection, which its owner closes. */
  detach(): void;
}

export function createRedisArbiter(options: RedisArbiterOptions): RedisArbiter {
  return new RedisJudge(options);
}

class RedisJudge implements RedisArbiter {
  readonly #run: RunScript;
  readonly #keys: RedisKeys;
  readonly #clock: Clock;
  readonly #time: RedisTime;
  /** What the last answer said the time was, and when it came; null: this connection has answered nothing. */
  #told: { nowMs: number; atMs: number } | null = null;
  readonly #epoch: KnownEpoch;

  constructor({ redis, cell, clock, scripts }: RedisArbiterOptions) {
    this.#run = scriptRunner(redis, scripts);
    this.#keys = redisKeys(cell);
    this.#clock = clock;
    this.#time = new RedisTime(redis, clock);
    this.#epoch = new KnownEpoch(redis, this.#keys.epoch);
  }

  detach(): void {
    this.#time.detach();
    this.#epoch.detach();
  }

  async now(): Promise<number> {
    try {
      await this.#time.estimate();
      const sentMs = this.#clock.monotonicMs();
      const [nowMs, standing] = (await this.#run('now', [this.#keys.testClock], [])) as [number, number];
      // A clock that was set would end offers early, and open lanes: timers wait until it is believed again.
      if (standing === 0 && !this.#time.agrees(nowMs, sentMs)) throw new Error('the clock of Redis was set');
      return nowMs;
    } catch (cause) {
      throw new ArbiterFault('ARBITER_AWAY', 'the time of Redis cannot be read', cause);
    }
  }

  /** A gateway's own clock may be wrong: it is used only until Redis has told the time once. */
  nearlyNow(): number {
    if (this.#told === null) return this.#clock.nowMs();
    return Math.floor(this.#told.nowMs + this.#clock.monotonicMs() - this.#told.atMs);
  }

  /** The race against our own deadline is needed: a command in a dead socket may never settle. */
  claim(request: ClaimRequest): Promise<Judgement> {
    const away = retry(request, 'arbiterAway');
    return new Promise((resolve) => {
      const timer = this.#clock.after(CLAIM_BUDGET_MS, () => resolve(away));
      const settle = (judgement: Judgement): void => {
        timer.cancel();
        resolve(judgement);
      };
      this.#judge(request).then(settle, () => settle(away));
    });
  }

  async #judge(request: ClaimRequest): Promise<Judgement> {
    const estimateMs = await this.#time.estimate();
    // A missing epoch still goes to the script: the rep's own win outranks it (AR5). Nothing is awaited between here
    // and the call: what was read of one connection must not be said to the next.
    const epoch = this.#epoch.text ?? (await this.#epoch.read());
    const sentMs = this.#clock.monotonicMs();
    const reply = await this.#run(
      'claim',
      [this.#keys.epoch],
      [
        this.#keys.prefix,
        request.leadId,
        request.repId,
        request.requestId,
        request.deadlineMs,
        Math.round(estimateMs),
        epoch,
        request.offerId ?? '',
      ],
    );
    const fields = String(reply).split(' ');
    this.#time.heard(Number(fields[1]), sentMs);
    this.#told = { nowMs: Number(fields[1]), atMs: this.#clock.monotonicMs() };
    if (fields[0] === 'retry' && fields[3] === 'rebuilding') this.#epoch.forget();
    return decodeJudgement(fields, request);
  }
}

function retry(request: ClaimRequest, reason: RetryReason): Judgement {
  return { kind: 'retry', offerId: request.offerId ?? null, reason };
}

/** The script's answer: kind, its time, the offer it chose ('' when named), then what the kind needs. */
function decodeJudgement(fields: string[], request: ClaimRequest): Judgement {
  const [kind, now, chosen, first, second] = fields;
  const offerId = request.offerId ?? chosen ?? '';
  switch (kind) {
    case 'pending':
      return {
        kind,
        offerId,
        mine: first === '1',
        receivedAtMs: Number(second),
        claim: decodeWin(fields.slice(5), offerId, request.leadId),
      };
    case 'owned':
      return { kind, offerId };
    case 'lost':
      return { kind, offerId, winnerId: first ?? '', byMs: Number(second) };
    case 'gone':
      return { kind, offerId, reason: first as GoneReason };
    case 'early': {
      const opensAtMs = Number(first);
      return { kind, offerId, opensAtMs, opensInMs: opensAtMs - Number(now) };
    }
    case 'refused':
      return { kind, offerId, rule: first as RefusalRule };
    case 'retry':
      return { kind, offerId: offerId === '' ? null : offerId, reason: first as RetryReason };
    case 'requestReused':
    case 'unknown':
      return { kind };
    default:
      throw new ArbiterFault('ARBITER_AWAY', `the claim's script answered ${kind}`);
  }
}

/** The request id comes last, since it alone is a client's text and may hold spaces. */
function decodeWin(fields: string[], offerId: string, leadId: string): ProvisionalWin {
  const [repId = '', claimedAtMs, order = '', ...requestId] = fields;
  return {
    offerId,
    leadId,
    repId,
    requestId: requestId.join(' '),
    claimedAtMs: Number(claimedAtMs),
    order,
  };
}
