/** Leads posted by systems that sign instead of showing a key, and the secrets they sign with. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { newLead, nothing } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import { type Http, idempotencyBy, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import { judgeSignature } from './signed-intake.ts';

type Idempotency = ReturnType<typeof idempotencyOf>;

export interface SignedIntakeDeps {
  /** The live secrets of a source, the newest first; of one that is unknown or whose key was revoked, none. */
  secretsOf(sourceId: string): string[];
  /** A new secret; the one before goes on for a day. Null: no such source. */
  rotate(sourceId: string, idempotency: Idempotency): Promise<string | null>;
  accept(
    lead: z.infer<typeof newLead>,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ leadId: string; created: boolean }>;
  view(leadId: string): LeadView | null;
  /** @throws Problem 429 when the source posts too many. */
  count(request: IncomingMessage, sourceId: string): void;
  nowMs(): number;
}

const params = z.strictObject({ id: anId });
const tags = ['leads'];

export function signedIntakeRoutes(app: Http, deps: SignedIntakeDeps): void {
  app.post(
    '/v1/sources/:id/leads',
    {
      config: { limit: 'signIn' },
      schema: { summary: 'Post a lead, signed (Standard Webhooks)', tags, params, body: newLead },
      // Before the body is judged: a stranger learns nothing of what a lead looks like.
      preValidation: async (request) => {
        const { id } = request.params as { id: string };
        const header = (name: string) => String(request.headers[name] ?? '');
        const post = {
          id: header('webhook-id'),
          timestamp: header('webhook-timestamp'),
          signatures: header('webhook-signature'),
          body: request.rawBody ?? Buffer.alloc(0),
        };
        const judged = judgeSignature(post, deps.secretsOf(id), deps.nowMs());
        if (judged === 'stale') {
          throw new Problem(401, 'signatureStale', 'webhook-timestamp is more than five minutes off.', {
            field: 'webhook-timestamp',
          });
        }
        if (judged === 'bad') {
          throw new Problem(401, 'signatureInvalid', 'The signature is not one of this source.', {
            field: 'webhook-signature',
          });
        }
        deps.count(request.raw, id);
        request.speaker = { role: 'source', subjectId: id, tokenId: '', expiresAt: null, renewsForMs: null };
      },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const key = String(request.headers['webhook-id']);
      const { leadId, created } = await deps.accept(
        request.body,
        speaker,
        idempotencyBy(request, `source:${speaker.subjectId}`, key),
      );
      reply.header('location', `/v1/leads/${leadId}`);
      return reply.code(created ? 201 : 200).send(deps.view(leadId));
    },
  );

  app.post(
    '/v1/sources/:id/signing-secrets',
    {
      config: { allow: ['admin'] },
      schema: { summary: 'A new signing secret; the one before works for a day more', tags, params, body: nothing },
    },
    async (request, reply) => {
      const signingSecret = await deps.rotate(request.params.id, idempotencyOf(request));
      if (signingSecret === null) {
        throw new Problem(404, 'unknownSource', 'There is no such source.', { field: 'id' });
      }
      return reply.code(201).send({ signingSecret });
    },
  );
}
