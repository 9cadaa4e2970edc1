/** What a row of the fault matrix did and saw, for `npm run test:faults` to put together. */
import { ROWS, type Row } from './rows.ts';

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
  /** Offers that two were told to have won, or whose owners on file do not add up. */
  doubled: number;
  /** From its first round to its report. */
  seconds: number;
  /** What else was measured, by name, the unit in the name: `takeOverMsMax`. */
  figures?: Record<string, number | string>;
  /** Rules of the oracle that none of its histories had anything to be judged by, and what they would have needed. */
  unjudged: Record<string, string>;
  /** What was broken on purpose, and whether the same judgement saw it. */
  controls: readonly { what: string; caught: boolean }[];
}

/** True in `npm run test:faults`: as many rounds as the matrix promises, instead of a few. */
export const isFull = process.env.FAULTS === 'full';

export function rounds({ quick, full }: { quick: number; full: number }): number {
  return isFull ? full : quick;
}

/** @throws when rows.ts has no such row or part */
export function rowNamed(name: string, part: string): Row {
  const known = ROWS.find((row) => row.name === name);
  if (known === undefined) throw new Error(`no row is called ${name}: see rows.ts`);
  if (!(part in known.parts)) throw new Error(`${name} has no part ${part}: see rows.ts`);
  return known;
}

/** Rules that the part must have been judged by and was not, in words. */
export function unjudgedOf({ parts }: Row, { part, unjudged }: Pick<RowReport, 'part' | 'unjudged'>): string[] {
  return (parts[part] ?? []).flatMap((id) => (id in unjudged ? [`${id} (${unjudged[id]})`] : []));
}
