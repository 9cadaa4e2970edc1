/** What there is: managers, sources and screens, and how far the house is set up. */
import type { Http, Speaker } from '../platform/http.ts';
import { speakerOf } from '../platform/http.ts';
import type { ManagerRow, RepRow, ScreenRow, SourceRow, TokenRow } from './people-store.ts';

export interface SetupRoutesDeps {
  managers(): ManagerRow[];
  sources(): SourceRow[];
  screens(): ScreenRow[];
  reps(): RepRow[];
  tokens(): TokenRow[];
  lastUsedAt(tokenId: string): number | null;
  /** Null: all. */
  teamsOf(speaker: Speaker): string[] | null;
  /** Each team of the policy with its time zone; null: the company's. */
  zones(): Record<string, string | null>;
  leads(): { posted: boolean; won: boolean };
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const tags = ['people'];

export function setupRoutes(app: Http, deps: SetupRoutesDeps): void {
  /** The live token of each machine, the newest; one without any is gone. */
  const machines = (rows: { id: string; name: string; createdAt: number }[]) => {
    const tokenOf = new Map(deps.tokens().map(({ subjectId, id }) => [subjectId, id]));
    return rows.flatMap(({ id, name, createdAt }) => {
      const tokenId = tokenOf.get(id);
      if (tokenId === undefined) return [];
      return [{ id, name, tokenId, createdAt: iso(createdAt), lastUsedAt: iso(deps.lastUsedAt(tokenId)) }];
    });
  };

  app.get('/v1/managers', { config: { allow: ['admin'] }, schema: { summary: 'The managers', tags } }, async () => {
    const signedIn = new Set(deps.tokens().map(({ subjectId }) => subjectId));
    const items = deps.managers().map(({ id, name, email, teams, createdAt }) => ({
      id,
      name,
      email,
      teams: JSON.parse(teams) as string[],
      signedIn: signedIn.has(id),
      createdAt: iso(createdAt),
    }));
    return { items, nextCursor: null };
  });

  app.get(
    '/v1/sources',
    {
      config: { allow: ['admin'] },
      schema: { summary: 'The sources of leads that may post, without their keys', tags },
    },
    async () => ({ items: machines(deps.sources()), nextCursor: null }),
  );

  app.get(
    '/v1/screens',
    {
      config: { allow: ['admin', 'manager'] },
      schema: { summary: 'The connected screens, without their tokens', tags },
    },
    async () => ({ items: machines(deps.screens()), nextCursor: null }),
  );

  app.get(
    '/v1/setup',
    {
      config: { allow: ['admin', 'manager'] },
      schema: { summary: 'How far the house is set up, as its checklist; a manager sees the own teams', tags },
    },
    async (request) => {
      const speaker = speakerOf(request);
      const teams = deps.teamsOf(speaker);
      const isMine = (team: string | null) => teams === null || (team !== null && teams.includes(team));
      const active = deps.reps().filter(({ active, team }) => active && isMine(team));
      const signedIn = new Set(deps.tokens().map(({ subjectId }) => subjectId));
      const zones = deps.zones();
      const names = new Set([...Object.keys(zones), ...(teams ?? []), ...active.flatMap(({ team }) => team ?? [])]);
      const isAdmin = speaker.role === 'admin';
      return {
        role: speaker.role,
        teams: [...names]
          .filter(isMine)
          .sort()
          .map((name) => ({
            name,
            timeZone: zones[name] ?? null,
            reps: active.filter(({ team }) => team === name).length,
          })),
        reps: { active: active.length, signedIn: active.filter(({ id }) => signedIn.has(id)).length },
        managers: isAdmin ? deps.managers().length : null,
        sources: isAdmin ? machines(deps.sources()).length : null,
        screens: machines(deps.screens()).length,
        leads: deps.leads(),
      };
    },
  );
}
