/** Binds the edges of the rules that share leads out: who is offered what, when, and what that looks like ahead. */
import { explanationRoutes } from './distribution/explanation-routes.ts';
import { liveRoutes } from './distribution/live-routes.ts';
import { priorityWindowsRoutes } from './distribution/priority-windows-routes.ts';
import type { EdgeDeps } from './edges.ts';
import { complaintsRoutes } from './fairness/complaints-routes.ts';
import { safeguardsRoutes } from './fairness/safeguards-routes.ts';
import { isTeamsLead } from './flow/claim-record.ts';
import { complaintAudit, complaintCounts, complaintView } from './flow/complaining.ts';
import { explanation } from './flow/explaining.ts';
import { offersInFlight, uncontacted } from './flow/live.ts';
import { prioritySchedule } from './flow/priority-windows.ts';
import { firedBetween } from './flow/safeguards.ts';
import type { World } from './flow/world.ts';
import { newId } from './kernel/ids.ts';
import { actorOf } from './people/people.ts';
import type { Http, Speaker } from './platform/http.ts';
import { stored } from './stored.ts';

/** Whether a team is this manager's business. */
function ownTeams({ directory }: World, speaker: Speaker): (team: string | null) => boolean {
  const teams = directory.teamsOf(speaker);
  return (team) => teams === null || (team !== null && teams.includes(team));
}

export function bindFairness(app: Http, { house }: EdgeDeps): void {
  const { world } = house;
  const { directory } = world;

  /** The teams whose schedule this speaker may see, `null` among them for reps of none; null: all. */
  function teamsSeen(speaker: Speaker): (string | null)[] | null {
    if (speaker.role !== 'rep') return directory.teamsOf(speaker);
    return [directory.rep(speaker.subjectId)?.team ?? null];
  }

  explanationRoutes(app, {
    explain(leadId, { language, ...page }, speaker) {
      if (!isTeamsLead(world, leadId, directory.teamsOf(speaker))) return null;
      const forRep = speaker.role === 'rep' ? speaker.subjectId : null;
      return explanation(world, { leadId, forRep, language: language ?? directory.language(speaker), ...page });
    },
  });

  safeguardsRoutes(app, {
    fired: (span, speaker) => firedBetween(world, { ...span, includes: ownTeams(world, speaker) }),
    nowMs: () => world.clock.nowMs(),
  });

  priorityWindowsRoutes(app, {
    schedule({ day, team }, speaker) {
      const seen = teamsSeen(speaker);
      if (team !== undefined && seen !== null && !seen.includes(team)) return null;
      return prioritySchedule(world, {
        day,
        teams: team === undefined ? seen : [team],
        names: speaker.role !== 'rep',
      });
    },
  });
}

/** What managers watch (DASH-08). */
export function bindLive(app: Http, { house: { world } }: EdgeDeps): void {
  liveRoutes(app, {
    offers: (speaker, page) => offersInFlight(world, { includes: ownTeams(world, speaker), ...page }),
    uncontacted: (speaker, page) => uncontacted(world, { includes: ownTeams(world, speaker), ...page }),
  });
}

/** Complaints (FAIR-22). */
export function bindComplaints(app: Http, { house }: EdgeDeps): void {
  const { world } = house;
  const { directory } = world;

  /** Whose this speaker may see; null: everybody's. */
  function repsSeen(speaker: Speaker): string[] | null {
    if (speaker.role === 'rep') return [speaker.subjectId];
    const teams = directory.teamsOf(speaker);
    if (teams === null) return null;
    const own = directory.reps().filter(({ team }) => team !== null && teams.includes(team));
    return own.map(({ id }) => id);
  }
  function seen(id: string, speaker: Speaker) {
    const row = world.complaints.find(id);
    return row !== undefined && repsSeen(speaker)?.includes(row.repId) !== false ? row : null;
  }
  function view(id: string) {
    const row = world.complaints.find(id);
    if (row === undefined) throw new Error('a complaint is not where it was just written');
    return complaintView(world, row);
  }

  complaintsRoutes(app, {
    async make({ text, ...made }, idempotency) {
      if (made.leadId !== null && world.leads.row(made.leadId) === undefined) return { refused: 'unknownLead' };
      const at = await stored(world.arbiter.now());
      const row = { id: newId('cmp', at, world.random), ...made, at, answeredAt: null, answeredBy: null };
      const { result } = await stored(world.ledger.write('makeComplaint', { row, text }, idempotency));
      return view(result.id);
    },
    list(speaker, query) {
      const repIds = repsSeen(speaker);
      const rows = world.complaints.page({ ...query, repIds, limit: query.limit + 1 });
      const items = rows.slice(0, query.limit).map((row) => complaintView(world, row));
      const nextCursor = rows.length > query.limit ? (items.at(-1)?.id ?? null) : null;
      return { items, nextCursor, counts: complaintCounts(world, repIds) };
    },
    one(id, speaker) {
      const row = seen(id, speaker);
      if (row === null) return null;
      const audit = complaintAudit(world, row, directory.language(speaker), speaker.role === 'rep');
      return { ...complaintView(world, row), audit };
    },
    async answer({ id, text }, speaker, idempotency) {
      if (seen(id, speaker) === null) return { refused: 'unknownComplaint' };
      const at = await stored(world.arbiter.now());
      const order = { id, text, actor: actorOf(speaker), at };
      const { result } = await stored(world.ledger.write('answerComplaint', order, idempotency));
      return 'refused' in result ? result : view(id);
    },
  });
}
