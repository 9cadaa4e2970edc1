/** All reps that this manager manages, page by page. */
import { type Desk, type Page, usePolled } from '../desk.ts';
import { REPS_A_PAGE } from '../people/rep-view.ts';
import type { LiveRep } from './live-view.ts';

/** More than these nobody reads in a table; the counts are then of these. */
const PAGES_MAX = 10;

export function useReps(desk: Desk): LiveRep[] | null {
  return usePolled(desk, async () => {
    const reps: LiveRep[] = [];
    let from = '';
    for (let page = 0; page < PAGES_MAX; page++) {
      const { items, nextCursor } = await desk.api.get<Page<LiveRep>>(`/reps?limit=${REPS_A_PAGE}${from}`);
      reps.push(...items);
      if (nextCursor === null) break;
      from = `&cursor=${encodeURIComponent(nextCursor)}`;
    }
    return reps.filter(({ active }) => active);
  });
}
