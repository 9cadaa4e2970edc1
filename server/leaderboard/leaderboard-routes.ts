/** Boards and the personal card over HTTP. */
import { z } from 'zod';
import { boardMetric, boardPeriod } from '../../client-sdk/protocol/down.ts';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

export interface BoardQuery {
  metric: z.infer<typeof boardMetric>;
  period: z.infer<typeof boardPeriod>;
  top: number;
  team: string | undefined;
}

export interface SpeedBoardQuery {
  period: 'week' | 'month';
  day: string | undefined;
  top: number;
  team: string | undefined;
}

export function leaderboardRoutes(
  app: Http,
  deps: {
    board(query: BoardQuery, speaker: Speaker): unknown;
    /** Null: the policy has none. */
    speedBoard(query: SpeedBoardQuery, speaker: Speaker): object | null;
    card(repId: string): unknown;
  },
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
    '/v1/speed-board',
    {
      config: { allow: ['rep', 'manager', 'admin', 'screen'] },
      schema: {
        summary: 'Who answers leads fastest, in a week or a month, with the conversion beside it',
        tags: ['game'],
        querystring: z.strictObject({
          period: z.enum(['week', 'month']).default('week'),
          /** A day of the period; absent: today. */
          day: z.iso.date().optional(),
          top: z.coerce.number().int().min(1).max(100).default(10),
          team: z.string().min(1).max(200).optional(),
        }),
      },
    },
    async (request) => {
      const { period, day, top, team } = request.query;
      const board = deps.speedBoard({ period, day, top, team }, speakerOf(request));
      if (board === null) throw new Problem(404, 'speedBoardOff', 'The policy has no speed board.');
      return board;
    },
  );
  app.get(
    '/v1/me',
    { config: { allow: ['rep'] }, schema: { summary: 'Your own card', tags: ['game'] } },
    async (request) => deps.card(speakerOf(request).subjectId),
  );
}
