/** Reps, managers, screens, sources, their tokens and invites. A secret is in one answer and nowhere else. */
import { z } from 'zod';
import {
  newManager,
  newNamed,
  newRep,
  newSession,
  newToken,
  nothing,
  ownStatus,
  repPatch,
} from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { OFFER_MEMBERS_MAX } from '../claims/limits.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import { hashSecret } from './people.ts';
import type { RepRow } from './people-store.ts';
import { type Present, type Protection, repView } from './rep-view.ts';

type Idempotency = ReturnType<typeof idempotencyOf>;
type Subject = 'rep' | 'manager';

export interface PeopleRoutesDeps {
  addRep(
    rep: z.infer<typeof newRep>,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ rep: RepRow } | { refused: string }>;
  changeRep(
    repId: string,
    patch: z.infer<typeof repPatch>,
    speaker: Speaker,
    idempotency?: Idempotency,
  ): Promise<{ rep: RepRow } | { refused: string }>;
  rep(id: string): RepRow | undefined;
  reps(): RepRow[];
  /** One function a request: it looks at all tokens once. */
  presentOf(): (rep: RepRow) => Present;
  /** Where a newcomer stands, and what was granted to a rep; null: it is none, nothing was. */
  protection(rep: RepRow): Protection;
  managerTeams(id: string): string[] | undefined;
  addManager(
    manager: z.infer<typeof newManager>,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ id: string } | { refused: string }>;
  addMachine(
    kind: 'source' | 'screen',
    name: string,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ id: string; tokenId: string; secret: string }>;
  addToken(
    role: Subject,
    subjectId: string,
    ttlSeconds: number | undefined,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ id: string; secret: string; expiresAtMs: number | null }>;
  addInvite(
    role: Subject,
    subjectId: string,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ secret: string; expiresAtMs: number }>;
  openSession(
    invite: string,
    idempotency: Idempotency,
  ): Promise<
    { tokenId: string; secret: string; role: string; subjectId: string; expiresAtMs: number } | { refused: string }
  >;
  /** The live tokens of somebody, oldest first. */
  tokensOf(subjectId: string): {
    tokenId: string;
    createdAtMs: number;
    expiresAtMs: number | null;
    renews: boolean;
    lastUsedAtMs: number | null;
  }[];
  tokenTeam(tokenId: string): { found: boolean; team: string | null; role: string };
  /** What a new source may sign its posts with, instead of showing its key. */
  signingSecret(sourceId: string): string;
  revokeToken(tokenId: string, speaker: Speaker): Promise<void>;
  /** The teams this speaker may manage; null: all. */
  teamsOf(speaker: Speaker): string[] | null;
  inviteUrl(role: Subject, secret: string): string;
}

const iso = (ms: number) => new Date(ms).toISOString();
const params = z.strictObject({ id: anId });
const list = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: anId.optional(),
  team: z.string().max(200).optional(),
  /** Part of a name or an e-mail. */
  q: z.string().max(200).optional(),
});
const tags = ['people'];

export function peopleRoutes(app: Http, deps: PeopleRoutesDeps): void {
  repRoutes(app, deps);
  credentialRoutes(app, deps);
  machineRoutes(app, deps);
}

function notFound(what: string): Problem {
  return new Problem(404, `unknown${what}`, `There is no such ${what.toLowerCase()}.`, { field: 'id' });
}

/** A manager manages the own teams alone. */
function checkTeam(deps: PeopleRoutesDeps, speaker: Speaker, team: string | null, field: string): void {
  const teams = deps.teamsOf(speaker);
  if (teams === null || (team !== null && teams.includes(team))) return;
  throw new Problem(403, 'otherTeam', 'This is not one of your teams.', { field });
}

/** Of a manager's decision: what only the policy and the clock can tell to be wrong. */
const WRONG: Record<string, { field: string; message: string } | undefined> = {
  untilOutOfRange: { field: 'protectedAllocation.until', message: 'must lie ahead, by a year at most' },
  unknownTask: { field: 'onboardingTask.item', message: 'is not on this list of the policy' },
};

function answered<T extends object>(result: T | { refused: string }): T {
  if (!('refused' in result)) return result;
  if (result.refused === 'emailTaken')
    throw new Problem(409, 'emailTaken', "email: is somebody else's", { field: 'email' });
  if (result.refused === 'inviteInvalid')
    throw new Problem(401, 'inviteInvalid', 'This invite was used, has expired, or never was one.', {
      field: 'invite',
    });
  if (result.refused === 'tooManyReps')
    throw new Problem(409, 'tooManyReps', `active: at most ${OFFER_MEMBERS_MAX} reps may be active at a time`, {
      field: 'active',
      max: OFFER_MEMBERS_MAX,
    });
  const error = WRONG[result.refused];
  if (error !== undefined)
    throw new Problem(400, 'validation', `${error.field}: ${error.message}`, { field: error.field, errors: [error] });
  throw notFound('Rep');
}

function repRoutes(app: Http, deps: PeopleRoutesDeps): void {
  const viewed = (rep: RepRow, present = deps.presentOf()) => repView(rep, present(rep), deps.protection(rep));
  app.post(
    '/v1/reps',
    { config: { allow: ['admin', 'manager'] }, schema: { summary: 'Add a rep', tags, body: newRep } },
    async (request, reply) => {
      const speaker = speakerOf(request);
      checkTeam(deps, speaker, request.body.team ?? null, 'team');
      const { rep } = answered(await deps.addRep(request.body, speaker, idempotencyOf(request)));
      return reply.code(201).send(viewed(rep));
    },
  );

  app.get(
    '/v1/reps',
    { config: { allow: ['admin', 'manager'] }, schema: { summary: 'Your reps', tags, querystring: list } },
    async (request) => {
      const teams = deps.teamsOf(speakerOf(request));
      const { limit, cursor, team: ofTeam, q = '' } = request.query;
      const part = q.trim().toLowerCase();
      const seen = deps
        .reps()
        .filter(({ team }) => teams === null || (team !== null && teams.includes(team)))
        .filter(({ team }) => ofTeam === undefined || team === ofTeam)
        .filter(({ name, email }) => part === '' || `${name}\n${email}`.toLowerCase().includes(part))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .filter(({ id }) => cursor === undefined || id > cursor);
      const present = deps.presentOf();
      const items = seen.slice(0, limit).map((rep) => viewed(rep, present));
      return { items, nextCursor: seen.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  );

  app.patch(
    '/v1/reps/:id',
    { config: { allow: ['admin', 'manager'] }, schema: { summary: 'Change a rep', tags, params, body: repPatch } },
    async (request) => {
      const speaker = speakerOf(request);
      const { id } = request.params;
      const held = deps.rep(id);
      if (held === undefined) throw notFound('Rep');
      checkTeam(deps, speaker, held.team, 'id');
      if (request.body.team !== undefined) checkTeam(deps, speaker, request.body.team, 'team');
      return viewed(answered(await deps.changeRep(id, request.body, speaker)).rep);
    },
  );

  app.post(
    '/v1/me/status',
    { config: { allow: ['rep'] }, schema: { summary: 'Go on a break, or be ready again', tags, body: ownStatus } },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const { status } = request.body;
      answered(await deps.changeRep(speaker.subjectId, { status }, speaker, idempotencyOf(request)));
      return reply.code(201).send({ status });
    },
  );

  app.post(
    '/v1/managers',
    { config: { allow: ['admin'] }, schema: { summary: 'Add a manager', tags, body: newManager } },
    async (request, reply) => {
      const { id } = answered(await deps.addManager(request.body, speakerOf(request), idempotencyOf(request)));
      const { name, email, teams } = request.body;
      return reply.code(201).send({ id, name, email, teams });
    },
  );
}

function credentialRoutes(app: Http, deps: PeopleRoutesDeps): void {
  const exists = (role: Subject, id: string) =>
    role === 'rep' ? deps.rep(id) !== undefined : deps.managerTeams(id) !== undefined;

  function checkSubject(role: Subject, id: string, speaker: Speaker): void {
    if (role === 'rep') checkTeam(deps, speaker, deps.rep(id)?.team ?? null, 'id');
    else for (const team of deps.managerTeams(id) ?? []) checkTeam(deps, speaker, team, 'id');
  }

  for (const role of ['rep', 'manager'] as const) {
    const what = role === 'rep' ? 'Rep' : 'Manager';
    app.post(
      `/v1/${role}s/:id/tokens`,
      { config: { allow: ['admin'] }, schema: { summary: `A token for a ${role}`, tags, params, body: newToken } },
      async (request, reply) => {
        const { id } = request.params;
        if (!exists(role, id)) throw notFound(what);
        const token = await deps.addToken(
          role,
          id,
          request.body?.ttlSeconds,
          speakerOf(request),
          idempotencyOf(request),
        );
        const expiresAt = token.expiresAtMs === null ? null : iso(token.expiresAtMs);
        return reply.code(201).send({ tokenId: token.id, token: token.secret, expiresAt });
      },
    );

    app.get(
      `/v1/${role}s/:id/tokens`,
      {
        config: { allow: ['admin', 'manager'] },
        schema: { summary: `The live tokens of a ${role}, without the tokens themselves`, tags, params },
      },
      async (request) => {
        const { id } = request.params;
        if (!exists(role, id)) throw notFound(what);
        checkSubject(role, id, speakerOf(request));
        const items = deps.tokensOf(id).map(({ createdAtMs, expiresAtMs, lastUsedAtMs, ...token }) => ({
          ...token,
          createdAt: iso(createdAtMs),
          expiresAt: expiresAtMs === null ? null : iso(expiresAtMs),
          lastUsedAt: lastUsedAtMs === null ? null : iso(lastUsedAtMs),
        }));
        return { items, nextCursor: null };
      },
    );

    app.post(
      `/v1/${role}s/:id/invites`,
      {
        config: { allow: ['admin', 'manager'] },
        schema: { summary: `An invite for a ${role}: single use, 24 h`, tags, params, body: nothing },
      },
      async (request, reply) => {
        const { id } = request.params;
        const speaker = speakerOf(request);
        if (!exists(role, id)) throw notFound(what);
        checkSubject(role, id, speaker);
        const invite = await deps.addInvite(role, id, speaker, idempotencyOf(request));
        return reply.code(201).send({ url: deps.inviteUrl(role, invite.secret), expiresAt: iso(invite.expiresAtMs) });
      },
    );
  }

  app.post(
    '/v1/sessions',
    {
      config: { limit: 'signIn' },
      schema: { summary: 'Open a device session with an invite', tags, body: newSession },
    },
    async (request, reply) => {
      const { invite } = request.body;
      // Nobody is signed in yet: the key is the invite's, so that a lost answer does not lose the invite.
      const idempotency = idempotencyOf(request, `invite:${hashSecret(invite)}`);
      const session = answered(await deps.openSession(invite, idempotency));
      const { tokenId, role, subjectId, secret, expiresAtMs } = session;
      return reply.code(201).send({ tokenId, token: secret, role, id: subjectId, expiresAt: iso(expiresAtMs) });
    },
  );

  app.delete(
    '/v1/tokens/:id',
    { config: { allow: ['admin', 'manager'] }, schema: { summary: 'Revoke a token at once', tags, params } },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const token = deps.tokenTeam(request.params.id);
      if (!token.found) throw notFound('Token');
      if (speaker.role === 'manager' && token.role !== 'rep')
        throw new Problem(403, 'forbidden', 'Only an admin may revoke this token.');
      checkTeam(deps, speaker, token.team, 'id');
      await deps.revokeToken(request.params.id, speaker);
      return reply.code(204).send();
    },
  );
}

function machineRoutes(app: Http, deps: PeopleRoutesDeps): void {
  app.post(
    '/v1/screens',
    {
      config: { allow: ['admin', 'manager'] },
      schema: { summary: 'Add a screen with its read-only token', tags, body: newNamed },
    },
    async (request, reply) => {
      const { id, tokenId, secret } = await deps.addMachine(
        'screen',
        request.body.name,
        speakerOf(request),
        idempotencyOf(request),
      );
      return reply.code(201).send({ id, name: request.body.name, tokenId, token: secret });
    },
  );
  app.post(
    '/v1/sources',
    { config: { allow: ['admin'] }, schema: { summary: 'Add a source of leads with its key', tags, body: newNamed } },
    async (request, reply) => {
      const { id, tokenId, secret } = await deps.addMachine(
        'source',
        request.body.name,
        speakerOf(request),
        idempotencyOf(request),
      );
      const signingSecret = deps.signingSecret(id);
      return reply.code(201).send({ id, name: request.body.name, tokenId, key: secret, signingSecret });
    },
  );
}
