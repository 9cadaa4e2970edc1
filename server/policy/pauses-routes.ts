/** A team's competition, paused and resumed (HEALTH-20). */
import { z } from 'zod';
import { newPause, nothing } from '../../client-sdk/protocol/http.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { PauseRow } from './pauses-store.ts';

export interface PausesRoutesDeps {
  /** The name of a manager who paused; null: an admin, or somebody who is not known. */
  nameOf(actor: string): string | null;
  /** Whether there is such a team, and whether this speaker may speak of it. */
  standing(team: string, speaker: Speaker): 'unknown' | 'foreign' | 'own';
  /** Newest first. */
  ofTeam(team: string): PauseRow[];
  live(team: string): PauseRow | undefined;
  pause(
    order: { team: string; days: number; reason: string },
    speaker: Speaker,
    idempotency: ReturnType<typeof idempotencyOf>,
  ): Promise<PauseRow | { refused: 'paused' }>;
  resume(team: string, speaker: Speaker): Promise<PauseRow | { refused: 'notPaused' }>;
}

const params = z.strictObject({ team: z.string().min(1).max(200) });
const iso = (ms: number) => new Date(ms).toISOString();

const viewWith = (nameOf: PausesRoutesDeps['nameOf']) => (row: PauseRow) => {
  const { id, team, startedAt, untilAt, reason, actor, endedAt, endedBy } = row;
  return {
    id,
    team,
    pausedAt: iso(startedAt),
    resumesAt: iso(untilAt),
    reason,
    by: actor,
    byName: nameOf(actor),
    resumedAt: endedAt === null ? null : iso(endedAt),
    resumedBy: endedBy,
  };
};

export function pausesRoutes(app: Http, deps: PausesRoutesDeps): void {
  const tags = ['policy'];
  const pauseView = viewWith(deps.nameOf);
  const teamOf = (request: { params: { team: string } }, speaker: Speaker): string => {
    const { team } = request.params;
    const standing = deps.standing(team, speaker);
    if (standing === 'foreign')
      throw new Problem(403, 'otherTeam', 'This is not one of your teams.', { field: 'team' });
    if (standing === 'unknown') throw new Problem(404, 'unknownTeam', 'There is no such team.', { field: 'team' });
    return team;
  };

  app.post(
    '/v1/teams/:team/pause',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: "Pause a team's competition: its leads go by turns for 14 days",
        tags,
        params,
        body: newPause,
      },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const { days, reason } = request.body;
      const order = { team: teamOf(request, speaker), days, reason };
      const paused = await deps.pause(order, speaker, idempotencyOf(request));
      if ('refused' in paused)
        throw new Problem(409, 'alreadyPaused', 'The team is paused already.', { field: 'team' });
      return reply.code(201).send(pauseView(paused));
    },
  );
  app.post(
    '/v1/teams/:team/resume',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: "Let a team's competition go on before its pause is over", tags, params, body: nothing },
    },
    async (request) => {
      const speaker = speakerOf(request);
      const resumed = await deps.resume(teamOf(request, speaker), speaker);
      if ('refused' in resumed) throw new Problem(409, 'notPaused', 'The team is not paused.', { field: 'team' });
      return pauseView(resumed);
    },
  );
  app.get(
    '/v1/teams/:team/pause',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: {
        summary: "Whether a team's competition is paused, until when and why, and every time it was",
        tags,
        params,
      },
    },
    async (request) => {
      const team = teamOf(request, speakerOf(request));
      const live = deps.live(team);
      return { team, pause: live === undefined ? null : pauseView(live), history: deps.ofTeam(team).map(pauseView) };
    },
  );
}
