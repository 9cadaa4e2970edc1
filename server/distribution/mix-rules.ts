/**
 * FAIR-06: whether one more release keeps a team's races in their mix. Pure.
 *
 * Every `window` releases in a row have each quality within its bounds. What left the window may always come in again,
 * so there is always a quality that fits; the others are surplus until it comes. A record shorter than the window must be
 * able to become one that keeps to it. Where the record does not (other shares were in force), a release fits that
 * leaves it no further off than any other would.
 */
import {
  type ByQuality,
  type MixBounds,
  type MixPolicy,
  mixBounds,
  QUALITIES,
  type Quality,
} from '../policy/mix-policy.ts';
import type { Temperature } from '../policy/policy-rules.ts';

/** `sure`: on file. One whose commit is on its way may still turn out to be none. */
export interface Release {
  quality: Quality;
  sure: boolean;
}

const QUALITY_OF: Record<Temperature, Quality> = { hot: 'high', warm: 'standard', cold: 'low' };

/** SCORE-18. */
export function qualityOf(temperature: Temperature): Quality {
  return QUALITY_OF[temperature];
}

export function countsOf(releases: readonly { quality: Quality }[]): ByQuality {
  const counts: ByQuality = { standard: 0, low: 0, high: 0 };
  for (const { quality } of releases) counts[quality] += 1;
  return counts;
}

/** @param record the team's releases, oldest first */
export function fitsMix(mix: MixPolicy, record: readonly Release[], quality: Quality): boolean {
  const bounds = mixBounds(mix);
  const held = mix.window - 1;
  const unsure = record.filter(({ sure }) => !sure).length;
  const latest = record.slice(-held);
  const toCome = held - latest.length;
  if (unsure === 0) {
    const counts = countsOf(latest);
    const offWith = (one: Quality) => offBy(plusOne(counts, one), plusOne(counts, one), toCome, bounds);
    return QUALITIES.every((other) => offWith(quality) <= offWith(other));
  }
  // Whichever of the unsure ones stay: no more than all of them, and no fewer than none.
  const most = countsOf(record.slice(-(held + unsure)));
  // No window holds more than it is long.
  for (const one of QUALITIES) most[one] = Math.min(most[one], held);
  const least = countsOf(latest.filter(({ sure }) => sure));
  return offBy(plusOne(least, quality), plusOne(most, quality), toCome, bounds) === 0;
}

function plusOne(counts: ByQuality, quality: Quality): ByQuality {
  return { ...counts, [quality]: counts[quality] + 1 };
}

/** By how many releases a window is out of its bounds, when the ones to come mend what they can. */
function offBy(fewest: ByQuality, most: ByQuality, toCome: number, bounds: MixBounds): number {
  let over = 0;
  let missing = 0;
  for (const quality of QUALITIES) {
    over += Math.max(0, most[quality] - bounds.most[quality]);
    missing += Math.max(0, bounds.least[quality] - fewest[quality]);
  }
  return over + Math.max(0, missing - toCome);
}
