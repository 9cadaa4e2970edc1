/** What a live board consists of, and when it has moved. Pure. */
import type { BoardRow, BoardState } from '../../client-sdk/protocol/down.ts';
import type { Period } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import type { DayDelta } from './day-delta.ts';
import type { Metric } from './leaderboard-rules.ts';

export interface BoardRequest {
  board: Metric;
  period: Period;
  top: number;
  team?: string | undefined;
}

export interface BoardPolicy {
  coalesceMs: number;
  rateMinClaims: number;
  /** The calendar's zone: whose midnight turns the periods. */
  timeZone: string;
  /** False: rows carry no name, ids stay. */
  showNames: boolean;
}

export interface LeaderboardDeps {
  clock: Clock;
  /** Names this process's run of the streams: a new one tells clients to ask again. */
  epoch: string;
  policy(): BoardPolicy;
  /** A rep who may be shown; undefined: on no board. Not ranked: a newcomer, who takes nobody's place. */
  infoOf(repId: string, nowMs: number): { name: string; team: string | null; isRanked: boolean } | undefined;
  /** At whose midnights somebody may come to be ranked. */
  newcomerZones(nowMs: number): Iterable<string>;
  emit(state: BoardState): void;
  /** True: others come first, the boards are told later, all changes at once. */
  mustWait?(): boolean;
}

/** `GET /leaderboards/{metric}`. */
export interface BoardSnapshot extends Omit<BoardState, 'stream' | 'board'> {
  metric: BoardRequest['board'];
  /** The asking rep's own row, however far down; absent without one. Rank null: a newcomer, who stands outside the ranking (FAIR-15). */
  me?: Omit<BoardRow, 'rank'> & { rank: number | null };
}

export interface Stream {
  name: string;
  request: BoardRequest;
  seq: number;
  /** As last emitted or answered. */
  rows: BoardRow[];
  /** From this instant on the time alone may have changed `rows`. */
  turnsAtMs: number;
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
