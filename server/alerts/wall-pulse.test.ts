import { describe, expect, test } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import { createWallPulse } from './wall-pulse.ts';

function bench() {
  const clock = new SimClock();
  const sent: string[] = [];
  const faults: unknown[] = [];
  const room = { watchers: 0, away: false };
  const pulse = createWallPulse(
    {
      emit: (event, rooms) => void sent.push(`${event} to ${rooms.join()}`),
      roomSize: () => room.watchers,
    },
    {
      clock,
      onError: (error) => void faults.push(error),
      house: {
        async wallFeed() {
          if (room.away) throw new Error('away');
          return { asOf: '', poolSize: 0, claimsToday: 0, latest: [] };
        },
      },
    },
  );
  /** Moves time in steps, so that what a beat asks for is answered before the next. */
  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds; at++) {
      clock.advance(1_000);
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { pulse, room, sent, faults, pass };
}

describe('the pulse of the walls', () => {
  test('beats every ten seconds while somebody watches, however many do', async () => {
    const { pulse, room, sent, pass } = bench();
    await pass(30);
    expect(sent).toEqual([]);
    for (room.watchers = 1; room.watchers < 3; room.watchers++) pulse.watched();
    await pass(9);
    expect(sent).toEqual([]);
    await pass(21);
    expect(sent).toEqual(Array(3).fill('wall:feed to wall'));
  });

  test('rests when the last one leaves, and not before', async () => {
    const { pulse, room, sent, pass } = bench();
    room.watchers = 2;
    pulse.watched();
    room.watchers = 1;
    pulse.left();
    await pass(10);
    expect(sent).toHaveLength(1);
    room.watchers = 0;
    pulse.left();
    room.watchers = 1;
    await pass(30);
    expect(sent).toHaveLength(1);
    pulse.watched();
    await pass(10);
    expect(sent).toHaveLength(2);
  });

  test('a beat that fails is told of and is not the last', async () => {
    const { pulse, room, sent, faults, pass } = bench();
    room.watchers = 1;
    room.away = true;
    pulse.watched();
    await pass(10);
    expect([sent.length, faults.length]).toEqual([0, 1]);
    room.away = false;
    await pass(10);
    expect(sent).toHaveLength(1);
  });
});
