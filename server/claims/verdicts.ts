/** A judgement of the arbiter in the words of the contract, and what the race's record keeps of it. */
import type { RefusalRule, RetryReason, Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Judgement } from './arbiter.ts';
import type { AttemptNote } from './race-notes.ts';

export interface ClaimAttempt {
  leadId: string;
  offerId: string | undefined;
  repId: string;
  requestId: string;
  language: 'id' | 'en';
}

/** When a claim that was not judged should be sent again. */
const RETRY_AFTER_MS = 250;
/** What takes longer to pass: a restart, a disk that has fallen behind. */
const RETRY_LATER_MS = 1_000;
const PASSES_SLOWLY: readonly RetryReason[] = ['draining', 'overloaded'];

export interface VerdictDeps {
  /** The name to show for the winner of an offer; null where its rules hide names. */
  winnerName(repId: string, offerId: string): string | null | Promise<string | null>;
  refusal(rule: RefusalRule, language: 'id' | 'en', owed: number | null): string;
  /** How many leads this rep owes a rule of the offer; null: none, or nobody knows. */
  owed(rule: RefusalRule, offerId: string, repId: string): number | null | Promise<number | null>;
}

/** The judgements that are a verdict by themselves: no commit to wait for, no file to ask. */
export type PlainJudgement = Exclude<Judgement, { kind: 'pending' | 'owned' | 'unknown' | 'requestReused' }>;

export interface Verdicts {
  of(attempt: ClaimAttempt, judged: PlainJudgement): Promise<Verdict>;
  retry(attempt: ClaimAttempt, reason: RetryReason, offerId?: string | null): Verdict;
}

export function createVerdicts(deps: VerdictDeps): Verdicts {
  const retry: Verdicts['retry'] = (attempt, reason, offerId = null) => ({
    verdict: 'retry',
    leadId: attempt.leadId,
    offerId: offerId ?? attempt.offerId ?? null,
    reason,
    afterMs: PASSES_SLOWLY.includes(reason) ? RETRY_LATER_MS : RETRY_AFTER_MS,
  });

  async function of(attempt: ClaimAttempt, judged: PlainJudgement): Promise<Verdict> {
    const { leadId, language } = attempt;
    const { offerId } = judged;
    switch (judged.kind) {
      case 'lost': {
        const { winnerId, byMs } = judged;
        const name = await deps.winnerName(winnerId, judged.offerId);
        return { verdict: 'lost', leadId, offerId, winner: { id: winnerId, name }, byMs };
      }
      case 'gone':
        return { verdict: 'gone', leadId, offerId, reason: judged.reason };
      case 'early': {
        const { opensAtMs, opensInMs } = judged;
        return { verdict: 'early', leadId, offerId, opensAt: new Date(opensAtMs).toISOString(), opensInMs };
      }
      case 'refused': {
        const { rule } = judged;
        const owed = offerId === null ? null : await deps.owed(rule, offerId, attempt.repId);
        const message = deps.refusal(rule, language, owed);
        return { verdict: 'refused', leadId, offerId, rule, message, ...(owed === null ? {} : { owed }) };
      }
      case 'retry':
        return retry(attempt, judged.reason, offerId);
    }
  }

  return { of, retry };
}

/** What the record keeps of an attempt that did not win; a win is in the ledger itself. */
export function noteOf(attempt: ClaimAttempt, verdict: Verdict, atMs: number): AttemptNote | null {
  if (verdict.verdict === 'won') return null;
  const { repId, requestId } = attempt;
  const note: AttemptNote = { repId, requestId, atMs, verdict: verdict.verdict };
  if (verdict.verdict === 'refused') note.rule = verdict.rule;
  if (verdict.verdict === 'gone' || verdict.verdict === 'retry') note.rule = verdict.reason;
  if (verdict.verdict === 'lost') {
    note.winnerId = verdict.winner.id;
    note.byMs = verdict.byMs;
  }
  return note;
}
