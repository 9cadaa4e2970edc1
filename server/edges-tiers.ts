/** Binds the routes about tiers and quota to the flows of the deciding process. */
import type { EdgeDeps } from './edges.ts';
import { tierPersistence } from './flow/tiering.ts';
import { actorOf } from './people/people.ts';
import type { Http, Speaker } from './platform/http.ts';
import { quotaRoutes } from './quota/quota-routes.ts';
import { stored } from './stored.ts';
import { tiersRoutes } from './tiers/tiers-routes.ts';

export function bindTiers(app: Http, { house }: Pick<EdgeDeps, 'house'>): void {
  const { world, tiering } = house;
  const { directory } = world;
  const manages = (team: string | null, speaker: Speaker) => {
    const teams = directory.teamsOf(speaker);
    return teams === null || (team !== null && teams.includes(team));
  };
  /** The speaker's teams, or the one of them that was named. */
  const among = (named: string | undefined, speaker: Speaker) => (team: string | null) =>
    named === undefined ? manages(team, speaker) : team === named;

  function maySee(repId: string, speaker: Speaker): boolean {
    const rep = directory.rep(repId);
    if (rep === undefined) return false;
    return speaker.role === 'rep' ? speaker.subjectId === repId : manages(rep.team, speaker);
  }

  quotaRoutes(app, { ...world.quota, maySee });
  tiersRoutes(app, {
    compute: ({ team, dryRun }, speaker, idempotency) =>
      stored(tiering.compute({ includes: among(team, speaker), actor: actorOf(speaker), dryRun }, idempotency)),
    maySee,
    manages,
    history: world.tiers.history,
    persistence: (team, speaker) => tierPersistence(world, among(team, speaker)),
  });
}
