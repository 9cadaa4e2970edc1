import { describe, expect, test } from 'vitest';
import { createSystemClock } from '../kernel/clock.ts';
import { createLoad, OVERLOAD_LIMITS, watchLoopLag } from './overload.ts';

const loadOf = ({ worstMs = 0, lastingMs = 0, oldestMs = 0 }) =>
  createLoad(OVERLOAD_LIMITS, { worstMs: () => worstMs, lastingMs: () => lastingMs, stop: () => undefined }, () => ({
    calls: 1,
    oldestMs,
  }));

describe('what waits under load', () => {
  test.each([
    ['nothing when all is calm', {}, [false, false, false]],
    ['boards first, when the loop is late once', { worstMs: 200 }, [true, false, false]],
    ['then intake, when it is late again and again', { worstMs: 900, lastingMs: 600 }, [true, true, false]],
    ['intake, when the disk falls behind', { oldestMs: 1_500 }, [false, true, false]],
    ['claims last, when nobody would wait for the disk any more', { oldestMs: 2_500 }, [false, true, true]],
  ])('%s', (_, seen, [boards, intake, claims]) => {
    const load = loadOf(seen);
    expect([load.boardsMustWait(), load.intakeMustWait(), load.claimsMustWait()]).toEqual([boards, intake, claims]);
  });
});

test('a loop that stood still is seen', async () => {
  const clock = createSystemClock();
  const lag = watchLoopLag(clock);
  const turn = () => new Promise<void>((resolve) => void clock.after(0, resolve));
  // Node looks at its loop now and then: a stand-still that began before the first look is not seen.
  while (lag.worstMs() < 100) {
    const untilMs = clock.monotonicMs() + 200;
    while (clock.monotonicMs() < untilMs);
    await turn();
  }
  expect(lag.lastingMs()).toBeLessThanOrEqual(lag.worstMs());
  lag.stop();
});
