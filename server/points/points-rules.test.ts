import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import {
  claimAwards,
  contactAwards,
  helpAwards,
  pairOf,
  type Stage,
  type StageState,
  stageAwards,
  stageEffects,
} from './points-rules.ts';

const policy = (resolvePreset('tiered') as Policy).points;
const STARTED_MS = Date.parse('2026-11-23T03:00:00Z');
const contact = (afterMs: number, recordedAfterMs = afterMs) =>
  contactAwards(policy, {
    startedAtMs: STARTED_MS,
    atMs: STARTED_MS + afterMs,
    recordedAtMs: STARTED_MS + recordedAfterMs,
  });

describe('speed', () => {
  test('GAME-01, COMP-40.10: a claim after 59 s and 60 s earns +10, after 61 s nothing', () => {
    expect(claimAwards(policy, 59_000)).toEqual([{ rule: 'claimWithin60s', points: 10 }]);
    expect(claimAwards(policy, 60_000)).toHaveLength(1);
    expect(claimAwards(policy, 60_001)).toEqual([]);
    expect(claimAwards(policy, 61_000)).toEqual([]);
  });

  test('NOTIF-10: an assignment has no claim speed and earns nothing', () => {
    expect(claimAwards(policy, null)).toEqual([]);
  });

  test('GAME-02, COMP-40.10: first contact after 4:59 and 5:00 earns +25, after 5:01 nothing', () => {
    expect(contact(299_000)).toEqual([{ rule: 'contactWithin300s', points: 25 }]);
    expect(contact(300_000)).toHaveLength(1);
    expect(contact(301_000)).toEqual([]);
  });

  test('a contact logged more than 60 s after it was made earns nothing', () => {
    expect(contact(200_000, 260_000)).toHaveLength(1);
    expect(contact(200_000, 260_001)).toEqual([]);
  });

  test('nor does one from before the ownership', () => {
    expect(contact(-1, 0)).toEqual([]);
    expect(contact(0)).toHaveLength(1);
  });

  test('a rule valued at nothing writes no entry', () => {
    const free = { ...policy, claimWithin60s: { points: 0, withinSeconds: 60 } };
    expect(claimAwards(free, 1)).toEqual([]);
  });
});

describe('stages', () => {
  const fresh: StageState = { stage: null, opportunity: false, won: false };
  /** Walks the stages and answers the last step, as `opportunity won converted`. */
  function walk(...stages: Stage[]): string {
    let state = fresh;
    let last = '';
    for (const stage of stages) {
      const effects = stageEffects(state, stage);
      if ('illegal' in effects) return effects.illegal;
      last = `${effects.opportunity} ${effects.won} ${effects.converted}`;
      state = effects.after;
    }
    return last;
  }

  test.each<[string, string, ...Stage[]]>([
    ['GAME-03: an opportunity is gained', '1 0 1', 'qualified', 'opportunity'],
    ['GAME-04: won after an opportunity', '0 1 0', 'opportunity', 'won'],
    ['won without an opportunity pays won only', '0 1 1', 'qualified', 'won'],
    ['lost after an opportunity reverses nothing', '0 0 0', 'opportunity', 'lost'],
    ['lost after won corrects the win', '0 -1 0', 'opportunity', 'won', 'lost'],
    ['lost after won alone is no conversion any more', '0 -1 -1', 'won', 'lost'],
    ['down from opportunity is a correction', '-1 0 -1', 'opportunity', 'nurture'],
    ['down from won reverses both', '-1 -1 -1', 'opportunity', 'won', 'qualified'],
    ['won back to opportunity reverses the win alone', '0 -1 0', 'opportunity', 'won', 'opportunity'],
    ['won alone, corrected to opportunity', '1 -1 0', 'won', 'opportunity'],
    ['a lost opportunity revived is not paid twice', '0 0 0', 'opportunity', 'lost', 'opportunity'],
    ['lost, then an opportunity after all', '1 0 1', 'lost', 'opportunity'],
    ['lost, then lower: it never was one', '-1 0 -1', 'opportunity', 'lost', 'disqualified'],
    ['among low stages nothing happens', '0 0 0', 'nurture', 'disqualified'],
    ['the same stage again', 'unchanged', 'opportunity', 'opportunity'],
    ['won again, to correct its revenue', '0 0 0', 'won', 'won'],
  ])('%s', (_, expected, ...stages) => {
    expect(walk(...stages)).toBe(expected);
  });

  test('awards follow what was gained', () => {
    const effects = stageEffects(fresh, 'opportunity');
    if ('illegal' in effects) throw new Error('legal');
    expect(stageAwards(policy, effects)).toEqual([{ rule: 'opportunity', points: 50 }]);
    const won = stageEffects(effects.after, 'won');
    if ('illegal' in won) throw new Error('legal');
    expect(stageAwards(policy, won)).toEqual([{ rule: 'won', points: 200 }]);
  });

  test('property: gains and losses alternate, so no fact is ever paid twice over', () => {
    const stage = fc.constantFrom<Stage>('qualified', 'disqualified', 'nurture', 'opportunity', 'won', 'lost');
    fc.assert(
      fc.property(fc.array(stage, { maxLength: 12 }), (stages) => {
        let state = fresh;
        const held = { opportunity: 0, won: 0, converted: 0 };
        for (const to of stages) {
          const effects = stageEffects(state, to);
          if ('illegal' in effects) continue;
          held.opportunity += effects.opportunity;
          held.won += effects.won;
          held.converted += effects.converted;
          state = effects.after;
          expect(held.opportunity).toBe(state.opportunity ? 1 : 0);
          expect(held.won).toBe(state.stage === 'won' ? 1 : 0);
          expect(held.converted).toBe(state.opportunity || state.won ? 1 : 0);
        }
      }),
    );
  });
});

describe('help', () => {
  const help = (paidThisWeek: number, helpedId = 'b') => helpAwards(policy, { helperId: 'a', helpedId, paidThisWeek });

  test('GAME-05, GAME-08: three confirmed helps a pair and week pay, the fourth does not', () => {
    expect(help(0)).toEqual([{ rule: 'help', points: 5 }]);
    expect(help(2)).toHaveLength(1);
    expect(help(3)).toEqual([]);
  });

  test('GAME-08: nobody helps themselves; a pair is a pair either way', () => {
    expect(help(0, 'a')).toEqual([]);
    expect(pairOf('a', 'b')).toBe(pairOf('b', 'a'));
  });
});
