/** The document of rules in force, and every version that offers were opened with. */
import { type Policy, policyDocument, resolvePreset } from './policy-rules.ts';
import type { PolicyRow } from './policy-store.ts';

export interface PolicyVersion {
  version: number;
  effectiveAtMs: number;
  createdAtMs: number;
  /** Who set it. */
  actor: string;
  reason: string | null;
  policy: Policy;
}

export interface PolicyBook {
  /** The version in force at an instant: the newest whose time has come. */
  at(nowMs: number): PolicyVersion;
  /** The newest version, in force or not yet: what `If-Match` speaks of. */
  latest(): PolicyVersion;
  version(version: number): PolicyVersion | undefined;
  /** All of them, oldest first. */
  all(): readonly PolicyVersion[];
  add(version: PolicyVersion): void;
  /** When somebody last looked the rules through (ROUTE-20); null: never. */
  reviewedAt(): number | null;
  reviewed(atMs: number): void;
}

/** What rules a database without any version: the preset `open`. */
export const FIRST_POLICY: PolicyVersion = {
  version: 0,
  effectiveAtMs: 0,
  createdAtMs: 0,
  actor: 'system',
  reason: null,
  policy: resolvePreset('open') as Policy,
};

export function createPolicyBook(rows: PolicyRow[], lastReviewMs: number | null = null): PolicyBook {
  let reviewedAt = lastReviewMs;
  const versions: PolicyVersion[] = [FIRST_POLICY];
  for (const row of rows) {
    versions.push({
      version: row.version,
      effectiveAtMs: row.effectiveAt,
      createdAtMs: row.createdAt,
      actor: row.actor,
      reason: row.reason,
      // A version stored before a key existed has the default, which is off.
      policy: policyDocument.parse(JSON.parse(row.document)),
    });
  }
  return {
    at: (nowMs) => versions.findLast(({ effectiveAtMs }) => effectiveAtMs <= nowMs) ?? FIRST_POLICY,
    latest: () => versions.at(-1) ?? FIRST_POLICY,
    all: () => versions,
    version: (version) => versions.find((other) => other.version === version),
    add: (version) => void versions.push(version),
    reviewedAt: () => reviewedAt,
    reviewed(atMs) {
      reviewedAt = atMs;
    },
  };
}
