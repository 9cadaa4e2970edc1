import { describe, expect, test } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import { createSnapshots } from './snapshots.ts';

function bench() {
  const clock = new SimClock();
  const sent: string[] = [];
  const faults: unknown[] = [];
  const state = { away: false, connected: true, full: false };
  const snapshots = createSnapshots(
    {
      emit: (event, rooms) => void sent.push(`${event} to ${rooms.join()}`),
      roomSize: () => (state.connected ? 1 : 0),
    },
    {
      machineClock: clock,
      admission: {
        ask(enter) {
          if (!state.full) enter();
          return !state.full;
        },
        stop() {
          state.full = true;
        },
      },
      onError: (error) => void faults.push(error),
      house: {
        async snapshot() {
          if (state.away) throw new Error('away');
          return { upTo: 0, offers: [] };
        },
      },
    },
  );
  /** All that was asked for is answered. */
  const quiet = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    await quiet();
    clock.advance(ms);
    await quiet();
  };
  return { snapshots, clock, state, sent, faults, pass };
}

describe('snapshots that reps are owed', () => {
  test('are sent to all devices of the rep, once', async () => {
    const { snapshots, sent, pass } = bench();
    snapshots.owe('a');
    snapshots.owe('b');
    snapshots.owe('b');
    await pass(5_000);
    expect(sent.filter((one) => one === 'pool:snapshot to rep:a')).toHaveLength(1);
    expect(new Set(sent)).toEqual(new Set(['pool:snapshot to rep:a', 'pool:snapshot to rep:b']));
  });

  test('stay owed while the house is away, also when more come meanwhile', async () => {
    const { snapshots, state, sent, faults, pass } = bench();
    state.away = true;
    snapshots.owe('a');
    await pass(500);
    snapshots.owe('b');
    await pass(500);
    expect(sent).toEqual([]);
    expect(faults.length).toBeGreaterThan(1);
    state.away = false;
    await pass(500);
    expect(sent.sort()).toEqual(['pool:snapshot to rep:a', 'pool:snapshot to rep:b']);
  });

  test('are forgotten when the rep has gone', async () => {
    const { snapshots, clock, state, sent, pass } = bench();
    state.away = true;
    snapshots.owe('a');
    await pass(500);
    state.connected = false;
    await pass(500);
    state.away = false;
    await pass(500);
    expect(sent).toEqual([]);
    expect(clock.nextDueMs()).toBeNull();
  });

  test('stay owed while the line is full', async () => {
    const { snapshots, state, sent, pass } = bench();
    state.full = true;
    snapshots.owe('a');
    await pass(500);
    expect(sent).toEqual([]);
    state.full = false;
    await pass(500);
    expect(sent).toEqual(['pool:snapshot to rep:a']);
  });

  test('end with the server', async () => {
    const { snapshots, clock, state, pass } = bench();
    state.away = true;
    snapshots.owe('a');
    await pass(0);
    snapshots.stop();
    expect(clock.nextDueMs()).toBeNull();
  });
});
