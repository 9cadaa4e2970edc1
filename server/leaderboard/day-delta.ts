/**
 * What one fact changes in a rep's sums of one local day: the only currency between what happened
 * and the boards. A field that is present (zero too) moves that metric's `…At` to the later of itself and `at`.
 */
export interface DayDelta {
  repId: string;
  /** The rep's local day, `2026-11-22`. */
  day: string;
  /** When the fact happened, ms since 1970. */
  at: number;
  points?: number;
  claims?: number;
  /** Own alert → claim; moves together with `speedCount`. */
  speedMs?: number;
  speedCount?: number;
  converted?: number;
  opportunities?: number;
  revenue?: number;
  /** Start of ownership → first contact; moves together with `responseCount`. */
  responseMs?: number;
  responseCount?: number;
}
