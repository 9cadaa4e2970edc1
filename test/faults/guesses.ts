/** Controls of the rows that lose Redis or a link: servers that tell what they cannot know. */
import type { Edit } from './kit/broken-build.ts';

/** A claim that Redis does not answer is taken for a late one; the sign-in is looked up there before it. */
export const SILENCE_IS_A_LOSS: readonly Edit[] = [
  {
    file: 'server/claims/redis-arbiter.js',
    from: `const away = retry(request, 'arbiterAway');`,
    to: `const away = { kind: 'lost', offerId: request.offerId, winnerId: 'rep_nobody', byMs: 0 };`,
  },
  {
    file: 'server/claims/claims-sockets.js',
    from: `return { verdict: 'retry', leadId,`,
    to: `return { verdict: 'lost', winner: { id: 'rep_nobody', name: null }, byMs: 0, leadId,`,
  },
];

/** So is one whose outcome the ledger does not tell. */
export const LEDGER_SILENCE_IS_A_LOSS: readonly Edit[] = [
  {
    file: 'server/claims/claims.js',
    from: `verdict: retry(attempt, 'ledgerAway')`,
    to: `verdict: { verdict: 'lost', leadId: attempt.leadId, offerId: attempt.offerId,
      winner: { id: 'rep_nobody', name: null }, byMs: 0 }`,
  },
];

/** Who wins in Redis is told before the win is on disk. */
export const TOLD_AT_THE_YES: readonly Edit[] = [
  {
    file: 'server/claims/claims.js',
    from: 'const notice = await deps.desk.wait(offerId, judged.claim.order, PENDING_WAIT_MS);',
    to: `const won = judged.claim;
    if (won.repId === attempt.repId) return { verdict: 'won', leadId: attempt.leadId, offerId, claimId: offerId,
      claimedAt: new Date(won.claimedAtMs).toISOString(), claimSpeedMs: 0, lead: {} };
    const notice = { outcome: 'committed', winnerId: won.repId, winnerName: null, claimedAtMs: won.claimedAtMs };`,
  },
];
