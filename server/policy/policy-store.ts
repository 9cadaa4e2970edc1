/** The only writer of `policies`. */
import { desc, eq } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { policies } from './schema.ts';

export type PolicyRow = typeof policies.$inferSelect;

export interface PolicyStore {
  insert(row: Omit<PolicyRow, 'version'>): number;
  latestVersion(): number;
}

export function createPolicyStore(db: Db): PolicyStore {
  return {
    insert: (row) => Number(db.insert(policies).values(row).run().lastInsertRowid),
    latestVersion: () =>
      db.select({ version: policies.version }).from(policies).orderBy(desc(policies.version)).limit(1).get()?.version ??
      0,
  };
}

/** Every version, oldest first. */
export function loadPolicies(db: Db): PolicyRow[] {
  return db.select().from(policies).orderBy(policies.version).all();
}

export function findPolicy(db: Db, version: number): PolicyRow | undefined {
  return db.select().from(policies).where(eq(policies.version, version)).get();
}
