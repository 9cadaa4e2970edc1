import { expect, test } from 'vitest';
import {
  axisMs,
  firstAlertMs,
  lanesOf,
  linesOf,
  marksOf,
  type RaceAlert,
  type RaceOffer,
} from '../../web/manage/leads/race-view.ts';

const at = (ms: number) => new Date(ms).toISOString();
const alert = (repId: string, lane: number, sent: number | null, more: Partial<RaceAlert> = {}): RaceAlert => ({
  repId,
  repName: repId.toUpperCase(),
  lane,
  opensAt: at(lane * 900_000),
  sentAt: sent === null ? null : at(sent),
  deliveredAt: null,
  seenAt: null,
  ...more,
});
const offer = (part: Partial<RaceOffer>): RaceOffer => ({
  offerId: 'offer',
  openedAt: at(0),
  closesAt: at(1_800_000),
  endedAt: null,
  state: 'open',
  closeReason: null,
  pool: 'standard',
  blind: false,
  winner: null,
  alerts: [],
  attempts: [],
  ...part,
});

test('who tried first is on top, then who saw it, then the rest; each in its lane', () => {
  const race = offer({
    alerts: [
      alert('a', 1, null),
      alert('b', 0, 5),
      alert('c', 0, 5, { seenAt: at(900) }),
      alert('d', 0, 5, { deliveredAt: at(50) }),
    ],
    attempts: [
      { repId: 'b', at: at(1500), verdict: 'won' },
      { repId: 'x', at: at(1600), verdict: 'refused', rule: 'notInOffer' },
    ],
  });
  const lines = linesOf(race);
  expect(lines.map(({ repId }) => repId)).toEqual(['b', 'x', 'd', 'c', 'a']);
  expect(firstAlertMs(race)).toBe(5);
  const lanes = lanesOf(lines).map(({ lane, isOpened, lines: own }) => [lane, isOpened, own.map((one) => one.name)]);
  expect(lanes).toEqual([
    [0, true, ['B', 'D', 'C']],
    [1, false, ['A']],
  ]);
});

test("marks count from the rep's own alert; a claim before it stands at its start", () => {
  const line = {
    repId: 'b',
    name: 'B',
    alert: alert('b', 0, 1000, { deliveredAt: at(1040), seenAt: at(1800) }),
    attempts: [
      { repId: 'b', at: at(600), verdict: 'early' },
      { repId: 'b', at: at(2200), verdict: 'won' },
    ],
  };
  expect(marksOf(line).map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ['sent', 0],
    ['delivered', 40],
    ['seen', 800],
    ['other', 0],
    ['won', 1200],
  ]);
});

test('an axis ends with its last mark, but not with one that came long after the win', () => {
  const mark = (kind: 'won' | 'lost' | 'seen', atMs: number) => ({ kind, atMs });
  expect(axisMs([mark('won', 1000), mark('lost', 1040), mark('seen', 90_000)])).toBe(1040);
  expect(axisMs([mark('seen', 90_000), mark('lost', 7)])).toBe(90_000);
  expect(axisMs([mark('won', 0)])).toBe(1);
  expect(axisMs([])).toBe(1);
});
