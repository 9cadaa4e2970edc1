/** The control of what is not answered: servers that guess where they must say `retry`. */
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
