/**
 * The claim, from a rep's tap to the verdict: the same for sockets and HTTP, in a process with the
 * file or in a gateway. The arbiter judges; nothing that names a winner leaves before the win is on
 * disk; what the arbiter no longer remembers is judged from the file (contract 5).
 */
import type { RefusalRule, RetryReason, Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Arbiter, Judgement } from './arbiter.ts';
import type { AttemptNote } from './race-notes.ts';
import type { SettledNotice, SettlementDesk } from './settlement-desk.ts';

export interface ClaimAttempt {
  leadId: string;
  offerId: string | undefined;
  repId: string;
  requestId: string;
  language: 'id' | 'en';
}

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
  won(notice: Extract<SettledNotice, { outcome: 'committed' }>): Promise<Verdict>;
}

export interface Claims {
  claim(attempt: ClaimAttempt): Promise<ClaimAnswer>;
  /** From now on every claim is answered `retry`, draining; resolves when those in flight are answered. */
  drain(): Promise<void>;
}

export interface ClaimsDeps {
  arbiter: Arbiter;
  desk: SettlementDesk;
  record: ClaimRecord;
  clock: Clock;
  /** The name to show for a winner; null where the team hides names. */
  winnerName(repId: string): string | null | Promise<string | null>;
  refusal(rule: RefusalRule, language: 'id' | 'en'): string;
  note(offerId: string, note: AttemptNote): void;
  observe(verdict: Verdict, seconds: number): void;
  onError(error: unknown): void;
}

/** A claim that meets a pending win waits for it this long, then asks the rep to ask again. */
export const PENDING_WAIT_MS = 2_000;
/** A claim not judged by then must not be judged any more: its sender has stopped waiting. */
export const JUDGE_WITHIN_MS = 2_000;
const RETRY_AFTER_MS = 250;

export function createClaims(deps: ClaimsDeps): Claims {
  let draining = false;
  const inFlight = new Set<Promise<ClaimAnswer>>();

  const retry = (
    attempt: ClaimAttempt,
    reason: RetryReason,
    offerId: string | null = null,
  ): Verdict => ({
    verdict: 'retry',
    leadId: attempt.leadId,
    offerId: offerId ?? attempt.offerId ?? null,
    reason,
    afterMs: RETRY_AFTER_MS,
  });

  async function settled(
    attempt: ClaimAttempt,
    judged: Extract<Judgement, { kind: 'pending' }>,
  ): Promise<Verdict> {
    const { offerId } = judged;
    const notice = await deps.desk.wait(offerId, judged.claim.order, PENDING_WAIT_MS);
    if (notice === null) return retry(attempt, 'pendingWin', offerId);
    if (notice.outcome === 'reopened') return retry(attempt, 'notStored', offerId);
    if (notice.winnerId === attempt.repId) return deps.record.won(notice);
    const { winnerId, winnerName, claimedAtMs } = notice;
    const byMs = Math.max(0, judged.receivedAtMs - claimedAtMs);
    return {
      verdict: 'lost',
      leadId: attempt.leadId,
      offerId,
      winner: { id: winnerId, name: winnerName },
      byMs,
    };
  }

  async function lost(
    leadId: string,
    { offerId, winnerId, byMs }: Extract<Judgement, { kind: 'lost' }>,
  ): Promise<Verdict> {
    const name = await deps.winnerName(winnerId);
    return { verdict: 'lost', leadId, offerId, winner: { id: winnerId, name }, byMs };
  }

  function put(
    attempt: ClaimAttempt,
    judged: Exclude<Judgement, { kind: 'pending' | 'owned' | 'unknown' | 'requestReused' }>,
  ): Verdict | Promise<Verdict> {
    const { leadId } = attempt;
    switch (judged.kind) {
      case 'lost':
        return lost(leadId, judged);
      case 'gone':
        return { verdict: 'gone', leadId, offerId: judged.offerId, reason: judged.reason };
      case 'early': {
        const { offerId, opensAtMs, opensInMs } = judged;
        return {
          verdict: 'early',
          leadId,
          offerId,
          opensAt: new Date(opensAtMs).toISOString(),
          opensInMs,
        };
      }
      case 'refused': {
        const { offerId, rule } = judged;
        return {
          verdict: 'refused',
          leadId,
          offerId,
          rule,
          message: deps.refusal(rule, attempt.language),
        };
      }
      case 'retry':
        return retry(attempt, judged.reason, judged.offerId);
    }
  }

  async function judge(attempt: ClaimAttempt, judged: Judgement): Promise<ClaimAnswer> {
    switch (judged.kind) {
      case 'requestReused':
        return { kind: 'requestReused' };
      case 'pending':
        return { kind: 'verdict', verdict: await settled(attempt, judged), repeated: false };
      case 'owned':
      case 'unknown': {
        const verdict = await deps.record.judge(attempt);
        return verdict === null
          ? { kind: 'unknownLead' }
          : { kind: 'verdict', verdict, repeated: true };
      }
      default:
        return { kind: 'verdict', verdict: await put(attempt, judged), repeated: false };
    }
  }

  function remember(attempt: ClaimAttempt, verdict: Verdict, atMs: number): void {
    if (verdict.offerId === null || verdict.verdict === 'won') return;
    const { repId, requestId } = attempt;
    const note: AttemptNote = { repId, requestId, atMs, verdict: verdict.verdict };
    if (verdict.verdict === 'refused') note.rule = verdict.rule;
    if (verdict.verdict === 'gone' || verdict.verdict === 'retry') note.rule = verdict.reason;
    if (verdict.verdict === 'lost')
      Object.assign(note, { winnerId: verdict.winner.id, byMs: verdict.byMs });
    deps.note(verdict.offerId, note);
  }

  async function answer(attempt: ClaimAttempt): Promise<ClaimAnswer> {
    const startMs = deps.clock.monotonicMs();
    let result: ClaimAnswer;
    const arrivedAtMs = deps.clock.nowMs();
    if (draining) {
      result = { kind: 'verdict', verdict: retry(attempt, 'draining'), repeated: false };
    } else {
      try {
        const judged = await deps.arbiter.claim({
          ...attempt,
          deadlineMs: deps.arbiter.nearlyNow() + JUDGE_WITHIN_MS,
        });
        result = await judge(attempt, judged);
      } catch (error) {
        deps.onError(error);
        result = { kind: 'verdict', verdict: retry(attempt, 'ledgerAway'), repeated: false };
      }
    }
    if (result.kind === 'verdict') {
      remember(attempt, result.verdict, arrivedAtMs);
      deps.observe(result.verdict, (deps.clock.monotonicMs() - startMs) / 1000);
    }
    return result;
  }

  return {
    claim(attempt) {
      const promise = answer(attempt);
      inFlight.add(promise);
      void promise.finally(() => inFlight.delete(promise));
      return promise;
    },
    async drain() {
      draining = true;
      await Promise.allSettled([...inFlight]);
    },
  };
}
