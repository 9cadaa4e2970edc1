/** Who gets a lead that nobody claimed (COMP-23, FAIR-02, FAIR-12, ROUTE-11). Pure. */

import { localDay } from '../kernel/calendar.ts';
import type { OfferPool, Policy, Temperature } from '../policy/policy-rules.ts';
import { delaySecondsOf } from './delays-rules.ts';
import type { OfferRep } from './distribution-rules.ts';
import { autoOwed, type CounterOf, roomAgainst } from './fairness-rules.ts';
import type { LeftOut, LeftOutReason } from './left-out.ts';
import { isReady } from './offer-lanes.ts';

export interface FallbackRep extends OfferRep {
  /** The number of the rep's last turn in the rotation; 0: none yet. */
  lastTurn: number;
  /** A protected newcomer who has had less than the base load this week (FAIR-12). */
  baseLoadOwed: boolean;
}

/**
 * COMP-23: who gets a lead that nobody claimed. Standard: the deepest tier first, upwards when nobody
 * of it is available. Premium: any tier with premium access, in one rotation, and no other (COMP-19): where no rep
 * has it, the lead goes to the ops queue. OPEN: anybody. Before all comes a newcomer who is owed
 * the base load (FAIR-12), then who owes an assigned lead (FAIR-02), the larger debt first; who holds as
 * many leads as allowed is left out (ROUTE-11). Among them the one whose last turn is longest ago; then the
 * smaller id. `repId` null: nobody is available. `leftOut`: the others, each with why not.
 */
export function nextFallbackRep(input: {
  policy: Policy;
  pool: OfferPool;
  temperature: Temperature;
  reps: readonly FallbackRep[];
  nowMs: number;
  counterOf: CounterOf;
}): { repId: string | null; leftOut: LeftOut[] } {
  const { policy, nowMs, counterOf } = input;
  const byTier = policy.mode === 'TIERED' && input.pool === 'standard';
  const active = input.reps.filter((rep) => rep.active);
  const reasonAgainst = (rep: FallbackRep): LeftOutReason | null => {
    if (input.pool === 'premium' && delaySecondsOf(policy, input, rep) === null) return 'tierNever';
    return isReady(rep) ? roomAgainst(policy, rep, nowMs, counterOf) : 'notReady';
  };
  const leftOut: LeftOut[] = [];
  const available: (FallbackRep & { owed: number })[] = [];
  for (const rep of active) {
    const reason = reasonAgainst(rep);
    if (reason !== null) leftOut.push({ repId: rep.id, reason });
    else available.push({ ...rep, owed: autoOwed(policy, rep, localDay(nowMs, rep.timeZone), counterOf) });
  }
  const [next, ...others] = available.sort(
    (a, b) =>
      Number(b.baseLoadOwed) - Number(a.baseLoadOwed) ||
      b.owed - a.owed ||
      (byTier ? b.tier - a.tier : 0) ||
      a.lastTurn - b.lastTurn ||
      (a.id < b.id ? -1 : 1),
  );
  leftOut.push(...others.map(({ id }) => ({ repId: id, reason: 'waitsTurn' as const })));
  return { repId: next?.id ?? null, leftOut };
}
