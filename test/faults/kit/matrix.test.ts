/** The matrix is honest: what did not run, did not strike or was not caught is not held. */
import { describe, expect, test } from 'vitest';
import { matrixLines, matrixMarkdown, matrixOf, withFigures } from '../../../scripts/fault-matrix.ts';
import { textOf } from '../../house/source.ts';
import { type RowReport, rowNamed } from './matrix.ts';
import type { Row } from './rows.ts';

const row: Row = {
  name: 'fire',
  fault: 'it burns',
  promise: 'nothing burns down',
  parts: { a: ['L3'], b: [] },
  needsHits: true,
};
const good: RowReport = {
  row: 'fire',
  part: 'a',
  rounds: 2,
  faults: 3,
  hitsInFlight: 1,
  claims: 10,
  wins: 4,
  lost: 0,
  doubled: 0,
  seconds: 1,
  unjudged: { S9: 'nobody read the stream of wins' },
  controls: [{ what: 'a wooden house', caught: true }],
};
const b = { ...good, part: 'b' };
const whyOf = (...reports: RowReport[]) => matrixOf([row], reports)[0]?.why;

describe('the matrix', () => {
  test('adds up the parts of a row that is held', () => {
    const [result] = matrixOf([row], [good, b, { ...good, row: 'other' }]);
    expect(result).toMatchObject({ held: true, why: [], rounds: 4, faults: 6, claims: 20, controlsCaught: 2 });
    expect(matrixLines([result!])[1]).toMatch(/^fire +4 +6 +2 +20 +8 +0 +0 +2 of 2 +held/);
  });

  test.each<[string, RowReport[], string]>([
    ['a row that nobody reported', [], 'a did not report'],
    ['a part that is missing', [good], 'b did not report'],
    ['faults that all missed', [good, { ...b, hitsInFlight: 0 }], 'b: no fault struck while a claim was in flight'],
    ['no fault at all', [{ ...good, faults: 0 }, b], 'a: no fault struck'],
    ['a loss', [{ ...good, lost: 1 }, b], 'a: 1 lost'],
    ['a double', [good, { ...b, doubled: 2 }], 'b: 2 doubled'],
    [
      'a rule that it is there for and nothing could be judged by',
      [{ ...good, unjudged: { L3: 'no Redis was given' } }, b],
      'a: not judged: L3 (no Redis was given)',
    ],
    [
      'a control nobody caught',
      [good, { ...b, controls: [...b.controls, { what: 'petrol', caught: false }] }],
      'b: the control was not caught (petrol)',
    ],
  ])('does not hold %s', (_, reports, why) => {
    expect(whyOf(...reports)).toContain(why);
    expect(matrixLines(matrixOf([row], reports)).join('\n')).toContain('NOT HELD');
  });

  test('asks for no hit in flight where there can be none', () => {
    const reports = [good, b].map((report) => ({ ...report, hitsInFlight: 0 }));
    expect(matrixOf([{ ...row, needsHits: false }], reports)[0]?.held).toBe(true);
  });

  test('takes no report of a row that it does not know', () => {
    expect(() => rowNamed('fire', 'a')).toThrow('no row is called fire');
    expect(() => rowNamed('power-loss', 'a')).toThrow('no part a');
  });

  test('puts its figures between the marks of the page', () => {
    const figures = matrixMarkdown(matrixOf([row], [{ ...good, figures: { takeOverMsMax: 7 } }, b]), 'Measured today.');
    expect(figures).toContain('| fire, a | takeOverMsMax 7 | S9 | a wooden house |');
    const page = withFigures(textOf('docs/reliability.md'), figures);
    expect(page).toContain('nothing burns down');
    expect(withFigures(page, figures)).toBe(page);
    expect(() => withFigures('# No marks', figures)).toThrow('marks');
  });
});
