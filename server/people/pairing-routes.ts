/** A television's way to its token: it asks for a code, a manager names the code, it takes the token away. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { newNamed, nothing } from '../../client-sdk/protocol/http.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { Pairings } from './pairing.ts';

export interface PairingRoutesDeps {
  pairings: Pairings;
  /** @throws Problem 429 when too many were begun from there. */
  mayBegin(request: IncomingMessage): void;
  addScreen(
    name: string,
    speaker: Speaker,
    idempotency: ReturnType<typeof idempotencyOf>,
  ): Promise<{ id: string; tokenId: string; secret: string }>;
  revoke(tokenId: string, speaker: Speaker): Promise<unknown>;
}

const tags = ['people'];
const WAIT_SECONDS = 30;
const noCode = () =>
  new Problem(404, 'unknownCode', 'No screen shows this code now; look at it again.', { field: 'code' });

export function pairingRoutes(app: Http, deps: PairingRoutesDeps): void {
  app.post(
    '/v1/pairings',
    { schema: { summary: 'A code for a screen to show, and the secret that fetches its token', tags, body: nothing } },
    async (request, reply) => {
      deps.mayBegin(request.raw);
      const pairing = deps.pairings.begin();
      if (pairing === null) {
        throw new Problem(503, 'tooManyPairings', 'Too many screens wait for a code.', {
          retryAfterSeconds: WAIT_SECONDS,
        });
      }
      const { code, secret, expiresAtMs } = pairing;
      reply.header('cache-control', 'no-store');
      return reply.code(201).send({ code, secret, expiresAt: new Date(expiresAtMs).toISOString() });
    },
  );
  app.post(
    '/v1/pairings/tokens',
    {
      config: { limit: 'signIn' },
      schema: {
        summary: 'The token of a screen whose code was named, once; 202 while nobody has',
        tags,
        body: z.strictObject({ secret: z.string().min(10).max(100) }),
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const taken = deps.pairings.take(request.body.secret);
      if (taken === null) throw new Problem(401, 'unknownPairing', 'This code is over; ask for another one.');
      if (taken === 'waiting') return reply.code(202).send({ token: null });
      return taken;
    },
  );
  app.post(
    '/v1/pairings/:code/screens',
    {
      config: { allow: ['admin', 'manager'] },
      schema: {
        summary: 'Give the screen that shows this code its read-only token',
        tags,
        params: z.strictObject({ code: z.string().regex(/^\d{6}$/, 'is not six digits') }),
        body: newNamed,
      },
    },
    async (request, reply) => {
      const { code } = request.params;
      if (!deps.pairings.isWaiting(code)) throw noCode();
      const speaker = speakerOf(request);
      const { name } = request.body;
      const { id, tokenId, secret } = await deps.addScreen(name, speaker, idempotencyOf(request));
      if (!deps.pairings.grant(code, secret)) {
        // Somebody else was quicker, or its time ran out: nobody shall have this token.
        await deps.revoke(tokenId, speaker);
        throw noCode();
      }
      return reply.code(201).send({ id, name, tokenId });
    },
  );
}
