/** Reads of the tier history, for the flows and the card. */
import { and, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { repTiers } from './schema.ts';
import type { TierRow } from './tiers-store.ts';

export interface TiersReader {
  /** How the rep came to its tier: the newest entry. */
  latest(repId: string): TierRow | undefined;
  /** The newest first, those before an entry's id. */
  history(repId: string, page: { before?: number | undefined; limit: number }): TierRow[];
  /** Whether this rep's week is computed. */
  isComputed(repId: string, week: string): boolean;
  /** Everything since an instant, oldest first. */
  since(atMs: number): TierRow[];
}

export function createTiersReader(db: Db): TiersReader {
  const history: TiersReader['history'] = (repId, { before, limit }) =>
    db
      .select()
      .from(repTiers)
      .where(and(eq(repTiers.repId, repId), before === undefined ? undefined : lt(repTiers.id, before)))
      .orderBy(desc(repTiers.id))
      .limit(limit)
      .all();
  return {
    history,
    latest: (repId) => history(repId, { limit: 1 })[0],
    isComputed: (repId, week) =>
      db
        .select({ id: repTiers.id })
        .from(repTiers)
        .where(and(eq(repTiers.repId, repId), eq(repTiers.week, week), sql`cause = 'weekly'`))
        .get() !== undefined,
    since: (atMs) => db.select().from(repTiers).where(gte(repTiers.at, atMs)).orderBy(repTiers.id).all(),
  };
}
