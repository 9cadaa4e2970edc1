/** The claim over a socket: the verdict is the ack, never an event. */
import { leadClaim } from '../../client-sdk/protocol/up.ts';
import type { Speaker } from '../platform/http.ts';
import { FrameProblem, type Sockets } from '../platform/sockets.ts';
import type { ClaimAnswer, ClaimAttempt } from './claims.ts';

export function claimSockets(
  sockets: Sockets,
  deps: {
    claim(attempt: ClaimAttempt): Promise<ClaimAnswer>;
    language(speaker: Speaker): 'id' | 'en';
    /** False once the token was revoked or has expired: asked again at every claim. */
    stillValid(speaker: Speaker): boolean;
  },
): void {
  sockets.on('lead:claim', {
    schema: leadClaim,
    allow: ['rep'],
    async handle({ leadId, offerId, requestId }, { speaker }) {
      if (!deps.stillValid(speaker)) throw new FrameProblem('tokenInvalid', 'Sign in again.');
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
