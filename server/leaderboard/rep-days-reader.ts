/** One rep's sums over a range of days, from the file: for what is asked for seldom. */
import { and, between, eq } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { addSums, type DaySums, noSums } from './day-sums.ts';
import type { DayRange } from './leaderboard-rules.ts';
import { repDays } from './schema.ts';

export interface RepDaysReader {
  sums(repId: string, range: DayRange): DaySums;
}

export function createRepDaysReader(db: Db): RepDaysReader {
  return {
    sums(repId, { from, to }) {
      const sums = noSums();
      const rows = db
        .select()
        .from(repDays)
        .where(and(eq(repDays.repId, repId), between(repDays.day, from, to)))
        .all();
      for (const row of rows) addSums(sums, row);
      return sums;
    },
  };
}
