/** A rep's phone is lost, or a rep leaves: what a manager does at once. */
import { z } from 'zod';
import { newHandover, nothing } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

type Idempotency = ReturnType<typeof idempotencyOf>;

export interface LeavingRoutesDeps {
  /** Undefined: no such rep. */
  teamOf(repId: string): { team: string | null } | undefined;
  mayManage(speaker: Speaker, team: string | null): boolean;
  lockOut(
    repId: string,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ secret: string; expiresAtMs: number; ended: number }>;
  handOver(
    order: { repId: string; toRepId: string | null; reason: string; leaves: boolean },
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ handedOn: number; left: { leadId: string; code: string }[] } | { refused: string }>;
  inviteUrl(secret: string): string;
}

const params = z.strictObject({ id: anId });
const tags = ['people'];
const unknown = (field: string) => new Problem(404, 'unknownRep', 'There is no such rep.', { field });

export function leavingRoutes(app: Http, deps: LeavingRoutesDeps): void {
  function check(speaker: Speaker, repId: string, field: string): void {
    const rep = deps.teamOf(repId);
    if (rep === undefined) throw unknown(field);
    if (!deps.mayManage(speaker, rep.team))
      throw new Problem(403, 'otherTeam', 'This is not one of your teams.', { field });
  }

  app.post(
    '/v1/reps/:id/lockouts',
    {
      config: { allow: ['admin', 'manager'] },
      schema: { summary: 'A lost phone: every sign-in of a rep ends, and a new invite', tags, params, body: nothing },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const { id } = request.params;
      check(speaker, id, 'id');
      const { secret, expiresAtMs, ended } = await deps.lockOut(id, speaker, idempotencyOf(request));
      const expiresAt = new Date(expiresAtMs).toISOString();
      return reply.code(201).send({ url: deps.inviteUrl(secret), expiresAt, ended });
    },
  );

  app.post(
    '/v1/reps/:id/handovers',
    {
      config: { allow: ['admin', 'manager'] },
      schema: {
        summary: "Hand all of a rep's open leads on, to a colleague or back into the race; a leaver is active no more",
        tags,
        params,
        body: newHandover,
      },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const { id: repId } = request.params;
      const { toRepId, reason, leaves = false } = request.body;
      check(speaker, repId, 'id');
      if (toRepId !== null) check(speaker, toRepId, 'toRepId');
      const done = await deps.handOver({ repId, toRepId, reason, leaves }, speaker, idempotencyOf(request));
      if ('refused' in done)
        throw new Problem(409, done.refused, 'Leads go to another rep who is active.', { field: 'toRepId' });
      return reply.code(201).send(done);
    },
  );
}
