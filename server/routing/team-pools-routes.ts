/** Team pools over HTTP (DIST-08, DIST-09): what stands in one, and who has worked how much of it. */
import { z } from 'zod';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

export interface TeamPoolsRoutesDeps {
  /** Whether this speaker is of the pool's team, or manages it. */
  maySee(pool: string, speaker: Speaker): boolean;
  view(pool: string): object | null;
  contributions(pool: string, span: { fromMs: number; untilMs: number }): object | null;
  nowMs(): number;
}

const tags = ['routing'];
const params = z.strictObject({ pool: z.string().min(1).max(200) });
const moment = z.iso.datetime({ offset: true });
const span = z.strictObject({ from: moment.optional(), until: moment.optional() });
const DAYS_30_MS = 30 * 86_400_000;

export function teamPoolsRoutes(app: Http, deps: TeamPoolsRoutesDeps): void {
  const unknown = () => new Problem(404, 'unknownPool', 'There is no such team pool.', { field: 'pool' });
  const allow = ['rep', 'manager', 'admin'] as const;

  app.get(
    '/v1/team-pools/:pool/leads',
    {
      config: { allow: [...allow] },
      schema: { summary: 'Leads that stand in a team pool, the oldest first, with their age', tags, params },
    },
    async (request) => {
      const { pool } = request.params;
      const shown = deps.maySee(pool, speakerOf(request)) ? deps.view(pool) : null;
      if (shown === null) throw unknown();
      return shown;
    },
  );

  app.get(
    '/v1/team-pools/:pool/contributions',
    {
      config: { allow: [...allow] },
      schema: {
        summary: 'Who worked how many of the leads that came into a team pool; the last 30 days unless said',
        tags,
        params,
        querystring: span,
      },
    },
    async (request) => {
      const { pool } = request.params;
      const untilMs = request.query.until === undefined ? deps.nowMs() + 1 : Date.parse(request.query.until);
      const fromMs = request.query.from === undefined ? untilMs - DAYS_30_MS : Date.parse(request.query.from);
      const shown = deps.maySee(pool, speakerOf(request)) ? deps.contributions(pool, { fromMs, untilMs }) : null;
      if (shown === null) throw unknown();
      return shown;
    },
  );
}
