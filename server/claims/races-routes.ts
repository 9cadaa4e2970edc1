/** The race on record, for managers and for the reps who were in it. */
import { z } from 'zod';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

export function racesRoutes(
  app: Http,
  deps: {
    record(leadId: string, forRep: string | undefined): unknown | null;
    wasIn(leadId: string, repId: string): boolean;
  },
): void {
  app.get(
    '/v1/races/:leadId',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'The race of a lead, as it was', tags: ['race'], params: z.strictObject({ leadId: anId }) },
    },
    async (request) => {
      const { leadId } = request.params;
      const { role, subjectId } = speakerOf(request);
      const record =
        role === 'rep' && !deps.wasIn(leadId, subjectId)
          ? null
          : deps.record(leadId, role === 'rep' ? subjectId : undefined);
      if (record === null)
        throw new Problem(404, 'unknownLead', 'There is no such race, or you were not in it.', { field: 'leadId' });
      return record;
    },
  );
}
