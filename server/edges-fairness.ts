/** Binds the edges of the rules that share leads out: who is offered what, when, and what that looks like ahead. */
import { priorityWindowsRoutes } from './distribution/priority-windows-routes.ts';
import type { EdgeDeps } from './edges.ts';
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
