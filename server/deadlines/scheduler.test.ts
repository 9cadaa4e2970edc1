/** The longest sleep: a minute, whatever is due or told of, so that no clock and no writer can leave a timer lying. */
import { expect, test } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import type { DeadlineRow } from './deadlines-store.ts';
import { createScheduler } from './scheduler.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 3_600_000;

function setUp() {
  const clock = new SimClock();
  const sleepsMs: number[] = [];
  const fired: { id: string; atMs: number }[] = [];
  const startMs = clock.nowMs();
  let rows: DeadlineRow[] = [];
  /** How far the arbiter's clock has been set ahead of this process's. */
  let aheadMs = 0;
  const nowMs = () => clock.nowMs() + aheadMs;
  const scheduler = createScheduler({
    clock: {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      after(delayMs, task) {
        sleepsMs.push(delayMs);
        return clock.after(delayMs, task);
      },
    },
    now: async () => nowMs(),
    due: (atMs) => rows.filter(({ dueAt }) => dueAt <= atMs),
    nextDueAt: () => (rows.length === 0 ? null : Math.min(...rows.map(({ dueAt }) => dueAt))),
    async fire(row) {
      rows = rows.filter((other) => other !== row);
      fired.push({ id: row.id, atMs: clock.nowMs() - startMs });
    },
    onError: (_, error) => {
      throw error;
    },
  });
  /** What it was told of is read before it sleeps. */
  const rest = async () => {
    await scheduler.idle();
    await new Promise<void>((resolve) => setImmediate(resolve));
    await scheduler.idle();
  };
  return {
    scheduler,
    sleepsMs,
    fired,
    rest,
    write(id: string, inMs: number): number {
      rows.push({ id, dueAt: startMs + inMs } as DeadlineRow);
      return startMs + inMs;
    },
    setAhead(byMs: number) {
      aheadMs = byMs;
    },
    async pass(byMs: number) {
      clock.advance(byMs);
      await rest();
    },
    async start() {
      scheduler.start();
      await rest();
    },
  };
}

test('a timer that nobody told it of is fired at the next look, a minute later at most', async () => {
  const { start, write, pass, fired, sleepsMs } = setUp();
  await start();
  expect(sleepsMs).toEqual([MINUTE_MS]);
  write('untold', 10_000);
  await pass(MINUTE_MS - 1);
  expect(fired).toEqual([]);
  await pass(1);
  expect(fired).toEqual([{ id: 'untold', atMs: MINUTE_MS }]);
});

test('no sleep is longer, for a timer of next year neither: a longer delay than 24 days would end at once', async () => {
  const { start, write, pass, rest, fired, sleepsMs, scheduler } = setUp();
  write('far', YEAR_MS);
  await start();
  scheduler.wake(write('nearer', YEAR_MS - 1));
  await rest();
  for (let look = 0; look < 5; look++) await pass(MINUTE_MS);
  expect(new Set(sleepsMs)).toEqual(new Set([MINUTE_MS]));
  expect(sleepsMs).toHaveLength(7);
  expect(fired).toEqual([]);
});

test('a clock of the cell that is set forward is noticed within a minute', async () => {
  const { start, write, pass, fired, setAhead } = setUp();
  write('later', YEAR_MS);
  await start();
  setAhead(YEAR_MS);
  await pass(MINUTE_MS - 1);
  expect(fired).toEqual([]);
  await pass(1);
  expect(fired).toEqual([{ id: 'later', atMs: MINUTE_MS }]);
});

test('a clock of the cell that is set back delays a timer by as much, and by no look more', async () => {
  const { start, write, pass, fired, setAhead } = setUp();
  write('soon', 90_000);
  await start();
  setAhead(-30_000);
  await pass(MINUTE_MS);
  await pass(MINUTE_MS - 1);
  expect(fired).toEqual([]);
  await pass(1);
  expect(fired).toEqual([{ id: 'soon', atMs: 2 * MINUTE_MS }]);
});
