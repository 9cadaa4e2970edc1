import { describe, expect, test } from 'vitest';
import { reachOf } from './reach-rules.ts';

const lane = (n: number, sentAtMs: number | null, repIds: string[]) => ({
  lane: n,
  opensAtMs: n * 1000,
  sentAtMs,
  seq: sentAtMs === null ? null : n,
  repIds,
  tiers: [n + 1],
});

describe('reachOf', () => {
  test('counts those who were alerted, had it and saw it, each once', () => {
    const lanes = [lane(0, 5, ['a', 'b', 'c']), lane(1, null, ['d'])];
    const receipts = [
      { repId: 'a', kind: 'delivered' as const },
      { repId: 'a', kind: 'seen' as const },
      // Its receipt of the delivery was lost.
      { repId: 'b', kind: 'seen' as const },
      // Not alerted yet, and not in the offer: nobody that was reached.
      { repId: 'd', kind: 'delivered' as const },
      { repId: 'x', kind: 'seen' as const },
    ];
    const { reach, lanes: shown } = reachOf({ lanes, admissions: new Map() }, receipts);
    expect(reach).toEqual({ reps: 4, alerted: 3, delivered: 2, seen: 2 });
    expect(shown).toEqual([
      { lane: 0, opensAtMs: 0, sentAtMs: 5, tiers: [1], reps: 3 },
      { lane: 1, opensAtMs: 1000, sentAtMs: null, tiers: [2], reps: 1 },
    ]);
  });

  test('a rep who was let in counts where it was let in, and once', () => {
    const admissions = new Map([
      ['d', { lane: 0, opensAtMs: 7, sentAtMs: 7, seq: 9 }],
      ['e', { lane: 1, opensAtMs: 1000, sentAtMs: null, seq: 9 }],
    ]);
    const { reach, lanes } = reachOf({ lanes: [lane(0, 5, ['a']), lane(1, null, ['d'])], admissions }, []);
    expect(reach).toEqual({ reps: 3, alerted: 2, delivered: 0, seen: 0 });
    expect(lanes.map(({ reps }) => reps)).toEqual([2, 1]);
  });
});
