import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BoardState } from '../protocol/down.ts';
import {
  type BoardStep,
  type BoardStream,
  HELD_MAX,
  NEW_BOARD_STREAM,
  restarted,
  withBoard,
  withDelta,
} from './board-stream.ts';

function board(epoch: string, seq: number): BoardState {
  return {
    stream: 'points:week:-:10',
    board: 'points',
    period: 'week',
    team: null,
    epoch,
    seq,
    asOf: '2026-11-23T03:00:00.000Z',
    rows: [{ rank: 1, repId: 'rep_sari', name: 'Sari', value: seq }],
  };
}

function following(at: BoardState): BoardStream {
  return withBoard(NEW_BOARD_STREAM, at).stream;
}

describe('a board stream', () => {
  test('deltas that come before the answer are held and joined on to it', () => {
    const held = [board('e1', 4), board('e1', 5), board('e1', 3)].reduce<BoardStream>(
      (stream, delta) => withDelta(stream, delta).stream,
      NEW_BOARD_STREAM,
    );
    const { stream, ask } = withBoard(held, board('e1', 3));
    expect({ shown: stream.shown, ask }).toEqual({ shown: board('e1', 5), ask: false });
  });

  test('a delta that is known already changes nothing', () => {
    const stream = following(board('e1', 5));
    expect(withDelta(stream, board('e1', 5))).toEqual({ stream, ask: false });
    expect(withDelta(stream, board('e1', 2))).toEqual({ stream, ask: false });
  });

  test('a gap asks again, keeps the rows meanwhile, and joins the delta on to the answer', () => {
    const gap = withDelta(following(board('e1', 5)), board('e1', 7));
    expect(gap.ask).toBe(true);
    expect(gap.stream.shown).toEqual(board('e1', 5));
    expect(withBoard(gap.stream, board('e1', 6))).toEqual({
      stream: following(board('e1', 7)),
      ask: false,
    });
  });

  test('another epoch asks again, whatever its number', () => {
    const step = withDelta(following(board('e1', 5)), board('e2', 6));
    expect(step.ask).toBe(true);
    expect(withBoard(step.stream, board('e2', 6)).stream.shown).toEqual(board('e2', 6));
  });

  test('an answer older than a held delta by more than one asks once more', () => {
    const held = withDelta(NEW_BOARD_STREAM, board('e1', 9)).stream;
    expect(withBoard(held, board('e1', 3)).ask).toBe(true);
  });

  test('an answer older than the rows shown does not turn them back', () => {
    const stream = withBoard(restarted(following(board('e1', 5))), board('e1', 4)).stream;
    expect(stream.shown).toEqual(board('e1', 5));
  });

  test('holds a bounded number of deltas', () => {
    let stream = NEW_BOARD_STREAM;
    for (let seq = 1; seq <= 3 * HELD_MAX; seq++) stream = withDelta(stream, board('e1', seq)).stream;
    expect(stream.held.length).toBe(HELD_MAX);
  });
});

type Act = { kind: 'hear'; index: number } | { kind: 'answer'; index: number } | { kind: 'relink' };

describe('a board stream, whatever the network does', () => {
  const truth = fc
    .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
    .map((lengths) =>
      lengths.flatMap((length, epoch) => Array.from({ length }, (_, seq) => board(`e${epoch}`, seq + 1))),
    );

  test('loss, order, duplicates and stale answers: the last answer of a quiet board is the truth', () => {
    const run = truth.chain((states) => {
      const index = fc.nat({ max: states.length - 1 });
      const act = fc.oneof(
        fc.record({ kind: fc.constant('hear' as const), index }),
        fc.record({ kind: fc.constant('answer' as const), index }),
        fc.record({ kind: fc.constant('relink' as const) }),
      );
      return fc.record({
        states: fc.constant(states),
        acts: fc.array<Act>(act, { maxLength: 30 }),
      });
    });
    fc.assert(
      fc.property(run, ({ states, acts }) => {
        const told = new Set<BoardState | undefined>([undefined, ...states]);
        let stream = NEW_BOARD_STREAM;
        for (const act of acts) {
          stream = stepOf(stream, act, states).stream;
          // Only ever a whole state that the server did have, never a mixture.
          expect(told.has(stream.shown)).toBe(true);
        }
        const last = states.at(-1) as BoardState;
        const { stream: end, ask } = withBoard(restarted(stream), last);
        expect({ shown: end.shown, ask }).toEqual({ shown: last, ask: false });
      }),
    );
  });

  test('without loss every state after the answer is shown, each once and in order', () => {
    const run = truth.chain((states) =>
      fc.record({ states: fc.constant(states), start: fc.nat({ max: states.length - 1 }) }),
    );
    fc.assert(
      fc.property(run, ({ states, start }) => {
        let stream = following(states[start] as BoardState);
        for (let index = start + 1; index < states.length; index++) {
          const now = states[index] as BoardState;
          const step = withDelta(stream, now);
          stream = step.ask ? withBoard(step.stream, now).stream : step.stream;
          expect(stream.shown).toEqual(now);
        }
      }),
    );
  });
});

function stepOf(stream: BoardStream, act: Act, states: readonly BoardState[]): BoardStep {
  if (act.kind === 'relink') return { stream: restarted(stream), ask: true };
  const state = states[act.index] as BoardState;
  return act.kind === 'hear' ? withDelta(stream, state) : withBoard(stream, state);
}
