import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BoardRow, BoardState } from '../../client-sdk/protocol/down.ts';
import { SimClock } from '../../test/support/sim-clock.ts';
import type { BoardPolicy, BoardRequest } from './board-streams.ts';
import type { DayDelta } from './day-delta.ts';
import { sumsOfDelta } from './day-sums.ts';
import { createLeaderboard, STREAMS_MAX, STREAMS_PER_WATCHER_MAX } from './leaderboard.ts';

/** Monday, 10:00 in Jakarta. */
const START = '2026-11-23T03:00:00.000Z';
const DAY = '2026-11-23';

function setUp() {
  const clock = new SimClock(START);
  const emitted: BoardState[] = [];
  const policy: BoardPolicy = {
    coalesceMs: 250,
    rateMinClaims: 10,
    timeZone: 'Asia/Jakarta',
    showNames: true,
  };
  const reps = new Map([
    ['a', { name: 'Ani', team: 'East' as string | null, isRanked: true }],
    ['b', { name: 'Budi', team: 'West', isRanked: true }],
    ['c', { name: 'Citra', team: null, isRanked: true }],
  ]);
  const boards = createLeaderboard({
    clock,
    epoch: 'e1',
    policy: () => policy,
    infoOf: (repId) => reps.get(repId),
    // Whoever is not ranked comes to be in Jayapura, at a midnight two hours before the calendar's.
    newcomerZones: () => ([...reps.values()].some(({ isRanked }) => !isRanked) ? ['Asia/Jayapura'] : []),
    emit: (state) => emitted.push(state),
  });
  const earn = (repId: string, points: number, day = DAY) => boards.apply([{ repId, day, at: clock.nowMs(), points }]);
  return { clock, emitted, policy, reps, boards, earn };
}
const POINTS: BoardRequest = { board: 'points', period: 'day', top: 10 };
const brief = (rows: BoardRow[] | undefined) => rows?.map((row) => `${row.rank} ${row.name} ${row.value}`);

describe('a stream', () => {
  test('GAME-29: gathers changes and emits the whole list once, with the next seq', () => {
    const { clock, emitted, boards, earn } = setUp();
    const first = boards.watch(POINTS, 'tv');
    expect(first).toMatchObject({
      stream: 'points:day:10',
      team: null,
      epoch: 'e1',
      rows: [],
      asOf: START,
    });
    earn('a', 10);
    clock.advance(100);
    earn('b', 25);
    clock.advance(149);
    expect(emitted).toEqual([]);
    clock.advance(1);
    expect(emitted).toHaveLength(1);
    expect(emitted[0]?.seq).toBe(first!.seq + 1);
    expect(brief(emitted[0]?.rows)).toEqual(['1 Budi 25', '2 Ani 10']);
  });

  test('is told some milliseconds after the one before, so that claims come between', () => {
    const { clock, emitted, boards, earn } = setUp();
    for (const period of ['day', 'week', 'month'] as const) boards.watch({ ...POINTS, period }, 'tv');
    earn('a', 10);
    clock.advance(250);
    expect(emitted.map(({ period }) => period)).toEqual(['day']);
    earn('b', 25);
    clock.advance(1);
    expect(emitted).toHaveLength(1);
    clock.advance(20);
    expect(emitted.map(({ period }) => period)).toEqual(['day', 'week', 'month']);
    expect(brief(emitted.at(-1)?.rows)).toEqual(['1 Budi 25', '2 Ani 10']);
    // What came while the others were told is gathered again.
    clock.advance(250);
    expect(emitted.map(({ period }) => period)).toEqual(['day', 'week', 'month', 'day']);
    expect(brief(emitted.at(-1)?.rows)).toEqual(['1 Budi 25', '2 Ani 10']);
  });

  test('is silent when its rows did not change', () => {
    const { clock, emitted, boards, earn } = setUp();
    boards.watch({ ...POINTS, top: 1 }, 'tv');
    boards.watch({ ...POINTS, board: 'revenue' }, 'tv');
    earn('a', 10);
    clock.advance(250);
    earn('b', 5);
    clock.advance(250);
    expect(emitted).toHaveLength(1);
  });

  test('flushes before it answers, so that an answer and what is emitted agree', () => {
    const { clock, emitted, boards, earn } = setUp();
    const first = boards.watch(POINTS, 'tv');
    earn('a', 10);
    const second = boards.watch(POINTS, 'phone');
    expect(second?.seq).toBe(first!.seq + 1);
    expect(emitted).toEqual([second]);
    earn('b', 11);
    const got = boards.snapshot(POINTS);
    expect(got.seq).toBe(first!.seq + 2);
    expect(emitted.at(-1)?.rows).toEqual(got.rows);
    clock.advance(1000);
    expect(emitted).toHaveLength(2);
  });

  test('of a team shows that team alone', () => {
    const { boards, earn } = setUp();
    earn('a', 10);
    earn('b', 25);
    expect(brief(boards.watch({ ...POINTS, team: 'East' }, 'tv')?.rows)).toEqual(['1 Ani 10']);
  });

  test('looks again when a name, a team or a rule changed', () => {
    const { clock, emitted, boards, earn, reps, policy } = setUp();
    earn('a', 10);
    boards.watch(POINTS, 'tv');
    reps.set('a', { name: 'Ani S.', team: 'East', isRanked: true });
    boards.refresh();
    clock.advance(250);
    expect(brief(emitted.at(-1)?.rows)).toEqual(['1 Ani S. 10']);
    policy.showNames = false;
    boards.refresh();
    clock.advance(250);
    expect(emitted.at(-1)?.rows).toEqual([{ rank: 1, repId: 'a', name: null, value: 10 }]);
    reps.delete('a');
    boards.refresh();
    clock.advance(250);
    expect(emitted.at(-1)?.rows).toEqual([]);
  });

  test('turns at midnight of the calendar’s zone, and a rep whose tomorrow came first is there then', () => {
    const { clock, emitted, boards, earn } = setUp();
    earn('a', 10);
    earn('b', 7, '2026-11-24');
    const first = boards.watch(POINTS, 'tv');
    const week = boards.watch({ ...POINTS, period: 'week' }, 'tv');
    expect(brief(first?.rows)).toEqual(['1 Ani 10']);
    expect(brief(week?.rows)).toEqual(['1 Ani 10', '2 Budi 7']);
    clock.advanceTo(Date.parse('2026-11-23T16:59:59.999Z'));
    expect(emitted).toEqual([]);
    clock.advance(1);
    expect(emitted.map((state) => [state.stream, brief(state.rows)])).toEqual([['points:day:10', ['1 Budi 7']]]);
    // The other one is looked at next, and has not changed.
    clock.advance(1_000);
    expect(emitted).toHaveLength(1);
    clock.advanceTo(Date.parse('2026-11-24T17:00:00.000Z'));
    expect(emitted.at(-1)?.rows).toEqual([]);
    expect(emitted.at(-1)?.seq).toBe(first!.seq + 2);
  });
});

describe('FAIR-15: a newcomer', () => {
  test('has figures and no rank, and takes nobody’s', () => {
    const { boards, earn, reps } = setUp();
    reps.set('a', { name: 'Ani', team: 'East', isRanked: false });
    for (const [repId, points] of Object.entries({ a: 10, b: 7, c: 5 })) earn(repId, points);
    expect(brief(boards.watch(POINTS, 'tv')?.rows)).toEqual(['1 Budi 7', '2 Citra 5']);
    expect(brief(boards.snapshot({ ...POINTS, top: 5 }, 'c').rows)).toEqual(['1 Budi 7', '2 Citra 5']);
    expect(boards.snapshot(POINTS, 'c').me).toMatchObject({ rank: 2, value: 5 });
    expect(boards.snapshot(POINTS, 'a').me).toMatchObject({ repId: 'a', rank: null, value: 10 });
    expect(boards.snapshot({ ...POINTS, team: 'West' }, 'a').me).toBeUndefined();
  });

  test('enters with what it has at its own midnight: who watches and who asks see the same', () => {
    const { clock, emitted, boards, earn, reps } = setUp();
    reps.set('a', { name: 'Ani', team: 'East', isRanked: false });
    earn('a', 10);
    earn('b', 7);
    const week: BoardRequest = { ...POINTS, period: 'week' };
    const first = boards.watch(week, 'tv');
    clock.advanceTo(Date.parse('2026-11-23T14:59:59.999Z'));
    expect(emitted).toEqual([]);
    reps.set('a', { name: 'Ani', team: 'East', isRanked: true });
    clock.advance(1);
    const asked = boards.snapshot(week, 'b');
    expect(asked.rows).toEqual(emitted.at(-1)?.rows);
    expect([asked.seq, brief(asked.rows), asked.me?.rank]).toEqual([first!.seq + 1, ['1 Ani 10', '2 Budi 7'], 2]);
    expect(emitted).toHaveLength(1);
  });
});

describe('interest', () => {
  test('is counted once a watcher; nobody left, nothing emitted, and seq does not go back', () => {
    const { clock, emitted, boards, earn } = setUp();
    const first = boards.watch(POINTS, 'tv');
    boards.watch(POINTS, 'tv');
    boards.watch(POINTS, 'phone');
    boards.release('points:day:10', 'tv');
    expect(boards.streamCount()).toBe(1);
    earn('a', 10);
    clock.advance(250);
    boards.releaseAll('phone');
    expect(boards.streamCount()).toBe(0);
    boards.release('points:day:10', 'phone');
    earn('a', 10);
    clock.advance(86_400_000 * 2);
    expect(emitted).toHaveLength(1);
    expect(boards.watch(POINTS, 'tv')?.seq).toBeGreaterThan(first!.seq + 1);
  });

  test('of a gateway ends with its lease unless it is renewed', () => {
    const { clock, emitted, boards, earn } = setUp();
    boards.watch(POINTS, 'gateway-1', 10_000);
    clock.advance(9000);
    boards.watch(POINTS, 'gateway-1', 10_000);
    clock.advance(9999);
    earn('a', 1);
    boards.watch({ ...POINTS, top: 3 }, 'tv');
    expect(boards.streamCount()).toBe(2);
    clock.advance(1);
    boards.watch({ ...POINTS, top: 3 }, 'tv');
    expect(boards.streamCount()).toBe(1);
    clock.advance(1000);
    expect(emitted).toEqual([]);
  });

  test('has bounds: streams in all, streams a watcher', () => {
    const { boards } = setUp();
    for (let top = 1; top <= STREAMS_PER_WATCHER_MAX; top++)
      expect(boards.watch({ ...POINTS, top }, 'tv')).not.toBeNull();
    expect(boards.watch({ ...POINTS, top: 99 }, 'tv')).toBeNull();
    expect(boards.watch({ ...POINTS, top: 1 }, 'tv')).not.toBeNull();
    for (let n = STREAMS_PER_WATCHER_MAX; n < STREAMS_MAX; n++)
      boards.watch({ ...POINTS, team: `t${n}` }, 'gateway', 1000);
    expect(boards.watch({ ...POINTS, top: 99 }, 'phone')).toBeNull();
    expect(boards.streamCount()).toBe(STREAMS_MAX);
  });

  test('close leaves no timer behind', () => {
    const { clock, emitted, boards, earn } = setUp();
    boards.watch(POINTS, 'tv');
    earn('a', 1);
    boards.close();
    clock.advance(86_400_000);
    expect(emitted).toEqual([]);
  });
});

describe('a snapshot', () => {
  test('carries the asking rep’s own row, however far down, and a seq of its own where nobody watches', () => {
    const { boards, earn } = setUp();
    earn('a', 30);
    earn('b', 30);
    earn('c', 10);
    const got = boards.snapshot({ ...POINTS, top: 1 }, 'c');
    expect(got).toMatchObject({ metric: 'points', period: 'day', team: null, epoch: 'e1' });
    expect(brief(got.rows)).toEqual(['1 Ani 30']);
    expect(got.me).toEqual({ rank: 3, repId: 'c', name: 'Citra', value: 10 });
    expect(boards.snapshot({ ...POINTS, top: 1 }).seq).toBeGreaterThan(got.seq);
    expect(boards.snapshot({ ...POINTS, board: 'revenue' }, 'c')).not.toHaveProperty('me');
  });

  test('after load, balance and total speak of what was loaded', () => {
    const { boards } = setUp();
    const of = (repId: string, sums: Partial<DayDelta>) => ({
      repId,
      day: DAY,
      ...sumsOfDelta({ repId, day: DAY, at: 1, ...sums }),
    });
    boards.load([of('a', { points: 10, claims: 2 }), of('b', { points: 5, claims: 1 })]);
    expect(boards.balance('a')).toBe(10);
    expect(boards.total('claims', DAY)).toBe(3);
    expect(boards.total('claims', '2026-11-22')).toBe(0);
    expect(brief(boards.snapshot(POINTS).rows)).toEqual(['1 Ani 10', '2 Budi 5']);
  });
});

test('property: who saw the answer and every delta shows what a fresh snapshot shows, without gaps', () => {
  const request = fc.record({
    board: fc.constantFrom('points' as const, 'claims' as const),
    period: fc.constantFrom('day' as const, 'week' as const, 'all' as const),
    top: fc.constantFrom(1, 2, 10),
  });
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('apply' as const),
      repId: fc.constantFrom('a', 'b', 'c'),
      points: fc.integer({ min: -3, max: 5 }),
      claims: fc.integer({ min: 0, max: 1 }),
    }),
    fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 100, 250, 3_600_000, 43_200_000),
    }),
    fc.record({
      kind: fc.constant('watch' as const),
      request,
      watcher: fc.constantFrom('tv', 'phone'),
    }),
    fc.record({ kind: fc.constant('read' as const), request }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { clock, emitted, boards } = setUp();
      const shown = new Map<string, BoardState>();
      const requests = new Map<string, BoardRequest>();
      const catchUp = () => {
        for (const state of emitted.splice(0)) {
          const held = shown.get(state.stream);
          expect(state.seq).toBe((held?.seq ?? Number.NaN) + 1);
          shown.set(state.stream, state);
        }
      };
      for (const one of steps) {
        if (one.kind === 'apply') {
          const day = new Date(clock.nowMs() + 7 * 3_600_000).toISOString().slice(0, 10);
          boards.apply([{ repId: one.repId, day, at: clock.nowMs(), points: one.points, claims: one.claims }]);
        } else if (one.kind === 'wait') clock.advance(one.ms);
        else if (one.kind === 'read') boards.snapshot(one.request);
        else {
          const state = boards.watch(one.request, one.watcher)!;
          catchUp();
          const held = shown.get(state.stream);
          if (held === undefined) shown.set(state.stream, state);
          else expect({ ...held, asOf: '' }).toEqual({ ...state, asOf: '' });
          requests.set(state.stream, one.request);
        }
        catchUp();
      }
      // Twice: what changed while boards are told is gathered again.
      clock.advance(1_000);
      catchUp();
      for (const [stream, state] of shown) {
        const fresh = boards.snapshot(requests.get(stream)!);
        expect(fresh.rows).toEqual(state.rows);
        expect(fresh.seq).toBe(state.seq);
      }
      expect(emitted).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
