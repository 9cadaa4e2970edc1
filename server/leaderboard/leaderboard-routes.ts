/** Boards and the personal card over HTTP. */
import { z } from 'zod';
import { boardMetric, boardPeriod } from '../../client-sdk/protocol/down.ts';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';

export interface BoardQuery {
  metric: z.infer<typeof boardMetric>;
  period: z.infer<typeof boardPeriod>;
  top: number;
  team: string | undefined;
}

export function leaderboardRoutes(
  app: Http,
  deps: { board(query: BoardQuery, speaker: Speaker): unknown; card(repId: string): unknown },
): void {
  app.get(
    '/v1/leaderboards/:metric',
    {
      config: { allow: ['rep', 'manager', 'admin', 'screen'] },
      schema: {
        summary: 'A leaderboard as it stands',
        tags: ['game'],
        params: z.strictObject({ metric: boardMetric }),
        querystring: z.strictObject({
          period: boardPeriod.default('week'),
          top: z.coerce.number().int().min(1).max(100).default(10),
          team: z.string().min(1).max(200).optional(),
        }),
      },
    },
    async (request) =>
      deps.board({ ...request.query, team: request.query.team, metric: request.params.metric }, speakerOf(request)),
  );
  app.get(
    '/v1/me',
    { config: { allow: ['rep'] }, schema: { summary: 'Your own card', tags: ['game'] } },
    async (request) => deps.card(speakerOf(request).subjectId),
  );
}
