/** What a row of the fault matrix did and saw, for `npm run test:faults` to put together. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROWS } from './rows.ts';

export interface RowReport {
  /** A name of rows.ts. */
  row: string;
  /** One of the row's parts. */
  part: string;
  /** How often the whole was done, from calm to fault to judgement. */
  rounds: number;
  faults: number;
  /** Faults that struck while at least one claim had been sent and not answered. */
  hitsInFlight: number;
  claims: number;
  wins: number;
  /** Heard wins, or accepted leads, that the file does not hold. */
  lost: number;
  /** Offers that two were told to have won. */
  doubled: number;
  /** What else was measured, by name, the unit in the name: `takeOverMsMax`. */
  figures?: Record<string, number | string>;
  /** What was broken on purpose, and whether the same judgement saw it. */
  control: { what: string; caught: boolean };
}

/** True in `npm run test:faults`: as many rounds as the matrix promises, instead of a few. */
export const isFull = process.env.FAULTS === 'full';

export function rounds({ quick, full }: { quick: number; full: number }): number {
  return isFull ? full : quick;
}

/**
 * Says how a part of a row went; call it last, when everything has held. Without FAULT_REPORT_DIR nobody
 * asked, and it only checks that the row is known.
 * @throws when rows.ts has no such row or part.
 */
export function reportRow(report: RowReport): void {
  const known = ROWS.find(({ name }) => name === report.row);
  if (known === undefined) throw new Error(`no row is called ${report.row}: see rows.ts`);
  if (!known.parts.includes(report.part)) throw new Error(`${report.row} has no part ${report.part}: see rows.ts`);
  const folder = process.env.FAULT_REPORT_DIR;
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${report.row}.${report.part}.json`), JSON.stringify(report));
}
