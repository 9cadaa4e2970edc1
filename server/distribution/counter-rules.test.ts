import { expect, test } from 'vitest';
import {
  autoInWeek,
  claimsInWeek,
  claimsOnDay,
  dayNamed,
  managerInWeek,
  returnedInWeek,
  weekOf,
} from './counter-rules.ts';

const NAMES = [
  claimsOnDay,
  (day: string) => claimsInWeek('hot', day),
  (day: string) => claimsInWeek('warm', day),
  (day: string) => claimsInWeek('cold', day),
  autoInWeek,
  managerInWeek,
  (day: string) => returnedInWeek('warm', day),
  (day: string) => returnedInWeek('cold', day),
  (day: string) => returnedInWeek('auto', day),
];

test('no two facts and no two periods are counted under one name', () => {
  const names = ['2026-11-16', '2026-11-23'].flatMap((day) => NAMES.map((name) => name(day)));
  expect(new Set(names).size).toBe(names.length);
  expect(names.every((name) => /2026-11-(16|23)$/.test(name))).toBe(true);
});

test('a day is read again from the name of its claims, and from no other', () => {
  expect(dayNamed(claimsOnDay('2026-11-23'))).toBe('2026-11-23');
  expect(dayNamed(autoInWeek('2026-11-23'))).toBeNull();
});

test('a week is named by its Monday, whichever of its days asks, and however often', () => {
  const days = Array.from({ length: 250 }, (_, n) => new Date(Date.UTC(2026, 10, 23 + n)).toISOString().slice(0, 10));
  for (const [n, day] of [...days, ...days].entries()) expect(weekOf(day)).toBe(days[(n % 250) - ((n % 250) % 7)]);
});
