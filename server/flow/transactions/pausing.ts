/** Commits that pause a team's competition and let it go on (HEALTH-20). */
import type { NewDeadlineRow } from '../../deadlines/deadlines-store.ts';
import type { PauseRow } from '../../policy/pauses-store.ts';
import type { Stores } from './stores.ts';

/** Its timers: what is open is swept at once, and it ends by itself. */
export function pauseTeam(
  stores: Stores,
  args: { row: PauseRow; timers: NewDeadlineRow[] },
): { pauseId: string } | { refused: 'paused' } {
  const { row, timers } = args;
  if (!stores.pauses.insert(row)) return { refused: 'paused' };
  stores.deadlines.insert(timers);
  stores.events.append({
    at: row.startedAt,
    kind: 'team.paused',
    actor: row.actor,
    data: { pauseId: row.id, untilAt: row.untilAt },
  });
  return { pauseId: row.id };
}

/** By its timer, or by hand. */
export function resumeTeam(
  stores: Stores,
  args: { pauseId: string; actor: string; at: number; deadlineId: string | null },
): { resumed: boolean } {
  const { pauseId, actor, at, deadlineId } = args;
  stores.deadlines.removeOfSubject(pauseId);
  if (!stores.pauses.end(pauseId, at, actor)) return { resumed: false };
  stores.events.append({ at, kind: 'team.resumed', actor, data: { pauseId }, deadlineId });
  return { resumed: true };
}
