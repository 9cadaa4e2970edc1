/** Closed months over HTTP: a rep's own history, and for managers who needs a talk (COMP-36, COMP-37). */
import { z } from 'zod';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { QuotaMonthRow } from './quota-store.ts';

export interface QuotaRoutesDeps {
  /** Whether the speaker may read this rep's months. */
  maySee(repId: string, speaker: Speaker): boolean;
  history(repId: string, page: { before?: string | undefined; limit: number }): QuotaMonthRow[];
  ofMonth(month: string): QuotaMonthRow[];
  lastMonth(): string | undefined;
}

const tags = ['quota'];
const yesOrNo = z.enum(['true', 'false']).optional();
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'is not a month such as 2026-11');

function monthView({ id: _, at, spiral, ...row }: QuotaMonthRow) {
  const fell = spiral === null ? null : (JSON.parse(spiral) as number[]);
  return { ...row, spiral: fell, at: new Date(at).toISOString() };
}

export function quotaRoutes(app: Http, deps: QuotaRoutesDeps): void {
  app.get(
    '/v1/reps/:id/quota-months',
    {
      config: { allow: ['admin', 'manager', 'rep'] },
      schema: {
        summary: "A rep's closed months, the newest first: revenue, attainment and the leads a week it opened",
        tags,
        params: z.strictObject({ id: anId }),
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          cursor: month.optional(),
        }),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { limit, cursor } = request.query;
      if (!deps.maySee(id, speakerOf(request)))
        throw new Problem(404, 'unknownRep', 'There is no such rep.', { field: 'id' });
      const rows = deps.history(id, { before: cursor, limit: limit + 1 });
      const items = rows.slice(0, limit).map(monthView);
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.month ?? null) : null };
    },
  );

  app.get(
    '/v1/quota-months',
    {
      config: { allow: ['admin', 'manager'] },
      schema: {
        summary:
          'One closed month of your reps; `coaching=true`: those who crossed down a band; `spiral=true`: those who fall further in the lowest one',
        tags,
        querystring: z.strictObject({ month: month.optional(), coaching: yesOrNo, spiral: yesOrNo }),
      },
    },
    async (request) => {
      const speaker = speakerOf(request);
      const asked = request.query.month ?? deps.lastMonth();
      const rows = asked === undefined ? [] : deps.ofMonth(asked);
      const { coaching: talks, spiral: spirals } = request.query;
      const items = rows
        .filter(({ repId }) => deps.maySee(repId, speaker))
        .filter(({ coaching }) => talks === undefined || String(coaching) === talks)
        .filter(({ spiral }) => spirals === undefined || String(spiral !== null) === spirals)
        .map(monthView);
      return { month: asked ?? null, items, nextCursor: null };
    },
  );
}
