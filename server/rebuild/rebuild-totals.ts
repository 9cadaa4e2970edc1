/** What the fold of all leads comes to for each rep: sums a day, counters, turns, help. */
import type { Counted } from '../flow/transactions/counting.ts';
import type { DayDelta } from '../leaderboard/day-delta.ts';
import { addDelta, type DaySums, noSums } from '../leaderboard/day-sums.ts';
import type { AssistRow } from '../points/points-store.ts';

/** What the events of all leads come to for each rep. */
export class RepTotals {
  /** Rep → day → sums. */
  readonly days = new Map<string, Map<string, DaySums>>();
  /** Rep → counter → value. */
  readonly counters = new Map<string, Map<string, number>>();
  readonly lastAssignedAt = new Map<string, number>();
  readonly assists = new Map<string, AssistRow>();

  addDelta(delta: DayDelta): void {
    const days = entry(this.days, delta.repId, () => new Map<string, DaySums>());
    addDelta(entry(days, delta.day, noSums), delta);
  }

  count(counted: readonly Counted[]): void {
    for (const { repId, counter, by } of counted) {
      const own = entry(this.counters, repId, () => new Map<string, number>());
      own.set(counter, (own.get(counter) ?? 0) + by);
    }
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
