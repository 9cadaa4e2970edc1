/** What a live board consists of, and when it has moved. Pure. */
import type { BoardRow } from '../../client-sdk/protocol/down.ts';
import type { Period } from '../kernel/calendar.ts';
import type { DayDelta } from './day-delta.ts';
import type { Metric } from './leaderboard-rules.ts';

export interface BoardRequest {
  board: Metric;
  period: Period;
  top: number;
  team?: string | undefined;
}

export interface Stream {
  name: string;
  request: BoardRequest;
  seq: number;
  /** As last emitted or answered. */
  rows: BoardRow[];
  /** The calendar's day that `rows` are of. */
  day: string;
  dirty: boolean;
  /** Watcher → when its lease ends, ms since 1970. */
  watchers: Map<string, number>;
}

/** The sums of a delta that move a board. */
const SUMS_OF: Record<Metric, (keyof DayDelta)[]> = {
  points: ['points'],
  claims: ['claims'],
  claimSpeed: ['speedMs', 'speedCount'],
  conversion: ['claims', 'converted'],
  opportunities: ['opportunities'],
  revenue: ['revenue'],
  responseSpeed: ['responseMs', 'responseCount'],
};

/** The name of a stream; the team stands last, since it may hold any character. */
export function streamName({ board, period, top, team }: BoardRequest): string {
  return `${board}:${period}:${top}${team === undefined ? '' : `:${team}`}`;
}

/** Whether any of these deltas may have moved a board of this metric. */
export function moves(metric: Metric, deltas: readonly DayDelta[]): boolean {
  const sums = SUMS_OF[metric];
  return deltas.some((delta) => sums.some((sum) => delta[sum] !== undefined));
}

export function sameRows(rows: BoardRow[], others: BoardRow[]): boolean {
  return (
    rows.length === others.length &&
    rows.every((row, index) => {
      const other = others[index];
      return (
        other?.repId === row.repId && other.rank === row.rank && other.value === row.value && other.name === row.name
      );
    })
  );
}
