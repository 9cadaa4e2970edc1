import { expect, test } from 'vitest';
import { ServerTime } from './server-time.ts';

function standingClock() {
  return { ms: 10_000, nowMs: () => clock.ms, after: () => ({ cancel: () => {} }) };
}
const clock = standingClock();

test("the server's time is the greatest bound that its recent messages give", () => {
  const time = new ServerTime(clock);
  expect(time.nowMs()).toBe(10_000);
  // Sent at 60 000 and 300 ms on its way, then one 50 ms on its way: the second is nearer.
  time.observeMs(60_000);
  clock.ms += 1000;
  time.observeMs(61_250);
  time.observeMs(60_900);
  expect(time.nowMs()).toBe(61_250);
  clock.ms += 500;
  expect(time.nowMs()).toBe(61_750);
});

test('a timestamp that is none changes nothing', () => {
  const time = new ServerTime(clock);
  time.observe('yesterday');
  expect(time.nowMs()).toBe(clock.ms);
});

test("an old bound leaves, so that a device's fast clock is followed", () => {
  const time = new ServerTime(clock);
  time.observeMs(clock.ms + 5000);
  for (let sample = 0; sample < 40; sample++) time.observeMs(clock.ms + 1000);
  expect(time.nowMs()).toBe(clock.ms + 1000);
});
