/** The race on record: what is gathered is written a few offers at a time, and can be read all along. */
import { expect, it } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import { createRaceNotes, NOTED_OFFERS_AT_ONCE, NOTES_FLUSH_MS, NOTES_PER_OFFER_MAX } from './race-notes.ts';

const note = { repId: 'sari', requestId: 'r', atMs: 1, verdict: 'lost' };
const OFFERS = 2 * NOTED_OFFERS_AT_ONCE + 1;

function gathering() {
  const clock = new SimClock(0);
  const calls: { rows: { offerId: string; notes: string }[]; end(error?: Error): void }[] = [];
  const errors: unknown[] = [];
  const notes = createRaceNotes({
    clock,
    write: (rows) =>
      new Promise<void>((resolve, reject) => {
        calls.push({ rows, end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    onError: (error) => errors.push(error),
  });
  for (let n = 0; n < OFFERS; n++) notes.attempt(`o${n}`, note);
  return { clock, notes, calls, errors };
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

it('is written after five seconds, a few offers at a time, each once', async () => {
  const { clock, notes, calls } = gathering();
  clock.advance(NOTES_FLUSH_MS - 1);
  await turn();
  expect(calls).toHaveLength(0);
  clock.advance(1);
  for (let call = 0; call < 3; call++) {
    await turn();
    expect(calls).toHaveLength(call + 1);
    expect(notes.pending(`o${OFFERS - 1}`).attempts).toEqual([note]);
    calls[call]?.end();
  }
  await notes.flush();
  expect(calls.map(({ rows }) => rows.length)).toEqual([NOTED_OFFERS_AT_ONCE, NOTED_OFFERS_AT_ONCE, 1]);
  expect(new Set(calls.flatMap(({ rows }) => rows.map(({ offerId }) => offerId))).size).toBe(OFFERS);
  expect(notes.pending('o0').attempts).toEqual([]);
});

it('is told of what the disk refuses, and writes the others', async () => {
  const { notes, calls, errors } = gathering();
  const flushed = notes.flush();
  await turn();
  calls[0]?.end(new Error('full'));
  for (const call of [1, 2]) {
    await turn();
    calls[call]?.end();
  }
  await flushed;
  expect(errors).toEqual([new Error('full')]);
  expect(calls).toHaveLength(3);
});

it('a receipt that comes again is noted once, and takes nobody else’s room', async () => {
  const { notes } = gathering();
  const seen = (repId: string, atMs: number) => ({ repId, kind: 'seen' as const, atMs });
  for (let n = 0; n <= NOTES_PER_OFFER_MAX; n++) notes.receipt('o0', seen('sari', n));
  notes.receipt('o0', { ...seen('sari', 1), kind: 'delivered' });
  notes.receipt('o0', seen('budi', 2));
  notes.receipt('o1', seen('sari', 3));
  expect(notes.pending('o0').receipts.map(({ repId, kind, atMs }) => [repId, kind, atMs])).toEqual([
    ['sari', 'seen', 0],
    ['sari', 'delivered', 1],
    ['budi', 'seen', 2],
  ]);
  expect(notes.pending('o1').receipts).toHaveLength(1);
});
