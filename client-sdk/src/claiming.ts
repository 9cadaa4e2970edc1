/**
 * One tap on KLAIM, from the tap to the verdict.
 *
 *   asking over the socket → verdict
 *                          → no link, or no answer in 4 s → asking over HTTP (same `requestId`)
 *   asking over HTTP       → verdict
 *                          → no answer → a pause → asking again, by whichever way is up
 *   `retry`                → the pause the server asks for, with jitter → asking again
 *   bound reached          → the last `retry`, or `ClaimUnanswered`: it may have been won
 *
 * The bound is 10 s after the tap and never past the offer's `closesAt`: a tap is meant for the race
 * the rep sees, so nothing is kept for later. A tap that ended unanswered is remembered, and the
 * next one for the same offer asks with its `requestId`, so the answer is that tap's own.
 */
import type { LeadClaim } from '../protocol/up.ts';
import type { Verdict } from '../protocol/verdict.ts';
import type { Connection } from './connection.ts';
import { type Api, SambarProblem, SambarUnreachable } from './http.ts';
import { type ClientClock, type ClientRandom, newRequestId, sleep } from './platform.ts';
import type { ServerTime } from './server-time.ts';
import type { UnansweredTap, UnansweredTaps } from './unanswered-taps.ts';

export interface ClaimRequest {
  leadId: string;
  /** Always pass it where it is known: a claim is then never judged on another offer of the lead. */
  offerId?: string | undefined;
  /** Called once when the first try was not answered: the time to say "not sure yet". */
  onUnsure?: (() => void) | undefined;
}

/** Nobody answered within the bound. Claiming again asks about this same tap. */
export class ClaimUnanswered extends Error {
  readonly code = 'claimUnanswered';
  readonly requestId: string;

  constructor(requestId: string) {
    super('The claim was not answered; it is not known whether it was judged.');
    this.name = 'ClaimUnanswered';
    this.requestId = requestId;
  }
}

export interface ClaimingDeps {
  /** Null: there is no socket to ask over, only HTTP. */
  connection: Pick<Connection, 'isLive' | 'ask'> | null;
  /** Where a tap is asked over HTTP; absent: as a rep's own claim of the lead. */
  callOf?: ((tap: UnansweredTap) => HttpCall) | undefined;
  api: Api;
  serverTime: ServerTime;
  taps: UnansweredTaps;
  clock: ClientClock;
  random: ClientRandom;
  closesAtMs: (offerId: string | undefined) => number | undefined;
  onVerdict: (verdict: Verdict) => void;
}

export const ASK_TIMEOUT_MS = 4000;
export const CLAIM_BOUND_MS = 10_000;
/** The one code of an error frame that says nothing about the claim. */
const SERVER_FAILED = 'internal';
const PAUSE_MS = 250;
const PAUSE_MAX_MS = 2000;

interface HttpCall {
  path: string;
  body: object;
}

type Outcome =
  | { kind: 'verdict'; verdict: Verdict }
  /** Nobody answered; `heard: false`: it never left this device. */
  | { kind: 'silence'; heard: boolean }
  /** An answer without a verdict that says to come back, such as a proxy's 503. */
  | { kind: 'busy'; afterMs: number | undefined };

export class Claiming {
  readonly #deps: ClaimingDeps;
  /** A second tap while the first is under way is the same tap. */
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor(deps: ClaimingDeps) {
    this.#deps = deps;
  }

  claim(request: ClaimRequest): Promise<Verdict> {
    const key = `${request.leadId} ${request.offerId ?? ''}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const claim = this.#judge(request).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, claim);
    return claim;
  }

  async #judge(request: ClaimRequest): Promise<Verdict> {
    const { taps, random } = this.#deps;
    const { leadId, offerId } = request;
    const requestId = taps.find(leadId, offerId)?.requestId ?? newRequestId(random);
    const tap: UnansweredTap = { leadId, offerId, requestId };
    taps.add(tap);
    try {
      const verdict = await this.#ask(tap, request.onUnsure);
      if (verdict.verdict !== 'retry') taps.remove(requestId);
      this.#deps.onVerdict(verdict);
      return verdict;
    } catch (error) {
      if (error instanceof SambarProblem) taps.remove(requestId);
      throw error;
    }
  }

  async #ask(tap: UnansweredTap, onUnsure: (() => void) | undefined): Promise<Verdict> {
    const { clock } = this.#deps;
    const tappedAtMs = clock.nowMs();
    let overSocket = true;
    let isSure = true;
    for (let attempt = 0; ; attempt++) {
      const socket: Pick<Connection, 'ask'> | null =
        overSocket && this.#deps.connection?.isLive ? this.#deps.connection : null;
      const viaSocket: boolean = socket !== null;
      const outcome: Outcome = socket === null ? await this.#askHttp(tap) : await this.#askSocket(socket, tap);
      if (outcome.kind === 'verdict' && outcome.verdict.verdict !== 'retry') return outcome.verdict;
      if (outcome.kind !== 'verdict' && isSure) {
        isSure = false;
        onUnsure?.();
      }
      // A socket that was silent may be dead without knowing: the other way is tried next.
      overSocket = outcome.kind !== 'silence' || !viaSocket;
      const pauseMs = viaSocket && outcome.kind === 'silence' ? 0 : this.#pause(outcome, attempt);
      if (this.#isPast(tap, tappedAtMs, pauseMs)) {
        if (outcome.kind === 'verdict') return outcome.verdict;
        throw new ClaimUnanswered(tap.requestId);
      }
      if (pauseMs > 0) await sleep(clock, pauseMs);
    }
  }

  async #askSocket(socket: Pick<Connection, 'ask'>, tap: UnansweredTap): Promise<Outcome> {
    const { leadId, offerId, requestId } = tap;
    const payload: LeadClaim = { leadId, requestId };
    if (offerId !== undefined) payload.offerId = offerId;
    const reply = await socket.ask('lead:claim', payload, ASK_TIMEOUT_MS);
    if (reply.kind === 'silence') return reply;
    if (!('error' in reply.answer)) return this.#verdict(reply.answer);
    const { error } = reply.answer;
    if (error.code === SERVER_FAILED) return { kind: 'busy', afterMs: undefined };
    throw new SambarProblem(400, error);
  }

  async #askHttp(tap: UnansweredTap): Promise<Outcome> {
    const { path, body } = (this.#deps.callOf ?? claimCallOf)(tap);
    try {
      const verdict = await this.#deps.api.post<Verdict>(path, body, {
        idempotencyKey: tap.requestId,
        timeoutMs: ASK_TIMEOUT_MS,
        attempts: 1,
      });
      return this.#verdict(verdict);
    } catch (error) {
      if (error instanceof SambarUnreachable) return { kind: 'silence', heard: true };
      if (!(error instanceof SambarProblem)) throw error;
      const verdict = verdictOf(error);
      if (verdict !== undefined) return this.#verdict(verdict);
      if (!isPassing(error)) throw error;
      return { kind: 'busy', afterMs: error.retryAfterMs };
    }
  }

  #verdict(verdict: Verdict): Outcome {
    // `early` is the one verdict that tells the server's time to the millisecond.
    if (verdict.verdict === 'early') {
      this.#deps.serverTime.observeMs(Date.parse(verdict.opensAt) - verdict.opensInMs);
    }
    return { kind: 'verdict', verdict };
  }

  #pause(outcome: Outcome, attempt: number): number {
    const usualMs = Math.min(PAUSE_MS * 2 ** attempt, PAUSE_MAX_MS);
    const askedMs =
      outcome.kind === 'verdict' && outcome.verdict.verdict === 'retry'
        ? outcome.verdict.afterMs
        : outcome.kind === 'busy'
          ? (outcome.afterMs ?? usualMs)
          : usualMs;
    // Jitter only adds: many reps get the same `afterMs`, and none may come before it.
    return askedMs * (1 + this.#deps.random() / 2);
  }

  #isPast(tap: UnansweredTap, tappedAtMs: number, pauseMs: number): boolean {
    const { clock, serverTime, closesAtMs } = this.#deps;
    if (clock.nowMs() + pauseMs >= tappedAtMs + CLAIM_BOUND_MS) return true;
    const closeMs = closesAtMs(tap.offerId);
    return closeMs !== undefined && serverTime.nowMs() + pauseMs >= closeMs;
  }
}

function claimCallOf({ leadId, offerId }: UnansweredTap): HttpCall {
  return { path: `/leads/${encodeURIComponent(leadId)}/claims`, body: offerId === undefined ? {} : { offerId } };
}

/** The members of each verdict beside its offer, as the wire has them. */
const MEMBERS: Record<Verdict['verdict'], readonly string[]> = {
  won: ['claimId', 'claimedAt', 'claimSpeedMs', 'lead'],
  lost: ['winner', 'byMs'],
  early: ['opensAt', 'opensInMs'],
  refused: ['rule', 'message'],
  gone: ['reason'],
  retry: ['reason', 'afterMs'],
};

/** Over HTTP every verdict but `won` travels as a problem that carries the verdict's members. */
function verdictOf({ body }: SambarProblem): Verdict | undefined {
  const kind = body.verdict;
  if (typeof kind !== 'string' || !Object.hasOwn(MEMBERS, kind)) return undefined;
  const names = ['verdict', 'leadId', 'offerId', ...MEMBERS[kind as Verdict['verdict']]];
  return Object.fromEntries(names.map((name) => [name, body[name]])) as unknown as Verdict;
}

/** Something failed that asking again may not: every ask of one tap is safe, it is the same claim. */
function isPassing({ status }: SambarProblem): boolean {
  return status === 429 || status >= 500;
}
