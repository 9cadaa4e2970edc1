/** A rep says what is unfair; a manager answers, with the record of the lead beside it (FAIR-22). */
import { z } from 'zod';
import { type ComplaintCategory, newComplaint, newComplaintAnswer } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

type Idempotency = ReturnType<typeof idempotencyOf>;

export interface ComplaintsRoutesDeps {
  make(
    order: { repId: string; category: ComplaintCategory; leadId: string | null; text: string },
    idempotency: Idempotency,
  ): Promise<object | { refused: 'unknownLead' }>;
  /** Whose complaints this speaker may see: a rep its own, a manager those of its teams, an admin all. */
  list(
    speaker: Speaker,
    query: { status?: 'open' | 'answered' | undefined; cursor?: string | undefined; limit: number },
  ): object;
  /** With the record of its lead; null: no such complaint, or none of this speaker's business. */
  one(id: string, speaker: Speaker): object | null;
  answer(
    order: { id: string; text: string },
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<object | { refused: 'unknownComplaint' | 'answered' }>;
}

const tags = ['fairness'];
const params = z.strictObject({ id: anId });
const asked = z.strictObject({
  status: z.enum(['open', 'answered']).optional(),
  cursor: anId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const unknown = () => new Problem(404, 'unknownComplaint', 'There is no such complaint for you.', { field: 'id' });

export function complaintsRoutes(app: Http, deps: ComplaintsRoutesDeps): void {
  app.post(
    '/v1/complaints',
    { config: { allow: ['rep'] }, schema: { summary: 'Say what you hold to be unfair', tags, body: newComplaint } },
    async (request, reply) => {
      const { category, leadId = null, text } = request.body;
      const repId = speakerOf(request).subjectId;
      const made = await deps.make({ repId, category, leadId, text }, idempotencyOf(request));
      if ('refused' in made)
        throw new Problem(404, 'unknownLead', 'There is no such lead for you.', { field: 'leadId' });
      return reply.code(201).send(made);
    },
  );
  app.get(
    '/v1/complaints',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: {
        summary: 'Complaints, the newest first, with how many are open and how many came this week and the last',
        tags,
        querystring: asked,
      },
    },
    async (request) => deps.list(speakerOf(request), request.query),
  );
  app.get(
    '/v1/complaints/:id',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'A complaint with its answer and the record of its lead', tags, params },
    },
    async (request) => {
      const one = deps.one(request.params.id, speakerOf(request));
      if (one === null) throw unknown();
      return one;
    },
  );
  app.post(
    '/v1/complaints/:id/answers',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Answer a complaint, once', tags, params, body: newComplaintAnswer },
    },
    async (request, reply) => {
      const order = { id: request.params.id, text: request.body.text };
      const answered = await deps.answer(order, speakerOf(request), idempotencyOf(request));
      if (!('refused' in answered)) return reply.code(201).send(answered);
      if (answered.refused === 'answered')
        throw new Problem(409, 'answered', 'The complaint was answered already.', { field: 'id' });
      throw unknown();
    },
  );
}
