/** Where a tool speaks: the answer to standard output, and with `--json` everything else beside it. */
import { color } from './color.ts';

export interface Output {
  readonly isJson: boolean;
  /** A line for people. */
  line(text?: string): void;
  /** The one object of `--json`; nothing without it. */
  json(value: unknown): void;
}

export function createOutput(isJson: boolean): Output {
  const people = isJson ? process.stderr : process.stdout;
  return {
    isJson,
    line: (text = '') => void people.write(`${text}\n`),
    json(value) {
      if (isJson) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** Rows in columns as wide as their widest cell; numbers stand right. Cells may be coloured by `paint`. */
export function table(
  rows: readonly (readonly (string | number)[])[],
  paint: (cell: string, row: number, column: number) => string = (cell) => cell,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, String(cell).length);
    });
  }
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const text = typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
        return paint(text, index, column);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A verdict of a tool in colour and in a word: colour alone says nothing to a pipe. */
export function mark(isGood: boolean): string {
  return isGood ? color.green('ok') : color.red('WRONG');
}
