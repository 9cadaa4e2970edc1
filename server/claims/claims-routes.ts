/** The claim over HTTP: the same verdicts as over a socket; all but `won` as a problem with its members. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { newClaim } from '../../client-sdk/protocol/http.ts';
import { anId, requestId } from '../../client-sdk/protocol/up.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { ClaimAnswer, ClaimAttempt } from './claims.ts';

/** The status of a verdict: a loss is a conflict, not an error of the caller's. */
function statusOf(verdict: Exclude<Verdict, { verdict: 'won' }>): number {
  if (verdict.verdict === 'retry') return 503;
  if (verdict.verdict === 'refused' && verdict.rule === 'attemptRate') return 429;
  return 409;
}

export function claimRoutes(
  app: Http,
  deps: {
    claim(attempt: ClaimAttempt): Promise<ClaimAnswer>;
    language(speaker: Speaker): 'id' | 'en';
    newRequestId(): string;
  },
): void {
  app.post(
    '/v1/leads/:leadId/claims',
    {
      config: { allow: ['rep'] },
      schema: {
        summary: 'Claim a lead; Idempotency-Key is the requestId',
        tags: ['race'],
        params: z.strictObject({ leadId: anId }),
        body: newClaim,
      },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const answer = await deps.claim({
        leadId: request.params.leadId,
        offerId: request.body?.offerId,
        repId: speaker.subjectId,
        requestId: requestIdOf(request) ?? deps.newRequestId(),
        language: deps.language(speaker),
      });
      return answerClaim(reply, answer);
    },
  );
}

/** The request id a caller gave; undefined without one. */
export function requestIdOf(request: FastifyRequest): string | undefined {
  const key = requestId.optional().safeParse(request.headers['idempotency-key']);
  if (key.success) return key.data;
  throw new Problem(400, 'badIdempotencyKey', 'Idempotency-Key must be 1 to 100 printable characters.', {
    field: 'Idempotency-Key',
  });
}

/** The answer to a claim: a win as it is, all else as a problem. */
export function answerClaim(reply: FastifyReply, answer: ClaimAnswer): FastifyReply {
  if (answer.kind === 'requestReused') {
    throw new Problem(422, 'idempotencyKeyReused', 'This Idempotency-Key was used for another lead.', {
      field: 'Idempotency-Key',
    });
  }
  if (answer.kind === 'unknownLead') {
    throw new Problem(404, 'unknownLead', 'There is no such lead or offer.', {
      field: 'leadId',
    });
  }
  const { verdict, repeated } = answer;
  if (verdict.verdict === 'won') {
    reply.header('location', `/v1/leads/${verdict.leadId}`);
    return reply.code(repeated ? 200 : 201).send(verdict);
  }
  throw verdictProblem(verdict);
}

function verdictProblem(verdict: Exclude<Verdict, { verdict: 'won' }>): Problem {
  const retry =
    verdict.verdict === 'retry' ? { retryAfterSeconds: Math.max(1, Math.ceil(verdict.afterMs / 1000)) } : {};
  const wait = verdict.verdict === 'refused' && verdict.rule === 'attemptRate' ? { retryAfterSeconds: 1 } : {};
  const detail = verdict.verdict === 'refused' ? verdict.message : `The claim was judged: ${verdict.verdict}.`;
  return new Problem(statusOf(verdict), verdict.verdict, detail, { ...verdict, ...retry, ...wait });
}
