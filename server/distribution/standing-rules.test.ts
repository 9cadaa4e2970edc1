/** FAIR-21, COMP-35: what a rep reads about itself is what the limits are made of. */
import { expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { autoInWeek, claimsInWeek, claimsOnDay, managerInWeek, OPEN_LEADS } from './counter-rules.ts';
import { baseLoadRule, countersMoved, excessOf, hotPerWarmRule, weeklyAllowanceRule } from './fairness-rules.ts';
import { owedBy, standingOf } from './standing-rules.ts';

/** 10:00 in Jakarta on a Tuesday. */
const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const DAY = '2026-11-24';
const WEEK = '2026-11-23';
const policy = resolvePreset('tiered') as Policy;
const rep = { id: 'a', timeZone: 'Asia/Jakarta', weeklyAllowance: 12 };
const counted: Record<string, number> = {
  [claimsOnDay(DAY)]: 4,
  [OPEN_LEADS]: 9,
  [claimsInWeek('hot', WEEK)]: 2,
  [claimsInWeek('warm', WEEK)]: 1,
  [claimsInWeek('cold', WEEK)]: 1,
  [autoInWeek(WEEK)]: 1,
  [managerInWeek(WEEK)]: 3,
};
const counterOf = (_: string, counter: string) => counted[counter] ?? 0;

test('each rule that is on, with its figures', () => {
  const past = { shownOf: () => 9, policyAt: () => policy, workedIn: () => ({ worked: 5, working: 5 }) };
  const standing = standingOf({ policy, counterOf, past }, rep, NOW_MS);
  const left = Object.fromEntries(standing.map((one) => [one.rule, [one.used, one.left]]));
  expect(left).toEqual({
    dailyCap: [4, 6],
    maxOpenLeads: [9, 41],
    hotPerWarm: [2, 2],
    claimsPerAuto: [4, 6],
    // The one there is makes up for last week.
    coldPerWeek: [0, 3],
    weeklyAllowance: [8, 4],
  });
});

test('FAIR-03: the first cold claims of a week pay for the last one, and count for nothing else', () => {
  const past = { shownOf: () => 9, policyAt: () => policy, workedIn: () => ({ worked: 4, working: 5 }) };
  const cold = (now: number) => {
    const made = standingOf(
      { policy, past, counterOf: (_, name) => (name === claimsInWeek('cold', WEEK) ? now : 0) },
      rep,
      NOW_MS,
    ).find(({ rule }) => rule === 'coldPerWeek');
    return [made?.owed, made?.used, made?.left];
  };
  // Two are owed and asked for by four days of five; nothing was claimed last week.
  expect([0, 1, 2, 3, 4, 5].map(cold)).toEqual([
    [2, 0, 2],
    [1, 0, 2],
    [0, 0, 2],
    [0, 1, 1],
    [0, 2, 0],
    [0, 3, 0],
  ]);
});

test('the weekly allowance counts whatever the rep received, and stops at its number', () => {
  const excess = (allowance: number) => excessOf(weeklyAllowanceRule(allowance, WEEK), 'a', counterOf);
  // Eight were received: of nine one is left, of eight none.
  expect([excess(9), excess(8), excess(7)]).toEqual([0, 1, 2]);
});

test('the base load counts what was given, by rule or by a manager, and no claim', () => {
  const excess = (leads: number) => excessOf(baseLoadRule(leads, WEEK), 'a', counterOf);
  expect([excess(5), excess(4)]).toEqual([0, 1]);
});

test('a win moves the counter of its day and that of its temperature and week', () => {
  expect(countersMoved('cold', DAY)).toEqual([
    { counter: claimsOnDay(DAY), by: 1 },
    { counter: claimsInWeek('cold', WEEK), by: 1 },
  ]);
});

test('what is owed is told whole: three warm leads after six hot ones, none below the limit', () => {
  const owed = (hot: number) =>
    owedBy(hotPerWarmRule(2, WEEK), 'a', (_, name) => (name === claimsInWeek('hot', WEEK) ? hot : 0));
  expect([1, 2, 4, 6].map(owed)).toEqual([0, 1, 2, 3]);
});
