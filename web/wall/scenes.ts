/** Which board stands on the wall, and which of its rows. Pure. */
import type { BoardMetric, BoardRow } from '../../client-sdk/src/sambar-client.ts';

/** Outcomes stand beside speed and volume (GAME-34). */
export const WALL_BOARDS = [
  'points',
  'claims',
  'conversion',
  'opportunities',
  'revenue',
  'claimSpeed',
] as const satisfies BoardMetric[];
export type WallBoard = (typeof WALL_BOARDS)[number];

const ROWS = 10;
/** One row more than is shown: it tells whether the last row shown is the last of all. */
export const ROWS_ASKED = ROWS + 1;

/** The next board that has rows; the same one where no other has. */
export function nextScene(now: WallBoard, hasRows: (board: WallBoard) => boolean): WallBoard {
  const from = WALL_BOARDS.indexOf(now);
  const others = [...WALL_BOARDS.slice(from + 1), ...WALL_BOARDS.slice(0, from)];
  return others.find(hasRows) ?? now;
}

/** Ten at the most, and never who stands last of all, by name, on a wall (GAME-33); a board of one shows that one. */
export function publicRows(rows: readonly BoardRow[]): readonly BoardRow[] {
  if (rows.length > ROWS) return rows.slice(0, ROWS);
  return rows.length > 1 ? rows.slice(0, -1) : rows;
}
