/** Where a flag begins, to the millisecond. */
import { describe, expect, it, test } from 'vitest';
import { plausibilityFlags, REGULAR_CLAIMS, reactionMs } from './plausibility-rules.ts';

const speeds = (spreadMs: number, count = REGULAR_CLAIMS) =>
  Array.from({ length: count }, (_, n) => (n === 3 ? 400 + spreadMs : 400));

describe('faster than human', () => {
  test.each([
    [0, ['fasterThanHuman']],
    [119, ['fasterThanHuman']],
    [120, []],
    [null, []],
  ])('%s ms: %j', (reaction, flags) => expect(plausibilityFlags(reaction)).toEqual(flags));

  it('counts from the own alert, and from the opening of a lane whose alert came after the tap', () => {
    expect(reactionMs(1_119, { opensAt: 900, sentAt: 1_000 })).toBe(119);
    expect(reactionMs(950, { opensAt: 900, sentAt: 1_000 })).toBe(0);
  });

  it('speaks of no reaction before the lane opened, without an alert, and outside the offer', () => {
    expect(reactionMs(899, { opensAt: 900, sentAt: 1_000 })).toBeNull();
    expect(reactionMs(1_000, { opensAt: 900, sentAt: null })).toBeNull();
    expect(reactionMs(1_000, undefined)).toBeNull();
  });
});

describe('too regular', () => {
  it.each([
    [49, ['tooRegular']],
    [50, []],
  ])('ten claims within %s ms: %j', (spreadMs, flags) => {
    expect(plausibilityFlags(400, speeds(spreadMs))).toEqual(flags);
  });

  it('says nothing of nine', () => expect(plausibilityFlags(400, speeds(0, 9))).toEqual([]));

  it('says both of a bot that does not wait', () => {
    expect(plausibilityFlags(5, Array<number>(10).fill(5))).toEqual(['fasterThanHuman', 'tooRegular']);
  });
});
