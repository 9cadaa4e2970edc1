/** Who set a version or paused a team, for a person: of `admin`, `manager:<id>`, `system`. */
import { t } from '../words.ts';

export function authorInWords({ by, byName }: { by: string; byName: string | null }): string {
  const words = t.value.rules.history;
  if (byName !== null) return byName;
  if (by === 'admin') return words.admin;
  if (by === 'system') return words.system;
  return by.startsWith('manager:') ? words.manager(by.slice('manager:'.length)) : by;
}
