import { expect, test } from 'vitest';
import { openHoursOf } from './hours-rules.ts';
import { type Policy, resolvePreset } from './policy-rules.ts';

const MONDAY = '2026-11-23';
const at = (iso: string) => Date.parse(iso);

function policyOf(part: Pick<Policy, 'calendar'> & Partial<Policy>): Policy {
  return { ...(resolvePreset('tiered') as Policy), ...part };
}
const jakarta = policyOf({
  calendar: { timeZone: 'Asia/Jakarta', hours: { days: ['Mon', 'Sat'], open: '09:00', close: '17:00' } },
  teams: {
    East: { timeZone: 'Asia/Jayapura' },
    Night: { timeZone: 'Asia/Jakarta', hours: { days: ['Sun'], open: '22:00', close: '24:00' } },
  },
});

test('CONV-03: the calendar’s hours, in the team’s zone', () => {
  expect(openHoursOf(jakarta, null, MONDAY)).toEqual({
    fromMs: at('2026-11-23T02:00:00Z'),
    untilMs: at('2026-11-23T10:00:00Z'),
  });
  expect(openHoursOf(jakarta, 'East', MONDAY)).toEqual({
    fromMs: at('2026-11-23T00:00:00Z'),
    untilMs: at('2026-11-23T08:00:00Z'),
  });
  expect(openHoursOf(jakarta, 'constructor', MONDAY)).toEqual(openHoursOf(jakarta, null, MONDAY));
});

test('a team’s own hours replace the calendar’s, its days too', () => {
  expect(openHoursOf(jakarta, 'Night', MONDAY)).toBeNull();
  expect(openHoursOf(jakarta, 'Night', '2026-11-22')).toEqual({
    fromMs: at('2026-11-22T15:00:00Z'),
    untilMs: at('2026-11-22T17:00:00Z'),
  });
});

test('a day that is none of the days is closed', () => {
  expect(openHoursOf(jakarta, null, '2026-11-24')).toBeNull();
  expect(openHoursOf(jakarta, null, '2026-11-28')).not.toBeNull();
});

test('clocks that change inside the hours, and hours that they skip', () => {
  const newYork = (open: string, close: string) =>
    policyOf({ calendar: { timeZone: 'America/New_York', hours: { days: ['Sun'], open, close } } });
  const whole = openHoursOf(newYork('00:00', '24:00'), null, '2026-03-08');
  expect(whole && (whole.untilMs - whole.fromMs) / 3_600_000).toBe(23);
  // 02:00 to 03:00 does not exist on this day; 02:30 is shown as 03:30.
  const skipped = openHoursOf(newYork('02:00', '02:30'), null, '2026-03-08');
  expect(skipped).toEqual({ fromMs: at('2026-03-08T07:00:00Z'), untilMs: at('2026-03-08T07:30:00Z') });
});
