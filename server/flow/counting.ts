/**
 * Counters move on disk with their fact, in memory in the turn in which the commit is known, and at the
 * arbiter right behind: claims are judged by the arbiter's, offers planned by memory's, and the settlement
 * checks both by the file's.
 */

import { openLanesNobodyHolds } from './lanes.ts';
import { persist, settledOrSoon } from './persist.ts';
import type { Counted } from './transactions/counting.ts';
import type { World } from './world.ts';

export interface Counting {
  /** What the commit of event `seq` has counted. Resolves when the arbiter knows, or soon. */
  committed(seq: number, counted: readonly Counted[]): Promise<void>;
  /** Sets a rep's counters at the arbiter as they stand in memory; what was on its way to it is among them. */
  restore(repId: string, firstDay: string): Promise<void>;
}

export function createCounting(world: () => World): Counting {
  /** How often a rep's were restored: what was counted before must not be added to that. */
  const restored = new Map<string, number>();
  const timesRestored = (repId: string) => restored.get(repId) ?? 0;

  function tell({ repId, counter, by }: Counted, cause: string): Promise<void> {
    const before = timesRestored(repId);
    return persist(
      world(),
      () => world().arbiter.count(repId, counter, by, cause),
      () => timesRestored(repId) === before,
    );
  }

  /** A lead more may be one too many, and a lane that waited for this rep need not wait (COMP-28). */
  function lanesFor(repId: string): void {
    openLanesNobodyHolds(world(), repId).catch((error: unknown) =>
      world().log.error('lanes could not be opened early', { repId }, error),
    );
  }

  return {
    committed(seq, counted) {
      for (const { repId, counter, by } of counted) world().counters.add(repId, counter, by);
      for (const repId of new Set(counted.map((one) => one.repId))) lanesFor(repId);
      return settledOrSoon(world(), Promise.all(counted.map((one) => tell(one, `event:${seq}`))));
    },
    restore(repId, firstDay) {
      restored.set(repId, timesRestored(repId) + 1);
      return world().arbiter.restoreCounters(repId, world().counters.held(repId, firstDay));
    },
  };
}
