/**
 * What no thumb does: claims too fast after the rep's own alert, or always equally fast. A flag is evidence beside the
 * race for a manager to ask about, never a refusal: the arbiter knows nothing of it, so it is the same on both. The
 * times are the server's, so the network can only make a claim look slower than it was.
 */

/** `fasterThanHuman`: less than 120 ms after the own alert; `tooRegular`: the last ten claims took almost the same. */
export type PlausibilityFlag = 'fasterThanHuman' | 'tooRegular';

/** A tap on something seen takes a trained hand 150 ms and more, without the network: under it nobody read the card. */
export const HUMAN_REACTION_MS_MIN = 120;
/** Claims looked at together: fewer fall close to each other by chance. */
export const REGULAR_CLAIMS = 10;
/** The slowest and the fastest of ten human taps lie hundreds of ms apart; a fixed delay and its network within this. */
export const REGULAR_SPREAD_MS = 50;

/**
 * The own alert → the attempt, ms, as `claimSpeedMs` counts (NOTIF-11): a tap between the lane's opening and its alert
 * took no time. Null: the rep's lane had not opened, or it was never alerted, so it reacted to nothing.
 */
export function reactionMs(atMs: number, place: { opensAt: number; sentAt: number | null } | undefined): number | null {
  if (place === undefined || place.sentAt === null || atMs < place.opensAt) return null;
  return Math.max(0, atMs - place.sentAt);
}

/** `latestMs`: the rep's last claims' speeds up to and with this one, at most ten, in any order. */
export function plausibilityFlags(reaction: number | null, latestMs: readonly number[] = []): PlausibilityFlag[] {
  const flags: PlausibilityFlag[] = [];
  if (reaction !== null && reaction < HUMAN_REACTION_MS_MIN) flags.push('fasterThanHuman');
  const isSpread = Math.max(...latestMs) - Math.min(...latestMs) >= REGULAR_SPREAD_MS;
  if (latestMs.length === REGULAR_CLAIMS && !isSpread) flags.push('tooRegular');
  return flags;
}
