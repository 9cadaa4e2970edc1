/** The schedule of priority windows over HTTP (FAIR-10). */
import { z } from 'zod';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

export interface PriorityWindowsRoutesDeps {
  /** Null: this is none of the speaker's teams. */
  schedule(asked: { day: string | undefined; team: string | undefined }, speaker: Speaker): unknown[] | null;
}

export function priorityWindowsRoutes(app: Http, deps: PriorityWindowsRoutesDeps): void {
  app.get(
    '/v1/priority-windows',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: {
        summary: 'Who sees new leads first, and when: the priority windows of your team on a day',
        tags: ['fairness'],
        querystring: z.strictObject({
          day: z.iso.date().optional(),
          team: z.string().min(1).max(200).optional(),
        }),
      },
    },
    async (request) => {
      const items = deps.schedule({ day: request.query.day, team: request.query.team }, speakerOf(request));
      if (items === null) throw new Problem(403, 'otherTeam', 'This is not one of your teams.', { field: 'team' });
      return { items, nextCursor: null };
    },
  );
}
