/**
 * The latest releases of each team, for the mix (FAIR-06). A release enters when it is planned, so that leads of one
 * moment see each other, and leaves again if it does not come on file. A start reads them from the offers on file.
 */
import type { ByQuality, MixPolicy, Quality } from '../policy/mix-policy.ts';
import { countsOf, fitsMix, type Release } from './mix-rules.ts';

/** The longest window, and as many again whose commits are on their way. */
const HELD_MAX = 2_000;

/** An offer's place in the mix, stored with it: how the last window of each of its teams stood with it. */
export interface MixRecord {
  quality: Quality;
  /** By team; those without one are the team of no name. */
  teams: Record<string, ByQuality>;
}

/** The teams whose reps race for a lead, and the mix that each of them keeps to; a team without one is not here. */
export type Mixes = ReadonlyMap<string, MixPolicy>;

export interface Releases {
  /** The teams in which one more of this quality is surplus. */
  surplusIn(mixes: Mixes, quality: Quality): string[];
  /** Enters a planned release. */
  take(mixes: Mixes, offerId: string, quality: Quality): MixRecord;
  /** It is on file, or it will never be. */
  settle(offerId: string, isOnFile: boolean): void;
}

/** @param onFile the offers that were released by the mix, oldest first */
export function createReleases(onFile: readonly { offerId: string; mix: MixRecord }[]): Releases {
  const records = new Map<string, (Release & { offerId: string })[]>();
  const underWay = new Map<string, readonly string[]>();

  function enter(team: string, release: Release & { offerId: string }): Release[] {
    const record = records.get(team) ?? [];
    record.push(release);
    if (record.length > HELD_MAX) record.shift();
    records.set(team, record);
    return record;
  }

  for (const { offerId, mix } of onFile) {
    for (const team of Object.keys(mix.teams)) enter(team, { offerId, quality: mix.quality, sure: true });
  }

  return {
    surplusIn: (mixes, quality) =>
      [...mixes].flatMap(([team, mix]) => (fitsMix(mix, records.get(team) ?? [], quality) ? [] : [team])),
    take(mixes, offerId, quality) {
      underWay.set(offerId, [...mixes.keys()]);
      const counted = [...mixes].map(([team, mix]) => {
        const record = enter(team, { offerId, quality, sure: false });
        return [team, countsOf(record.slice(-mix.window))] as const;
      });
      return { quality, teams: Object.fromEntries(counted) };
    },
    settle(offerId, isOnFile) {
      for (const team of underWay.get(offerId) ?? []) {
        const record = records.get(team) ?? [];
        const at = record.findLastIndex((release) => release.offerId === offerId);
        const release = record[at];
        if (release === undefined) continue;
        if (isOnFile) release.sure = true;
        else record.splice(at, 1);
      }
      underWay.delete(offerId);
    },
  };
}
