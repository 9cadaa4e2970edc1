/** Tiers over HTTP: a computation by hand, a rep's history, and how many moved lately. */
import { z } from 'zod';
import { newTierComputation } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { TierDecision } from './tier-rules.ts';
import type { TierRow } from './tiers-store.ts';

export interface TiersRoutesDeps {
  /** `team` undefined: every team the speaker may manage. */
  compute(
    order: { team: string | undefined; dryRun: boolean },
    speaker: Speaker,
    idempotency: ReturnType<typeof idempotencyOf>,
  ): Promise<{
    moves: { repId: string; from: number; tier: number }[];
    decided: { decision: TierDecision; team: string | null; week: string }[];
    at: number;
  }>;
  /** Whether the speaker may read this rep's tiers. */
  maySee(repId: string, speaker: Speaker): boolean;
  /** Whether the speaker manages this team; undefined: any. */
  manages(team: string, speaker: Speaker): boolean;
  history(repId: string, page: { before?: number | undefined; limit: number }): TierRow[];
  /** COMP-26, over the speaker's reps. */
  persistence(team: string | undefined, speaker: Speaker): { weeks: number; reps: number; changed: number };
}

const tags = ['tiers'];
const iso = (ms: number) => new Date(ms).toISOString();

/** One entry of a rep's history, as anybody who may see it reads it. */
export function tierEntry({ id, at, cause, week, team, tier, fromTier, reason, actor, figures }: TierRow) {
  return {
    id,
    at: iso(at),
    cause,
    week,
    team,
    tier,
    from: fromTier,
    reason,
    actor,
    figures: figures === null ? null : (JSON.parse(figures) as TierDecision['figures']),
  };
}

export function tiersRoutes(app: Http, deps: TiersRoutesDeps): void {
  const checkTeam = (team: string | undefined, speaker: Speaker) => {
    if (team === undefined || deps.manages(team, speaker)) return;
    throw new Problem(403, 'otherTeam', 'This is not one of your teams.', { field: 'team' });
  };

  app.post(
    '/v1/tiers/computations',
    {
      config: { allow: ['admin', 'manager'] },
      schema: {
        summary: 'Compute tiers now, over the last four weeks; a dry run shows what would change',
        tags,
        body: newTierComputation,
      },
    },
    async (request, reply) => {
      const { team, dryRun = false } = request.body ?? {};
      const speaker = speakerOf(request);
      checkTeam(team, speaker);
      const { moves, decided, at } = await deps.compute({ team, dryRun }, speaker, idempotencyOf(request));
      const from = new Map(moves.map((move) => [move.repId, move.from]));
      const reps = decided.map(({ decision: { repId, tier, reason, figures }, team: of, week }) => ({
        repId,
        team: of,
        week,
        tier,
        from: from.get(repId) ?? tier,
        reason,
        figures,
      }));
      return reply.code(dryRun ? 200 : 201).send({ dryRun, at: iso(at), moved: moves.length, reps });
    },
  );

  app.get(
    '/v1/reps/:id/tiers',
    {
      config: { allow: ['admin', 'manager', 'rep'] },
      schema: {
        summary: 'The tiers a rep was given, the newest first, with the figures or the author',
        tags,
        params: z.strictObject({ id: anId }),
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          cursor: z.coerce.number().int().min(1).optional(),
        }),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { limit, cursor } = request.query;
      if (!deps.maySee(id, speakerOf(request)))
        throw new Problem(404, 'unknownRep', 'There is no such rep.', { field: 'id' });
      const rows = deps.history(id, { before: cursor, limit: limit + 1 });
      const items = rows.slice(0, limit).map(tierEntry);
      return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.id) : null };
    },
  );

  app.get(
    '/v1/tiers/persistence',
    {
      config: { allow: ['admin', 'manager'] },
      schema: {
        summary: 'How many reps changed tier in the last four weeks',
        tags,
        querystring: z.strictObject({ team: z.string().min(1).max(200).optional() }),
      },
    },
    async (request) => {
      const speaker = speakerOf(request);
      checkTeam(request.query.team, speaker);
      const { weeks, reps, changed } = deps.persistence(request.query.team, speaker);
      return { team: request.query.team ?? null, weeks, reps, changed, share: reps === 0 ? null : changed / reps };
    },
  );
}
