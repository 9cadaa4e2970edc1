import { expect, test } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import { createAdmission } from './admission.ts';

const RATE = { burst: 3, perTick: 2, tickMs: 10, lineMax: 4 };

function setUp() {
  const clock = new SimClock();
  const entered: number[] = [];
  const admission = createAdmission(clock, RATE);
  const ask = (n: number) => admission.ask(() => entered.push(n));
  return { clock, entered, admission, ask };
}

test('a burst enters at once, the rest in their turn, a few each tick', () => {
  const { clock, entered, ask } = setUp();
  for (let n = 1; n <= 7; n++) expect(ask(n)).toBe(true);
  expect(entered).toEqual([1, 2, 3]);
  clock.advance(10);
  expect(entered).toEqual([1, 2, 3, 4, 5]);
  clock.advance(10);
  expect(entered).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('who finds the line full is turned away, and told how long it is', () => {
  const { entered, admission, ask } = setUp();
  for (let n = 1; n <= 7; n++) ask(n);
  expect(ask(8)).toBe(false);
  expect(admission.waiting()).toBe(4);
  expect(admission.lineMs()).toBe(30);
  expect(entered).toHaveLength(3);
});

test('after a quiet time there is room for a burst again, and never for more', () => {
  const { clock, entered, ask } = setUp();
  for (let n = 1; n <= 3; n++) ask(n);
  clock.advance(3_600_000);
  for (let n = 4; n <= 8; n++) ask(n);
  expect(entered).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a late tick is not made up for', () => {
  const { clock, entered, ask } = setUp();
  for (let n = 1; n <= 7; n++) ask(n);
  // One look of a loop that stood still for 25 ms.
  clock.advance(10);
  expect(entered).toHaveLength(5);
});

test('stopped, nobody enters any more', () => {
  const { clock, entered, admission, ask } = setUp();
  for (let n = 1; n <= 5; n++) ask(n);
  admission.stop();
  clock.advance(100);
  expect(entered).toEqual([1, 2, 3]);
  expect(ask(6)).toBe(false);
});
