/** A rep as its managers see it. */
import type { RepRow } from './people-store.ts';

/** Where a newcomer stands, and what was granted to a rep; null: it is none, nothing was. */
export interface Protection {
  onboarding: unknown;
  protectedAllocation: unknown;
}

export function repView(rep: RepRow, online: boolean, protection: Protection) {
  const { id, name, email, team, tier, hiredOn, timeZone, active, status, quota, jobFunction, seniority } = rep;
  const list = (json: string) => JSON.parse(json) as string[];
  return {
    id,
    name,
    email,
    team,
    tier,
    hiredOn,
    timeZone,
    languages: list(rep.languages),
    territories: list(rep.territories),
    verticals: list(rep.verticals),
    products: list(rep.products),
    jobFunction,
    seniority,
    active,
    status,
    quota,
    ...protection,
    online,
    createdAt: new Date(rep.createdAt).toISOString(),
  };
}
