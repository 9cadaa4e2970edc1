/** The claim over a socket: the verdict is the ack, never an event. */
import { leadClaim } from '../../client-sdk/protocol/up.ts';
import type { Speaker } from '../platform/http.ts';
import { FrameProblem, type Sockets } from '../platform/sockets.ts';
import type { ClaimAnswer, ClaimAttempt } from './claims.ts';

/** `ended`: revoked or expired; `away`: nobody can say now, so nothing may be judged. */
export type Standing = 'valid' | 'ended' | 'away';

const AWAY_AFTER_MS = 250;

export function claimSockets(
  sockets: Sockets,
  deps: {
    claim(attempt: ClaimAttempt): Promise<ClaimAnswer>;
    language(speaker: Speaker): 'id' | 'en';
    /** Asked again at every claim: a token may have ended since its socket was let in. */
    standing(speaker: Speaker): Standing | Promise<Standing>;
  },
): void {
  sockets.on('lead:claim', {
    schema: leadClaim,
    allow: ['rep'],
    async handle({ leadId, offerId, requestId }, { speaker }) {
      const standing = await deps.standing(speaker);
      if (standing === 'ended') throw new FrameProblem('tokenInvalid', 'Sign in again.');
      if (standing === 'away') {
        return { verdict: 'retry', leadId, offerId: offerId ?? null, reason: 'arbiterAway', afterMs: AWAY_AFTER_MS };
      }
      const language = deps.language(speaker);
      const answer = await deps.claim({
        leadId,
        offerId,
        requestId,
        repId: speaker.subjectId,
        language,
      });
      switch (answer.kind) {
        case 'verdict':
          return answer.verdict;
        case 'requestReused':
          throw new FrameProblem('idempotencyKeyReused', 'This requestId was used for another lead.', 'requestId');
        case 'unknownLead':
          throw new FrameProblem('unknownLead', 'There is no such lead or offer.', 'leadId');
      }
    },
  });
}
