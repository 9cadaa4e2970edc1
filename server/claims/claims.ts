/**
 * The claim, from a rep's tap to the verdict: the same for sockets and HTTP, in a process with the
 * file or in a gateway. The arbiter judges; nothing that names a winner leaves before the win is on
 * disk; what the arbiter no longer remembers is judged from the file (contract 5).
 */
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Clock } from '../kernel/clock.ts';
import { UnderWay } from '../kernel/under-way.ts';
import type { Arbiter, Judgement } from './arbiter.ts';
import type { AttemptNote } from './race-notes.ts';
import type { HeardNotice, SettlementDesk } from './settlement-desk.ts';
import { type ClaimAttempt, createVerdicts, noteOf, type VerdictDeps } from './verdicts.ts';

export type { ClaimAttempt } from './verdicts.ts';

/** The verdict, or why there is none: the request id names another lead, or there is no such lead. */
export type ClaimAnswer =
  | { kind: 'verdict'; verdict: Verdict; repeated: boolean }
  | { kind: 'requestReused' }
  | { kind: 'unknownLead' };

/** What the file says of a claim that the arbiter does not know, or knows to be won by this rep. */
export interface ClaimRecord {
  /** Null: no such lead. */
  judge(attempt: ClaimAttempt): Promise<Verdict | null>;
  /** The verdict of a win that is on disk, with the whole lead for its owner. */
  won(notice: Extract<HeardNotice, { outcome: 'committed' }>): Promise<Verdict>;
}

export interface Claims {
  claim(attempt: ClaimAttempt): Promise<ClaimAnswer>;
  /** From now on every claim is answered `retry`, draining; resolves when those in flight are answered. */
  drain(): Promise<void>;
}

export interface ClaimsDeps extends VerdictDeps {
  arbiter: Arbiter;
  desk: SettlementDesk;
  record: ClaimRecord;
  clock: Clock;
  note(offerId: string, note: AttemptNote): void;
  /** True: what is granted now would not be on disk in time. The own win is told all the same. */
  mustWait?(): boolean;
  observe(verdict: Verdict, seconds: number): void;
  onError(error: unknown): void;
}

/** A claim that meets a pending win waits for it this long, then asks the rep to ask again. */
export const PENDING_WAIT_MS = 2_000;
/** A claim not judged by then must not be judged any more: its sender has stopped waiting. */
export const JUDGE_WITHIN_MS = 2_000;

/**
 * Claims under way in one process, nearly all waiting for a commit: two seconds of 10,000 a second, some
 * 2 KB each. Beyond it a claim is not even looked up.
 */
export const CLAIMS_UNDER_WAY_MAX = 20_000;

export function createClaims(deps: ClaimsDeps): Claims {
  let draining = false;
  const underWay = new UnderWay();

  const verdicts = createVerdicts(deps);
  const { retry } = verdicts;

  async function settled(attempt: ClaimAttempt, judged: Extract<Judgement, { kind: 'pending' }>): Promise<Verdict> {
    const { offerId } = judged;
    const { leadId } = attempt;
    const notice = await deps.desk.wait(offerId, judged.claim.order, PENDING_WAIT_MS);
    if (notice === null) return retry(attempt, 'pendingWin', offerId);
    if (notice.outcome === 'reopened') {
      const { requestId } = judged.claim;
      const isOwn = judged.mine && requestId === attempt.requestId && notice.wonBefore !== undefined;
      const first = isOwn ? await deps.record.judge({ ...attempt, offerId: notice.wonBefore }) : null;
      return first ?? retry(attempt, 'notStored', offerId);
    }
    if (notice.outcome === 'closed') return { verdict: 'gone', leadId, offerId, reason: notice.reason };
    if (notice.winnerId === attempt.repId) return deps.record.won(notice);
    const { winnerId, winnerName, claimedAtMs } = notice;
    const byMs = Math.max(0, judged.receivedAtMs - claimedAtMs);
    return { verdict: 'lost', leadId, offerId, winner: { id: winnerId, name: winnerName }, byMs };
  }

  /** Answers `retry` for an offer that is still open on file. */
  async function fromFile(attempt: ClaimAttempt): Promise<ClaimAnswer> {
    const verdict = await deps.record.judge(attempt);
    return verdict === null ? { kind: 'unknownLead' } : { kind: 'verdict', verdict, repeated: true };
  }

  async function judge(attempt: ClaimAttempt, judged: Judgement): Promise<ClaimAnswer> {
    // Offers that ended before a rebuild are not put up again: only the file can say how they ended.
    if (judged.kind === 'retry' && judged.reason === 'rebuilding') return fromFile(attempt);
    switch (judged.kind) {
      case 'requestReused':
        return { kind: 'requestReused' };
      case 'pending':
        return { kind: 'verdict', verdict: await settled(attempt, judged), repeated: false };
      case 'owned':
        // The offer that was judged: a lead given back since may have another by now.
        return fromFile({ ...attempt, offerId: judged.offerId });
      case 'unknown':
        return fromFile(attempt);
      default:
        return { kind: 'verdict', verdict: await verdicts.of(attempt, judged), repeated: false };
    }
  }

  /** Also while draining, an owner who asks again hears of the own win. */
  async function ownWinOr(attempt: ClaimAttempt, otherwise: Verdict): Promise<ClaimAnswer> {
    const onFile = await deps.record.judge(attempt).catch(() => null);
    const verdict = onFile?.verdict === 'won' ? onFile : otherwise;
    return { kind: 'verdict', verdict, repeated: verdict === onFile };
  }

  async function judgedOrNot(attempt: ClaimAttempt, arrivedAtMs: number): Promise<ClaimAnswer> {
    if (draining) return ownWinOr(attempt, retry(attempt, 'draining'));
    if (underWay.size > CLAIMS_UNDER_WAY_MAX) {
      return { kind: 'verdict', verdict: retry(attempt, 'overloaded'), repeated: false };
    }
    if (deps.mustWait?.() === true) return ownWinOr(attempt, retry(attempt, 'overloaded'));
    try {
      const judged = await deps.arbiter.claim({ ...attempt, deadlineMs: arrivedAtMs + JUDGE_WITHIN_MS });
      return await judge(attempt, judged);
    } catch (error) {
      deps.onError(error);
      return { kind: 'verdict', verdict: retry(attempt, 'ledgerAway'), repeated: false };
    }
  }

  async function answer(attempt: ClaimAttempt): Promise<ClaimAnswer> {
    const startMs = deps.clock.monotonicMs();
    // On the race's clock, beside which a winner's time stands on record.
    const arrivedAtMs = deps.arbiter.nearlyNow();
    underWay.begin();
    try {
      const result = await judgedOrNot(attempt, arrivedAtMs);
      if (result.kind !== 'verdict') return result;
      const { verdict } = result;
      const note = noteOf(attempt, verdict, arrivedAtMs);
      if (note !== null && verdict.offerId !== null) deps.note(verdict.offerId, note);
      deps.observe(verdict, (deps.clock.monotonicMs() - startMs) / 1000);
      return result;
    } finally {
      underWay.end();
    }
  }

  return {
    claim: answer,
    async drain() {
      draining = true;
      await underWay.none();
    },
  };
}
