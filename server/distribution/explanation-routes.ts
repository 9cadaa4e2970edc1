/** Why a lead was offered to whom, and when, over HTTP. */
import { z } from 'zod';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

const REPS_MAX = 500;

const asked = z.strictObject({
  lang: z.enum(['id', 'en']).optional(),
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(REPS_MAX).default(100),
});

export interface ExplanationRoutesDeps {
  /** Null: no such lead, or none of this speaker's business. */
  explain(
    leadId: string,
    asked: { language: 'id' | 'en' | null; afterNum: number; limit: number },
    speaker: Speaker,
  ): unknown | null;
}

export function explanationRoutes(app: Http, deps: ExplanationRoutesDeps): void {
  app.get(
    '/v1/leads/:leadId/explanation',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: {
        summary: 'Why a lead was offered to whom, why not, and why then: every rep for managers, a rep its own line',
        tags: ['fairness'],
        params: z.strictObject({ leadId: anId }),
        querystring: asked,
      },
    },
    async (request) => {
      const { lang, cursor, limit } = request.query;
      const told = deps.explain(
        request.params.leadId,
        { language: lang ?? null, afterNum: cursor, limit },
        speakerOf(request),
      );
      if (told === null) throw new Problem(404, 'unknownLead', 'There is no such lead for you.', { field: 'leadId' });
      return told;
    },
  );
}
