/**
 * Rows as CSV (RFC 4180) that a spreadsheet shows and never runs: a text that it could read as a formula gets a `'` in
 * front, which costs a phone number its bare `+`. Numbers are the file's own columns and stay numbers, minus too.
 */

/** Before the first name: without it Excel reads UTF-8 as the letters of one country, and names come out broken. */
export const CSV_START = '\ufeff';

export type Cell = string | number | null;

/**
 * What a spreadsheet may take for the start of a formula: the signs, their full-width forms, and a control character in
 * front, which some drop; after spaces and marks that have no width, which are skipped.
 */
const FORMULA = /^(?:[\t\r\n\0]|[\p{Z}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;
/** Semicolon and tab part the cells where the comma is a decimal sign, as in Indonesian. */
const QUOTED = /[",;\t\r\n\0]|^\s|\s$/;

export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record with its line end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
