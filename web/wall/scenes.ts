/** Which board stands on the wall, and which of its rows. Pure. */
import type { BoardMetric, BoardPeriod, BoardRow } from '../../client-sdk/src/sambar-client.ts';

interface Watched {
  board: BoardMetric;
  period: BoardPeriod;
}

/** Outcomes stand beside speed and volume (GAME-34), and the month beside the week. */
export const WALL_SCENES = {
  points: { board: 'points', period: 'week' },
  claims: { board: 'claims', period: 'week' },
  conversion: { board: 'conversion', period: 'week' },
  opportunities: { board: 'opportunities', period: 'week' },
  revenue: { board: 'revenue', period: 'week' },
  claimSpeed: { board: 'claimSpeed', period: 'week' },
  pointsOfMonth: { board: 'points', period: 'month' },
  conversionOfMonth: { board: 'conversion', period: 'month' },
  revenueOfMonth: { board: 'revenue', period: 'month' },
} as const satisfies Record<string, Watched>;
export type WallScene = keyof typeof WALL_SCENES;
export const SCENE_NAMES = Object.keys(WALL_SCENES) as WallScene[];

const ROWS = 10;
/** One row more than is shown: it tells whether the last row shown is the last of all. */
export const ROWS_ASKED = ROWS + 1;

/** The next scene that has rows; the same one where no other has. */
export function nextScene(now: WallScene, hasRows: (scene: WallScene) => boolean): WallScene {
  const from = SCENE_NAMES.indexOf(now);
  const others = [...SCENE_NAMES.slice(from + 1), ...SCENE_NAMES.slice(0, from)];
  return others.find(hasRows) ?? now;
}

/** Ten at the most, and never who stands last of all, by name, on a wall (GAME-33); a board of one shows that one. */
export function publicRows(rows: readonly BoardRow[]): readonly BoardRow[] {
  if (rows.length > ROWS) return rows.slice(0, ROWS);
  return rows.length > 1 ? rows.slice(0, -1) : rows;
}
