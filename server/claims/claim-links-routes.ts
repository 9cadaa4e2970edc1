/** Claiming by a signed link: look at the card, then claim, by the same path as everybody. */
import { z } from 'zod';
import { newClaimLink, nothing } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { ClaimLink } from './claim-links.ts';
import type { ClaimAnswer, ClaimAttempt } from './claims.ts';
import { answerClaim, requestIdOf } from './claims-routes.ts';

export interface ClaimLinksDeps {
  /** A link for a rep to the offer that is up for the lead; or why there is none. */
  mint(
    leadId: string,
    repId: string,
    speaker: Speaker,
  ): { token: string; url: string; link: ClaimLink } | 'unknownLead' | 'unknownRep' | 'notInOffer';
  read(token: string): ClaimLink | 'bad' | 'expired';
  /** What the rep may see of the offer now. */
  card(link: ClaimLink): Record<string, unknown>;
  /** The lead of an offer, open or ended; null: there is none. */
  leadOf(offerId: string): string | null;
  language(repId: string): 'id' | 'en';
  claim(attempt: ClaimAttempt): Promise<ClaimAnswer>;
  newRequestId(): string;
}

const tags = ['race'];
const params = z.strictObject({ token: z.string().min(1).max(200) });
const REFUSALS = {
  unknownLead: [404, 'There is no such lead.', 'leadId'],
  unknownRep: [404, 'There is no such active rep.', 'repId'],
  notInOffer: [409, 'The lead is not offered to this rep now.', 'repId'],
} as const;

const pageOf = (token: string) => `/rep/#claim=${encodeURIComponent(token)}`;

export function claimLinkRoutes(app: Http, deps: ClaimLinksDeps): void {
  function linkOf(token: string): ClaimLink {
    const link = deps.read(token);
    if (link === 'expired') throw new Problem(410, 'linkExpired', 'This link has expired.');
    if (link === 'bad') throw new Problem(401, 'linkInvalid', 'This is no link of this server.');
    return link;
  }

  app.post(
    '/v1/leads/:leadId/claim-links',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'A link by which one rep may claim this lead until its offer closes',
        tags,
        params: z.strictObject({ leadId: anId }),
        body: newClaimLink,
      },
    },
    async (request, reply) => {
      const made = deps.mint(request.params.leadId, request.body.repId, speakerOf(request));
      if (typeof made === 'string') {
        const [status, detail, field] = REFUSALS[made];
        throw new Problem(status, made, detail, { field });
      }
      const { url, token, link } = made;
      const { offerId, expiresAtMs } = link;
      return reply.code(201).send({ url, token, offerId, expiresAt: new Date(expiresAtMs).toISOString() });
    },
  );

  app.get(
    '/v1/claim-links/:token',
    { config: { limit: 'signIn' }, schema: { summary: 'What the link is for; changes nothing', tags, params } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      // Who follows it in a browser gets the page that shows the card. Behind `#` no log and no referrer has the token.
      if (request.headers.accept?.includes('text/html')) return reply.redirect(pageOf(request.params.token), 303);
      return deps.card(linkOf(request.params.token));
    },
  );

  app.post(
    '/v1/claim-links/:token/claims',
    {
      config: { limit: 'signIn' },
      schema: { summary: 'Claim by the link; Idempotency-Key is the requestId', tags, params, body: nothing },
    },
    async (request, reply) => {
      const { offerId, repId } = linkOf(request.params.token);
      const leadId = deps.leadOf(offerId);
      if (leadId === null) throw new Problem(404, 'unknownLead', 'There is no such lead or offer.');
      const requestId = requestIdOf(request) ?? deps.newRequestId();
      reply.header('cache-control', 'no-store');
      return answerClaim(
        reply,
        await deps.claim({ leadId, offerId, repId, requestId, language: deps.language(repId) }),
      );
    },
  );
}
