/** Which leads a list is of: the newest first, of one state, one owner, the owners of one team, or by their company. */
import type { LeadRow } from '../leads/leads-store.ts';
import type { World } from './world.ts';

export interface LeadsAsked {
  cursor?: string | undefined;
  limit: number;
  status?: LeadRow['status'] | undefined;
  repId?: string | undefined;
  team?: string | undefined;
  company?: string | undefined;
}

/** The newest leads that a list of one rep is made of. */
const OWNED_MAX = 1000;
/** The same of a whole team, shared among its reps. */
const OWNED_BY_TEAM_MAX = 10_000;

/** @param among the leads that the reader may see at all; undefined: whichever `view` shows */
export function leadsListed(
  world: World,
  { cursor, limit, status, repId, team, company }: LeadsAsked,
  among: readonly string[] | undefined,
): { ids: string[]; nextCursor: string | null } {
  const owners = ownersAsked(world, repId, team);
  const owned = owners?.flatMap((id) =>
    world.owners.leadsOf(id, Math.min(OWNED_MAX, Math.ceil(OWNED_BY_TEAM_MAX / owners.length))),
  );
  const ofOwners = owned?.map(({ leadId }) => leadId);
  const ids = ofOwners === undefined || among === undefined ? (ofOwners ?? among) : ofOwners.filter(isIn(among));
  const rows = world.leads.page({
    limit: limit + 1,
    ...(ids && { ids: [...ids] }),
    ...(status && { status }),
    ...(company && { company }),
    ...(cursor && { before: cursor }),
  });
  return {
    ids: rows.slice(0, limit).map(({ id }) => id),
    nextCursor: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null,
  };
}

/** Undefined: whoever owns them, and those that nobody owns. */
function ownersAsked(world: World, repId: string | undefined, team: string | undefined): string[] | undefined {
  if (team === undefined) return repId === undefined ? undefined : [repId];
  const members = world.directory.reps().filter((rep) => rep.team === team);
  return members.map(({ id }) => id).filter((id) => repId === undefined || id === repId);
}

function isIn(ids: readonly string[]): (id: string) => boolean {
  const known = new Set(ids);
  return (id) => known.has(id);
}
