/** Binds the edges of the rules that share leads out: who is offered what, when, and what that looks like ahead. */
import { explanationRoutes } from './distribution/explanation-routes.ts';
import { priorityWindowsRoutes } from './distribution/priority-windows-routes.ts';
import type { EdgeDeps } from './edges.ts';
import { isTeamsLead } from './flow/claim-record.ts';
import { explanation } from './flow/explaining.ts';
import { prioritySchedule } from './flow/priority-windows.ts';
import type { Http, Speaker } from './platform/http.ts';

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
