/** How often each safeguard has fired (FAIR-20): claims that a rule refused, as the records of the races have them. */
import type { NotesAt } from '../claims/ownership-reader.ts';
import { idFloor } from '../kernel/ids.ts';
import type { World } from './world.ts';

/** Rows read in one turn of the loop: no claim waits for more. */
const ROWS_A_TURN = 50;

export interface Fired {
  /** As in a refusal. */
  rule: string;
  /** The rep's, as it is now. */
  team: string | null;
  refusals: number;
  offers: number;
  reps: number;
  /** The leads of the newest of those offers, the newest first. */
  leadIds: string[];
}

/** As many as anybody looks through. */
const LEADS_SHOWN_MAX = 10;

const aTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Of the offers opened from one instant until before another, ms since 1970; rules that fired oftenest first. What
 * happened in the last seconds may not be on file yet.
 * @param includes whether a rep's refusals are this reader's business
 */
export async function firedBetween(
  world: World,
  { fromMs, untilMs, includes }: { fromMs: number; untilMs: number; includes(team: string | null): boolean },
): Promise<Fired[]> {
  const sums = new Map<string, Fired & { seen: { offers: Set<string>; reps: Set<string> } }>();
  const beforeId = idFloor('offer', untilMs);
  let at: NotesAt = { offerId: idFloor('offer', fromMs), part: -1 };
  for (;;) {
    const rows = world.owners.refusedNotes(at, beforeId, ROWS_A_TURN);
    for (const { offerId, attempts } of rows) {
      for (const { repId, verdict, rule } of attempts) {
        if (verdict !== 'refused' || rule === undefined) continue;
        const team = world.directory.rep(repId)?.team ?? null;
        if (!includes(team)) continue;
        const key = JSON.stringify([rule, team]);
        const seen = { offers: new Set<string>(), reps: new Set<string>() };
        const sum = sums.get(key) ?? { rule, team, refusals: 0, offers: 0, reps: 0, leadIds: [], seen };
        sum.refusals++;
        sum.offers = sum.seen.offers.add(offerId).size;
        sum.reps = sum.seen.reps.add(repId).size;
        sums.set(key, sum);
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_A_TURN) break;
    at = last;
    await aTurn();
  }
  const fired = [...sums.values()].map(({ seen, ...one }) => {
    const newest = [...seen.offers].slice(-LEADS_SHOWN_MAX).reverse();
    const leadIds = newest.map((id) => world.offersOnFile.find(id)?.offer.leadId).filter((id) => id !== undefined);
    return { ...one, leadIds };
  });
  return fired.sort((a, b) => b.refusals - a.refusals || (a.rule < b.rule ? -1 : 1));
}
