/** The report as one HTML page that needs nothing else: drawn by uPlot, which is inside. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../bench.ts';
import type { Report } from './report.ts';

const UPLOT = 'node_modules/uplot/dist';

/** What would end the script element that it stands in, or begin a comment, is written as an escape of JSON. */
const inScript = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

export function pageOf(report: Report): string {
  const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const parts: Record<string, string> = {
    '/*uplot.css*/': text(`${UPLOT}/uPlot.min.css`),
    '/*uplot.js*/': text(`${UPLOT}/uPlot.iife.min.js`),
    '"the report"': inScript(report),
  };
  return Object.entries(parts).reduce(
    (page, [mark, part]) => page.replace(mark, () => part),
    text('loadtest/report/page.html'),
  );
}

export function writePage(report: Report, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pageOf(report));
}
