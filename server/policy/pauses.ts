/** Whose competition is paused, and ever was (HEALTH-20): held in memory, changed in the turn in which a commit is known. */
import type { PauseRow } from './pauses-store.ts';

export interface Pauses {
  /** The teams that are paused at an instant: usually none, and always the same list then. */
  teamsAt(nowMs: number): ReadonlySet<string>;
  /** The pause a team is in; undefined: none. */
  liveOf(team: string, nowMs: number): PauseRow | undefined;
  /** All pauses that run. */
  live(nowMs: number): PauseRow[];
  find(id: string): PauseRow | undefined;
  /** All of a team, the newest first. */
  ofTeam(team: string): PauseRow[];
  /** A new one, or one that has changed. */
  put(row: PauseRow): void;
}

const NOBODY: ReadonlySet<string> = new Set();

export function createPauses(rows: readonly PauseRow[]): Pauses {
  const all = new Map(rows.map((row) => [row.id, row]));
  let unended = rows.filter(({ endedAt }) => endedAt === null);
  // One whose time is over while nobody was there to end it is over.
  const isLive = (row: PauseRow, nowMs: number) => nowMs < row.untilAt;
  return {
    teamsAt(nowMs) {
      if (unended.length === 0) return NOBODY;
      return new Set(unended.filter((row) => isLive(row, nowMs)).map(({ team }) => team));
    },
    liveOf: (team, nowMs) => unended.find((row) => row.team === team && isLive(row, nowMs)),
    live: (nowMs) => unended.filter((row) => isLive(row, nowMs)),
    find: (id) => all.get(id),
    ofTeam: (team) => [...all.values()].filter((row) => row.team === team).reverse(),
    put(row) {
      all.set(row.id, row);
      unended = [...all.values()].filter(({ endedAt }) => endedAt === null);
    },
  };
}
