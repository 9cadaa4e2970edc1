/** The only writer of `policies` and `policy_reviews`. */
import { desc, eq } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { policies, policyReviews } from './schema.ts';

export type PolicyRow = typeof policies.$inferSelect;
export type ReviewRow = typeof policyReviews.$inferSelect;

export interface PolicyStore {
  insert(row: Omit<PolicyRow, 'version'>): number;
  latestVersion(): number;
  insertReview(row: Omit<ReviewRow, 'id'>): void;
}

export function createPolicyStore(db: Db): PolicyStore {
  return {
    insert: (row) => Number(db.insert(policies).values(row).run().lastInsertRowid),
    insertReview: (row) => void db.insert(policyReviews).values(row).run(),
    latestVersion: () =>
      db.select({ version: policies.version }).from(policies).orderBy(desc(policies.version)).limit(1).get()?.version ??
      0,
  };
}

/** Every version, oldest first. */
export function loadPolicies(db: Db): PolicyRow[] {
  return db.select().from(policies).orderBy(policies.version).all();
}

/** The newest review; undefined: there was none. */
export function lastReview(db: Db): ReviewRow | undefined {
  return db.select().from(policyReviews).orderBy(desc(policyReviews.id)).limit(1).get();
}

export function findPolicy(db: Db, version: number): PolicyRow | undefined {
  return db.select().from(policies).where(eq(policies.version, version)).get();
}
