/** A part's numbers come from histories, and from nothing else. */
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { History } from '../../../tools/oracle/history.ts';
import { writeSoundDatabase } from '../../support/sound-database.ts';
import { ask, ayu, budi, type Said, SOUND, won } from '../../support/sound-history.ts';
import { tempFolder } from '../../support/temp-database.ts';
import { Part, strikesAt } from './part.ts';

function judged(...more: Said[]) {
  const file = join(tempFolder(), 'sambar.db');
  writeSoundDatabase(file);
  const history = new History();
  for (const line of [...SOUND, ...more]) history.record(line);
  return history.judge(file);
}

/** What is reported here is nobody's row. */
beforeEach(() => void vi.stubEnv('FAULT_REPORT_DIR', ''));

const NOTICED = { what: 'petrol', found: ['S1 two were told'] };

test('adds up what the oracle counted, history by history, and the rounds that were done', async () => {
  const part = new Part('power-loss', 'image');
  await part.eachRound(3, async () => undefined);
  part.count(judged());
  const alone = part.report(NOTICED);
  expect(alone).toMatchObject({ rounds: 3, faults: 1, hitsInFlight: 1, claims: 7, wins: 2, lost: 0, doubled: 0 });
  part.count(judged({ kind: 'fault', what: 'too late' }, { kind: 'accepted', leadId: 'l9' }));
  part.count(judged(...ask({ ...budi, requestId: 'b9' }, won(budi, 1100))));
  const all = part.report(NOTICED);
  expect(all).toMatchObject({ faults: 4, hitsInFlight: 3, claims: 22, wins: 6, lost: 1, doubled: 1 });
});

test('holds the moments of a fault against the claims that were open', () => {
  const sent = { kind: 'sent', ...ayu } as const;
  const lines = [
    { ...sent, at: 10 },
    { ...sent, ...budi, at: 20 },
    { kind: 'answered', ...ayu, verdict: won(ayu, 0), at: 30 } as const,
    { kind: 'silence', ...budi, at: 40 } as const,
    { ...sent, at: 50 },
  ];
  expect(strikesAt({ lines }, [35, 5, 15, 45, 60, 40])).toEqual({ faults: 6, hitsInFlight: 3 });
  expect(strikesAt({ lines: [] }, [1])).toEqual({ faults: 1, hitsInFlight: 0 });
});

test('fails when nobody noticed the control, or noticed something else', () => {
  const part = new Part('power-loss', 'image');
  expect(() => part.report({ what: 'petrol', found: [] })).toThrow('nobody noticed the control (petrol)');
  expect(() => part.report({ ...NOTICED, mustSay: /^S2 / })).toThrow('S1 two were told');
  expect(part.report([{ ...NOTICED, mustSay: /^S1 / }, NOTICED]).controls).toEqual([
    { what: 'petrol', caught: true },
    { what: 'petrol', caught: true },
  ]);
  expect(() => part.report([NOTICED, { what: 'matches', found: [] }])).toThrow('(matches)');
});

test('fails when a rule that the row is there for had nothing to be judged by', () => {
  const part = new Part('clock-jump', 'redis');
  part.count(judged());
  expect(() => part.report(NOTICED)).toThrow('clock-jump is there for rules that were not judged: L1 (the run is not');
  const file = join(tempFolder(), 'sambar.db');
  writeSoundDatabase(file);
  part.count(new History().judge(file, { isOver: true }));
  const { unjudged } = part.report(NOTICED);
  expect(Object.keys(unjudged)).toEqual(expect.arrayContaining(['L3', 'S14']));
  expect(unjudged).not.toHaveProperty('L1');
  expect(unjudged).not.toHaveProperty('S1');
});

test('takes faults without a history for a row without claims only', () => {
  const start = new Part('four-at-once', 'start');
  start.struck(4);
  expect(start.report(NOTICED)).toMatchObject({ faults: 4, hitsInFlight: 0, claims: 0 });
  expect(() => new Part('power-loss', 'image').struck(1)).toThrow('count its histories');
  expect(() => new Part('power-loss', 'a')).toThrow('no part a');
});
