/**
 * Ids that sort by the time they were made and that nobody can guess: 48 bits of time and 80 of
 * chance, in 26 letters and digits, behind a word that says what they name.
 */
import type { Random } from './random.ts';

export type IdPrefix =
  | 'lead'
  | 'offer'
  | 'rep'
  | 'mgr'
  | 'src'
  | 'scr'
  | 'tok'
  | 'inv'
  | 'act'
  | 'own'
  | 'pause'
  | 'ast'
  | 'dl'
  | 'off'
  | 'cmp';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Comes before every id of this kind that was made at this instant or later, and after all that were made before it. */
export function idFloor(prefix: IdPrefix, ms: number): string {
  return `${prefix}_${timeOf(ms)}`;
}

function timeOf(ms: number): string {
  let text = '';
  let time = ms;
  for (let digit = 0; digit < 10; digit++) {
    text = ALPHABET[time % 32] + text;
    time = Math.floor(time / 32);
  }
  return text;
}

export function newId(prefix: IdPrefix, nowMs: number, random: Random): string {
  let text = timeOf(nowMs);
  for (const byte of random.bytes(16)) text += ALPHABET[byte & 31];
  return `${prefix}_${text}`;
}
