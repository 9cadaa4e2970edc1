/**
 * What must hold of leads that are handed out by rule, whatever else happens: told from the file alone, while an
 * assignment is written and after each step.
 */
import type { AssignArgs, AssignResult } from '../../server/flow/transactions/owning.ts';
import type { Game } from './game.ts';
import type { SimDisk } from './sim-disk.ts';

/**
 * A rule is planned by the document of its moment and comes on file a while later: one that was set in between, or was on
 * its way to the disk just then, may not have been known to it.
 */
const PLANNED_WITHIN_MS = 15_000;

/** What a rep holds and has not finished. */
const HELD = `
  SELECT count(*) AS held FROM ownerships w JOIN leads l ON l.id = w.lead_id
  WHERE w.rep_id = ? AND w.ended_at IS NULL AND coalesce(l.stage, '') NOT IN ('won', 'lost', 'disqualified')`;

const MOST = `document ->> '$.competition.maxOpenLeads' AS most`;
const OF_OFFER = `SELECT ${MOST} FROM policies WHERE version = (SELECT policy_version FROM offers WHERE id = ?)`;
const IN_FORCE = `
  SELECT ${MOST} FROM policies WHERE effective_at <= ? AND version >= (
    SELECT coalesce(max(version), 0) FROM policies WHERE effective_at <= ?)`;

/** Right after an assignment was written, in its transaction: nobody is given more than may be held (ROUTE-11). */
export function hasRoom(game: Game, args: AssignArgs, result: AssignResult): void {
  if ('refused' in result || args.via !== 'rotation' || args.method === 'accountOwner') return;
  const most = mostOpenLeads(game.disk, args);
  const { held } = game.disk.first<{ held: number }>(HELD, args.repId)!;
  if (held > most)
    game.violate(`a rule (${args.method}) gives ${args.repId} its ${held}. open lead, ${most} are allowed`);
}

/** By the document that counts: what nobody claimed goes by that of its offer, all else by those of the moment. */
function mostOpenLeads(disk: SimDisk, { method, closes, at }: AssignArgs): number {
  const rows =
    method === 'unclaimed'
      ? disk.all<{ most: number | null }>(OF_OFFER, closes?.offerId ?? '')
      : disk.all<{ most: number | null }>(IN_FORCE, at, at - PLANNED_WITHIN_MS);
  if (rows.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(...rows.map(({ most }) => most ?? Number.POSITIVE_INFINITY));
}

const PAUSED = 'SELECT 1 FROM team_pauses WHERE ended_at IS NULL';

/** Once what was open has been withdrawn, nobody of a paused team is in anything that is open (HEALTH-20). */
const STILL_RACING = `
  SELECT f.id AS offerId, r.id AS repId, p.team FROM team_pauses p JOIN reps r ON r.team = p.team
  JOIN offers f ON f.state = 'open'
  WHERE p.ended_at IS NULL AND p.until_at > ?
    AND NOT EXISTS (SELECT 1 FROM deadlines t WHERE t.kind = 'pauseSweeps' AND t.subject_id = p.id)
    AND (EXISTS (SELECT 1 FROM offer_admissions a WHERE a.offer_id = f.id AND a.rep_id = r.id)
      OR EXISTS (SELECT 1 FROM offer_lanes n JOIN json_each(n.reps) j WHERE n.offer_id = f.id AND j.value = r.num))`;

export function pausedTeamsRest(game: Game): void {
  const { disk, server } = game;
  if (server?.state !== 'serving' || disk.first(PAUSED) === undefined) return;
  const nowMs = server.house.world.arbiter.nearlyNow();
  for (const row of disk.all<{ offerId: string; repId: string; team: string }>(STILL_RACING, nowMs)) {
    game.violate(`${row.team} is paused, and ${row.repId} is in the open offer ${row.offerId}`);
  }
}

const WAYS = `
  SELECT coalesce(method, via) AS way, count(*) AS times FROM ownerships WHERE via <> 'claim' GROUP BY 1
  UNION ALL SELECT method, count(*) FROM offers GROUP BY 1`;

/** At the end: how the leads of this company were handed out. */
export function coverWays(game: Game): void {
  for (const { way, times } of game.disk.all<{ way: string; times: number }>(WAYS)) game.cover(`by ${way}`, times);
}
