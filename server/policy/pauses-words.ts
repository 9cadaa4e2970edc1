/** The teams whose competition is paused, as a person reads it (HEALTH-20). Pure. */
import { localDay } from '../kernel/calendar.ts';
import type { Language } from '../kernel/spoken.ts';
import { type Policy, zoneOf } from './policy-rules.ts';

/** One line a paused team; none: nobody is paused. */
export function pausesInWords(
  policy: Policy,
  paused: readonly { team: string; untilAt: number; reason: string }[],
  language: Language,
): string[] {
  return paused.map(({ team, untilAt, reason }) => {
    const day = localDay(untilAt, zoneOf(policy, { team }));
    return language === 'id'
      ? `Tim ${team}: kompetisi dijeda sampai ${day}; leadnya dibagikan bergilir, yang sudah diklaim tetap. Alasan: ${reason}`
      : `Team ${team}: competition is paused until ${day}; its leads go by turns, and what was claimed stays. Why: ${reason}`;
  });
}
