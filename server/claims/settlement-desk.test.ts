/** The desk at which claims wait for a commit, and what a process without a ledger knows by it of the ledger's backlog. */
import { expect, it } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import { createSettlementDesk, type SettledNotice } from './settlement-desk.ts';

const settled = (order: string): SettledNotice => ({
  ...{ offerId: 'o1', order, outcome: 'committed', winnerId: 'sari', winnerName: 'Sari' },
  ...{ claimedAtMs: 0, claimSpeedMs: 0 },
});

function desk() {
  const clock = new SimClock(0);
  return { clock, desk: createSettlementDesk(clock) };
}

it('all who wait for a win hear of it together, also who comes after it, and no other win is theirs', async () => {
  const { desk: at } = desk();
  const heard = Promise.all([at.wait('o1', '1-0', 2_000), at.wait('o1', '1-0', 2_000)]);
  at.resolve(settled('2-0'));
  expect(at.waiting()).toBe(1);
  at.resolve(settled('1-0'));
  expect(await heard).toEqual([settled('1-0'), settled('1-0')]);
  expect(await at.wait('o1', '1-0', 2_000)).toEqual(settled('1-0'));
  expect([at.waiting(), at.isBehind()]).toEqual([0, false]);
});

it('is behind from a wait in vain on, until that win is settled', async () => {
  const { clock, desk: at } = desk();
  const first = at.wait('o1', '1-0', 2_000);
  clock.advance(1_999);
  expect([at.waiting(), at.isBehind()]).toEqual([1, false]);
  clock.advance(1);
  expect(await first).toBeNull();
  expect([at.waiting(), at.isBehind()]).toEqual([0, true]);
  at.resolve(settled('2-0'));
  expect(at.isBehind()).toBe(true);
  at.resolve(settled('1-0'));
  expect(at.isBehind()).toBe(false);
});

it('believes it for five seconds after the last wait in vain: the notice may be lost', async () => {
  const { clock, desk: at } = desk();
  void at.wait('o1', '1-0', 2_000);
  clock.advance(1_000);
  void at.wait('o2', '1-0', 2_000);
  clock.advance(2_000);
  clock.advance(4_999);
  expect(at.isBehind()).toBe(true);
  clock.advance(1);
  expect(at.isBehind()).toBe(false);
});
