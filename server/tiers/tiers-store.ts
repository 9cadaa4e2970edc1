/** The only writer of `rep_tiers`. */
import type { Db } from '../platform/db.ts';
import { insertion } from '../platform/statement.ts';
import { repTiers } from './schema.ts';

export type TierRow = typeof repTiers.$inferSelect;
export type NewTierRow = Omit<typeof repTiers.$inferInsert, 'id'>;

export interface TiersStore {
  /** False, and nothing written, when the rep's week is computed already. */
  insert(row: NewTierRow): boolean;
}

export function createTiersStore(db: Db): TiersStore {
  const insert = insertion(db, repTiers, 'nothing');
  return { insert: (row) => insert(row).changes === 1 };
}
