import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, WEEKDAYS } from '../kernel/calendar.ts';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { type OfferPlan, type OfferRep, planOffer } from './distribution-rules.ts';
import {
  holdsPriorityWindow,
  isAwayThroughout,
  nextPriorityWindow,
  nextReminderMs,
  priorityWindowOf,
} from './priority-windows-rules.ts';

const MONDAY = '2026-11-23';
const SATURDAY = '2026-11-28';
const at = (text: string) => Date.parse(`${MONDAY}T${text}+07:00`);
const fairMix = () => resolvePreset('fair-mix') as Policy;
const policy = fairMix();
/** On this Monday the sixth rep has 10:00 to 10:30. */
const holder = { num: 6, team: null };

describe('FAIR-08: half an hour a day', () => {
  test('the first instant is inside, the last is not', () => {
    expect(priorityWindowOf(policy, holder, MONDAY)).toEqual({ fromMs: at('10:00'), untilMs: at('10:30') });
    const holds = (text: string) => holdsPriorityWindow(policy, holder, at(text));
    expect(['09:59:59.999', '10:00', '10:29:59.999', '10:30'].map(holds)).toEqual([false, true, true, false]);
  });

  test('none on a day on which the team is closed, and none where windows are off', () => {
    expect(priorityWindowOf(policy, holder, SATURDAY)).toBeNull();
    const open = resolvePreset('open') as Policy;
    expect(priorityWindowOf(open, holder, MONDAY)).toBeNull();
    expect(holdsPriorityWindow(open, holder, at('10:00'))).toBe(false);
    expect(nextPriorityWindow(open, holder, at('10:00'))).toBeNull();
    expect(nextReminderMs(open, at('10:00'))).toBeNull();
  });

  test('a team that is open for less than a window has none', () => {
    const short = { ...fairMix(), teams: { Brief: { timeZone: 'Asia/Jakarta', hours: hours('09:00', '09:29') } } };
    expect(priorityWindowOf(short, { num: 6, team: 'Brief' }, MONDAY)).toBeNull();
    expect(nextPriorityWindow(short, { num: 6, team: 'Brief' }, at('08:00'))).toBeNull();
  });

  test('the running window, else the next one, over the weekend too', () => {
    expect(nextPriorityWindow(policy, holder, at('10:29:59'))?.fromMs).toBe(at('10:00'));
    // A day later it is a slot later.
    expect(nextPriorityWindow(policy, holder, at('10:30'))?.fromMs).toBe(at('10:30') + 86_400_000);
    const fridayEvening = at('18:00') + 4 * 86_400_000;
    expect(nextPriorityWindow(policy, holder, fridayEvening)?.fromMs).toBe(at('12:30') + 7 * 86_400_000);
  });

  test('FAIR-10: time off skips a slot that it covers, in one piece or in two, and none where the policy does not heed it', () => {
    const away = (from: string, until: string) => ({ fromAt: at(from), untilAt: at(until) });
    const fromMs = (off: ReturnType<typeof away>[], now = '08:00', by = policy) =>
      nextPriorityWindow(by, holder, at(now), off)?.fromMs;
    const [today, tomorrow] = [at('10:00'), at('10:30') + 86_400_000];
    expect(fromMs([away('10:00', '10:30')])).toBe(tomorrow);
    expect(fromMs([away('10:15', '11:00'), away('07:00', '10:15')])).toBe(tomorrow);
    expect(fromMs([away('10:00', '10:29:59')])).toBe(today);
    expect(fromMs([away('10:00:01', '11:00')])).toBe(today);
    // Of a window that runs the rest counts.
    expect(fromMs([away('10:00', '10:15')], '10:05')).toBe(today);
    expect(fromMs([away('10:10', '10:30')], '10:10')).toBe(tomorrow);
    const { routing } = policy;
    const unheeded = { ...policy, routing: { ...routing, availability: { ...routing.availability, timeOff: false } } };
    expect(fromMs([away('10:00', '10:30')], '08:00', unheeded)).toBe(today);
    expect(isAwayThroughout(policy, [away('10:00', '10:30')], { fromMs: at('10:00'), untilMs: at('10:30') })).toBe(
      true,
    );
  });

  test('FAIR-10: reminders five minutes before each slot, of the next team that opens', () => {
    expect(nextReminderMs(policy, at('08:54:59'))).toBe(at('08:55'));
    expect(nextReminderMs(policy, at('08:55'))).toBe(at('09:25'));
    // The last slot begins at 16:30.
    expect(nextReminderMs(policy, at('16:25'))).toBe(at('08:55') + 86_400_000);
    const withEast = { ...fairMix(), teams: { East: { timeZone: 'Asia/Jayapura' } } };
    expect(nextReminderMs(withEast, at('06:00'))).toBe(at('06:55'));
  });
});

test('property, FAIR-10: in as many working days as there are slots everybody has each slot once, whatever days the team works', () => {
  const weekdays = fc.subarray([...WEEKDAYS], { minLength: 1 });
  const anyRep = fc.record({ num: fc.integer({ min: 1, max: 5000 }), offset: fc.integer({ min: 0, max: 3000 }) });
  fc.assert(
    fc.property(weekdays, fc.integer({ min: 1, max: 20 }), anyRep, (days, slots, { num, offset }) => {
      const close = `${String(9 + Math.floor(slots / 2)).padStart(2, '0')}:${slots % 2 === 0 ? '00' : '30'}`;
      const team = { timeZone: 'Asia/Jakarta', hours: { days, open: '09:00', close } };
      const ruled: Policy = { ...fairMix(), teams: { East: team } };
      const starts: number[] = [];
      for (let day = addDays('2026-01-01', offset); starts.length <= slots; day = addDays(day, 1)) {
        const window = priorityWindowOf(ruled, { num, team: 'East' }, day);
        if (window !== null) starts.push(window.fromMs - Date.parse(`${day}T09:00+07:00`));
      }
      expect(new Set(starts.slice(0, slots)).size).toBe(slots);
      expect(starts[slots]).toBe(starts[0]);
    }),
    { numRuns: 100 },
  );
});

test('property, FAIR-10: sixteen reps who were entered together share no slot; more share evenly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 80 }), (first, count) => {
      const holders = new Map<number, number>();
      for (let num = first; num < first + count; num++) {
        const from = priorityWindowOf(policy, { num, team: null }, MONDAY)?.fromMs ?? 0;
        holders.set(from, (holders.get(from) ?? 0) + 1);
      }
      expect(Math.max(...holders.values())).toBe(Math.ceil(count / 16));
    }),
  );
});

describe('FAIR-09: the head start', () => {
  const rep = (id: string, tier: number, part: Partial<OfferRep> = {}): OfferRep => ({
    id,
    tier,
    timeZone: 'Asia/Jakarta',
    active: true,
    status: 'ready',
    ...part,
  });
  const others = [rep('one', 1), rep('two', 2), rep('three', 3)];
  const lanesOf = (part: Partial<Parameters<typeof planOffer>[0]>) => {
    const plan = planOffer({
      temperature: 'warm',
      pool: 'standard',
      policy,
      reps: others,
      nowMs: at('10:29:30'),
      counterOf: () => 0,
      ...part,
    }) as OfferPlan;
    return plan.lanes.map((lane) => [(lane.opensAtMs - at('10:29:30')) / 1000, lane.repIds.join(), lane.tiers]);
  };
  const withHolder = (tier: number, part: Partial<OfferRep> = {}) => [
    rep('holder', tier, { inPriorityWindow: true, ...part }),
    ...others,
  ];

  test('COMP-40.7: the holder at once, tier 1 after 5 minutes, tier 2 after 20', () => {
    const lanes = [
      [0, 'holder', []],
      [300, 'one', [1]],
      [1200, 'two', [2]],
      [3900, 'three', [3]],
    ];
    expect(lanesOf({ reps: withHolder(1) })).toEqual(lanes);
    // In the standard pool whatever the holder's tier.
    expect(lanesOf({ reps: withHolder(3) })).toEqual(lanes);
    expect(lanesOf({})).toEqual([
      [0, 'one', [1]],
      [900, 'two', [2]],
      [3600, 'three', [3]],
    ]);
  });

  test('CON-37: in the premium pool the holder keeps the own tier’s delay, and tier 3 has no window into it', () => {
    const premium = { pool: 'premium', temperature: 'hot' } as const;
    // Tier 1 waits for nobody: its own quarter of an hour comes first (COMP-28).
    expect(lanesOf({ ...premium, reps: withHolder(2) })).toEqual([
      [0, 'one', [1]],
      [900, 'holder', []],
      [1200, 'two', [2]],
    ]);
    expect(lanesOf({ ...premium, reps: withHolder(3) })).toEqual([
      [0, 'one', [1]],
      [900, 'two', [2]],
    ]);
  });

  test.each([{ status: 'break' as const }, { active: false }])('nobody waits for a holder with %o', (away) => {
    expect(lanesOf({ reps: withHolder(1, away) })).toEqual(lanesOf({}));
  });

  test('COMP-28: nor for one who is at the daily cap', () => {
    const counterOf = (repId: string, name: string) => (repId === 'holder' && name.startsWith('claims:day:') ? 10 : 0);
    expect(lanesOf({ reps: withHolder(1), counterOf })[0]).toEqual([0, 'holder,one', [1]]);
  });

  test('COMP-10: the last lane has its clear time after the shift, inside the hard limit', () => {
    const closes = (reps: OfferRep[]) => {
      const input = { temperature: 'warm', pool: 'standard', policy, reps, nowMs: 0, counterOf: () => 0 } as const;
      return (planOffer(input) as OfferPlan).closesAtMs / 1000;
    };
    expect(closes(others)).toBe(3600 + 1800);
    expect(closes(withHolder(1))).toBe(3900 + 1800);
  });
});

function hours(open: string, close: string, weekend = false): Policy['calendar']['hours'] {
  return { days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', ...(weekend ? (['Sat', 'Sun'] as const) : [])], open, close };
}
