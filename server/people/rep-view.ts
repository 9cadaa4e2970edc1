/** A rep as its managers see it. */
import type { RepRow } from './people-store.ts';

/** Where a newcomer stands, and what was granted to a rep; null: it is none, nothing was. */
export interface Protection {
  onboarding: unknown;
  protectedAllocation: unknown;
}

/** What a rep has to do with now. */
export interface Present {
  online: boolean;
  /** The last call with a token of the rep's since the server started; null: none. */
  lastSeenAtMs: number | null;
  /** Some device is signed in. */
  signedIn: boolean;
  /** Leads that the rep owns and that are not finished. */
  openLeads: number;
  /** Of those at most (DASH-09); null: as many as there are. */
  maxOpenLeads: number | null;
  /** Until when it has time off; null: it is not away. */
  awayUntil: string | null;
}

export function repView(rep: RepRow, { lastSeenAtMs, ...present }: Present, protection: Protection) {
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
    ...present,
    lastSeenAt: lastSeenAtMs === null ? null : new Date(lastSeenAtMs).toISOString(),
    createdAt: new Date(rep.createdAt).toISOString(),
  };
}
