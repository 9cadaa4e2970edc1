/** Schedules of faults that fast-check draws: nothing is found in them, and what is planted is, cut down. */
import { expect, test } from 'vitest';
import { PLANTS } from './plants.ts';
import { play } from './play.ts';
import { playSchedules } from './schedules.ts';
import { ruleOf } from './shrink.ts';
import { printFailure } from './simulate.ts';

/** Give SAMBAR_TEST_SEED for another draw: more of one with `npm run test:simulation -- --schedules 1000 --draw n`. */
const DRAW = Number(process.env.SAMBAR_TEST_SEED ?? 1);
const SCHEDULES_HERE = 80;

test(`nothing breaks in ${SCHEDULES_HERE} schedules of faults (draw ${DRAW}), and they have met enough`, {
  timeout: 300_000,
}, async () => {
  const { played, failures, gaps } = await playSchedules(SCHEDULES_HERE, DRAW);
  expect(failures.map(printFailure).join('\n')).toBe('');
  expect(gaps).toEqual([]);
  expect(played).toBe(SCHEDULES_HERE);
});

test('a planted bug is found, and its schedule is cut down to the least that shows it', {
  timeout: 300_000,
}, async () => {
  const plant = PLANTS['a winner is named at the arbiter, before the commit']!;
  const { failures } = await playSchedules(20, 1, { plant });
  const [{ shortest, violations } = { shortest: null, violations: [] }] = failures;
  // A lead, and a disk that refuses what was told already.
  expect(shortest?.steps.length).toBeLessThanOrEqual(3);
  const again = await play(shortest!, plant);
  expect(again.violations.map(ruleOf)).toContain(ruleOf(violations[0]!));
  expect((await play(shortest!)).violations).toEqual([]);
});
