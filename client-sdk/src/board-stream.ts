/**
 * One board as a stream of whole top lists, numbered without a gap within an epoch. A pure reducer.
 *
 *   waiting → following  a snapshot that the held deltas join on to
 *   following → waiting  a gap, or another epoch: the caller must ask again (`ask`)
 *
 * While waiting, the rows last known stay shown and deltas are held: the answer may be older than
 * some of them.
 */
import type { BoardState } from '../protocol/down.ts';

export interface BoardStream {
  readonly isWaiting: boolean;
  readonly shown: BoardState | undefined;
  readonly held: readonly BoardState[];
}

/** `ask`: a snapshot is needed now. */
export interface BoardStep {
  stream: BoardStream;
  ask: boolean;
}

/** Letting go of held deltas is safe: it shows as a gap, and a gap asks again. */
export const HELD_MAX = 100;

export const NEW_BOARD_STREAM: BoardStream = { isWaiting: true, shown: undefined, held: [] };

/** The link broke: whatever was missed, the next snapshot has it. */
export function restarted(stream: BoardStream): BoardStream {
  return { isWaiting: true, shown: stream.shown, held: [] };
}

export function withDelta(stream: BoardStream, delta: BoardState): BoardStep {
  if (stream.isWaiting) {
    return { stream: { ...stream, held: [...stream.held, delta].slice(-HELD_MAX) }, ask: false };
  }
  const { shown } = stream;
  if (shown !== undefined && shown.epoch === delta.epoch) {
    if (delta.seq <= shown.seq) return { stream, ask: false };
    if (delta.seq === shown.seq + 1) return { stream: { ...stream, shown: delta }, ask: false };
  }
  return { stream: { isWaiting: true, shown, held: [delta] }, ask: true };
}

export function withBoard(stream: BoardStream, board: BoardState): BoardStep {
  const { shown } = stream;
  const isOlder = shown !== undefined && shown.epoch === board.epoch && board.seq < shown.seq;
  let step: BoardStep = {
    stream: { isWaiting: false, shown: isOlder ? shown : board, held: [] },
    ask: false,
  };
  const held = stream.held.filter((delta) => delta.stream === board.stream).sort((one, other) => one.seq - other.seq);
  for (const delta of held) step = { ...withDelta(step.stream, delta), ask: step.ask };
  return { stream: step.stream, ask: step.stream.isWaiting };
}
