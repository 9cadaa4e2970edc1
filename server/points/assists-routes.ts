/** A rep helped a colleague; it pays once the colleague says so (GAME-05, GAME-08). */
import { z } from 'zod';
import { newAssist, nothing } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, idempotencyOf, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

type Idempotency = ReturnType<typeof idempotencyOf>;

export function assistsRoutes(
  app: Http,
  deps: {
    isActiveRep(repId: string): boolean;
    leadExists(leadId: string): boolean;
    ask(
      order: { helperId: string; helpedId: string; leadId: string | null; note: string | null },
      idempotency: Idempotency,
    ): Promise<{ id: string; atMs: number }>;
    confirm(
      order: { id: string; repId: string },
      idempotency: Idempotency,
    ): Promise<{ refused: string } | { paid: boolean }>;
  },
): void {
  const wrong = (field: string, message: string) =>
    new Problem(400, 'validation', `${field}: ${message}`, { field, errors: [{ field, message }] });

  app.post(
    '/v1/assists',
    { config: { allow: ['rep'] }, schema: { summary: 'Say whom you helped', tags: ['game'], body: newAssist } },
    async (request, reply) => {
      const helperId = speakerOf(request).subjectId;
      const { colleagueId, leadId = null, note = null } = request.body;
      if (colleagueId === helperId) throw wrong('colleagueId', 'is yourself');
      if (!deps.isActiveRep(colleagueId))
        throw new Problem(404, 'unknownRep', 'There is no such active rep.', { field: 'colleagueId' });
      if (leadId !== null && !deps.leadExists(leadId))
        throw new Problem(404, 'unknownLead', 'There is no such lead.', { field: 'leadId' });
      const { id, atMs } = await deps.ask({ helperId, helpedId: colleagueId, leadId, note }, idempotencyOf(request));
      return reply.code(201).send({ id, colleagueId, leadId, at: new Date(atMs).toISOString(), confirmed: false });
    },
  );

  app.post(
    '/v1/assists/:id/confirmations',
    {
      config: { allow: ['rep'] },
      schema: {
        summary: 'Confirm that you were helped',
        tags: ['game'],
        params: z.strictObject({ id: anId }),
        body: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const done = await deps.confirm({ id, repId: speakerOf(request).subjectId }, idempotencyOf(request));
      if ('refused' in done) {
        if (done.refused === 'unknownAssist')
          throw new Problem(404, 'unknownAssist', 'There is no such assist.', { field: 'id' });
        throw new Problem(403, 'notHelped', 'Only the rep who was helped can confirm it.', { field: 'id' });
      }
      return reply.code(201).send({ id, confirmed: true, paid: done.paid });
    },
  );
}
