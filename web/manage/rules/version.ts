/** One version of the rules, whole. */
import { type Desk, usePolled } from '../desk.ts';
import type { JsonObject } from './document.ts';
import type { VersionView } from './policy-view.ts';

export type WholeVersion = VersionView & { policy: JsonObject };

/** Null: not loaded yet. */
export function useVersion(desk: Desk, version: number): WholeVersion | null {
  return usePolled(desk, () => desk.api.get<WholeVersion>(`/policy/versions/${version}`), [version]);
}
