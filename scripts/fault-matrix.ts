/** The fault matrix as a whole run shows it: what each row's tests reported, put together and judged. */
import { type RowReport, unjudgedOf } from '../test/faults/kit/matrix.ts';
import type { Row } from '../test/faults/kit/rows.ts';
import { table } from '../tools/terminal/output.ts';

export interface RowResult {
  row: string;
  fault: string;
  promise: string;
  rounds: number;
  faults: number;
  hitsInFlight: number;
  claims: number;
  wins: number;
  lost: number;
  doubled: number;
  controlsCaught: number;
  controls: number;
  held: boolean;
  /** Why it is not held, in words. */
  why: string[];
  parts: RowReport[];
}

const sum = (parts: readonly RowReport[], of: (part: RowReport) => number) =>
  parts.reduce((total, part) => total + of(part), 0);

function reasons(row: Row, parts: readonly RowReport[]): string[] {
  const { parts: promised, needsHits } = row;
  const missing = Object.keys(promised).filter((name) => !parts.some(({ part }) => part === name));
  return [
    ...missing.map((name) => `${name} did not report`),
    ...parts.flatMap(({ part, faults, hitsInFlight, lost, doubled, unjudged, controls }) => [
      ...(faults === 0 ? [`${part}: no fault struck`] : []),
      ...(needsHits && hitsInFlight === 0 ? [`${part}: no fault struck while a claim was in flight`] : []),
      ...(lost > 0 ? [`${part}: ${lost} lost`] : []),
      ...(doubled > 0 ? [`${part}: ${doubled} doubled`] : []),
      ...unjudgedOf(row, { part, unjudged }).map((rule) => `${part}: not judged: ${rule}`),
      ...controls.filter(({ caught }) => !caught).map(({ what }) => `${part}: the control was not caught (${what})`),
    ]),
  ];
}

/** One result a row, in the rows' order; a row or part that did not report is not held. */
export function matrixOf(rows: readonly Row[], reports: readonly RowReport[]): RowResult[] {
  return rows.map((row) => {
    const parts = reports.filter((report) => report.row === row.name);
    const why = reasons(row, parts);
    return {
      row: row.name,
      fault: row.fault,
      promise: row.promise,
      rounds: sum(parts, ({ rounds }) => rounds),
      faults: sum(parts, ({ faults }) => faults),
      hitsInFlight: sum(parts, ({ hitsInFlight }) => hitsInFlight),
      claims: sum(parts, ({ claims }) => claims),
      wins: sum(parts, ({ wins }) => wins),
      lost: sum(parts, ({ lost }) => lost),
      doubled: sum(parts, ({ doubled }) => doubled),
      controls: sum(parts, ({ controls }) => controls.length),
      controlsCaught: sum(parts, ({ controls }) => controls.filter(({ caught }) => caught).length),
      held: why.length === 0,
      why,
      parts,
    };
  });
}

const HEADER = ['row', 'rounds', 'faults', 'hit in flight', 'claims', 'wins', 'lost', 'doubled', 'controls caught'];

const cellsOf = (result: RowResult): (string | number)[] => [
  result.row,
  result.rounds,
  result.faults,
  result.hitsInFlight,
  result.claims,
  result.wins,
  result.lost,
  result.doubled,
  `${result.controlsCaught} of ${result.controls}`,
];

/** By id; of what the row asks for there is none. */
function unjudgedWords({ claims, unjudged }: RowReport): string {
  if (claims === 0) return 'all: no claims';
  return Object.keys(unjudged).sort().join(' ') || 'none';
}

/** Lines for a terminal: the table, what could not be judged, then the reasons of what is not held. */
export function matrixLines(results: readonly RowResult[]): string[] {
  const rows = results.map((result) => [...cellsOf(result), result.held ? 'held' : 'NOT HELD', result.promise]);
  const unjudged = results.flatMap(({ row, parts }) =>
    parts.map((report) => `  ${row}, ${report.part}: ${unjudgedWords(report)}`),
  );
  const notHeld = results.flatMap(({ row, why }) => why.map((reason) => `  ${row}: ${reason}`));
  return [
    ...table([[...HEADER, 'held', 'promise'], ...rows]),
    ...(unjudged.length === 0 ? [] : ['', 'rules that its histories had nothing to be judged by:', ...unjudged]),
    ...(notHeld.length === 0 ? [] : ['', ...notHeld]),
  ];
}

/** The same for docs/reliability.md, with what each part measured. */
export function matrixMarkdown(results: readonly RowResult[], about: string): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = (cells: readonly unknown[]) => line(cells.map(() => '---'));
  const header = ['fault', 'promise', ...HEADER.slice(1), 'held'];
  const measured = results.flatMap(({ row, parts }) =>
    parts.flatMap((report) => {
      const { part, controls, figures = {} } = report;
      const said = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
      return [
        line([
          `${row}, ${part}`,
          said.join(', ') || 'none',
          unjudgedWords(report),
          controls.map(({ what }) => what).join('; '),
        ]),
      ];
    }),
  );
  return [
    about,
    '',
    line(header),
    rule(header),
    ...results.map((one) => line([one.fault, one.promise, ...cellsOf(one).slice(1), one.held ? 'yes' : '**no**'])),
    '',
    line(['part', 'measured', 'rules not judged', 'control: what was broken, and caught']),
    rule([1, 2, 3, 4]),
    ...measured,
  ].join('\n');
}

const BEGIN = '<!-- figures: npm run test:faults -- --write -->';
const END = '<!-- end of figures -->';

/** @throws when the page has not both marks. */
export function withFigures(page: string, figures: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the page needs the marks ${BEGIN} and ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${figures}\n\n${page.slice(to)}`;
}
