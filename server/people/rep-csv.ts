/**
 * A list of reps as people keep it, in a spreadsheet: comma, semicolon (Excel in Indonesia) or tab (pasted) between the
 * cells, names of columns in Indonesian or English, dates and zones as they are written here. Nothing is guessed about a
 * rep: what cannot be read is named by its line and column.
 */
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { newRep } from '../../client-sdk/protocol/http.ts';

export const COLUMNS = ['name', 'email', 'team', 'tier', 'timeZone', 'hiredOn', 'languages'] as const;
export type Column = (typeof COLUMNS)[number];
export type CsvRep = z.output<typeof newRep>;

/**
 * missing: the cell is empty and must not be. wrong: it cannot be read. twice: an e-mail of an earlier line. noColumn: the
 * first line names no such column. unreadable: a quote that does not close. tooMany: lines beyond the limit. otherTeam: not one of the caller's.
 */
export type CsvFault = 'missing' | 'wrong' | 'twice' | 'noColumn' | 'unreadable' | 'tooMany' | 'otherTeam';

export interface CsvError {
  /** As a spreadsheet counts: the line of names is 1. */
  line: number;
  column: Column | null;
  fault: CsvFault;
}

export interface ReadReps {
  /** How the file names each column that was found. */
  columns: Partial<Record<Column, string>>;
  /** Columns that mean nothing here. */
  ignored: string[];
  rows: { line: number; rep: CsvRep }[];
  errors: CsvError[];
}

/** Letters and digits alone, small: `E-Mail`, `e_mail` and `email` are one name. */
const NAMES: Record<Column, readonly string[]> = {
  name: ['name', 'nama', 'namalengkap', 'fullname', 'sales', 'rep', 'namasales'],
  email: ['email', 'surel', 'emailaddress', 'alamatemail', 'mail'],
  team: ['team', 'tim', 'cabang', 'branch', 'grup'],
  tier: ['tier', 'tingkat', 'level'],
  timeZone: ['timezone', 'zone', 'zona', 'zonawaktu'],
  hiredOn: [
    'hiredon',
    'hired',
    'hiredate',
    'startdate',
    'tanggalmasuk',
    'tglmasuk',
    'mulaikerja',
    'masuk',
    'bergabung',
  ],
  languages: ['languages', 'language', 'bahasa'],
};

/** What people here call their zones. */
const ZONES: Record<string, string> = { wib: 'Asia/Jakarta', wita: 'Asia/Makassar', wit: 'Asia/Jayapura' };
const LANGUAGES: Record<string, 'id' | 'en'> = {
  id: 'id',
  indonesia: 'id',
  en: 'en',
  inggris: 'en',
  english: 'en',
  indonesian: 'id',
};

const plainName = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The separator that the first line has most of. */
export function separatorOf(csv: string): ',' | ';' | '\t' {
  const [first = ''] = csv.split(/\r?\n/, 1);
  const counted = ([',', ';', '\t'] as const).map((mark) => ({ mark, count: first.split(mark).length - 1 }));
  return counted.reduce((most, one) => (one.count > most.count ? one : most)).mark;
}

/** Which cell is which; the first of two columns with one meaning counts. */
export function columnsOf(header: readonly string[]): { of: (Column | null)[]; ignored: string[] } {
  const taken = new Set<Column>();
  const ignored: string[] = [];
  const of = header.map((cell) => {
    const column = COLUMNS.find((one) => NAMES[one].includes(plainName(cell))) ?? null;
    if (column === null || taken.has(column)) {
      if (cell !== '') ignored.push(cell);
      return null;
    }
    taken.add(column);
    return column;
  });
  return { of, ignored };
}

/** `2026-11-22` from itself, `22/11/2026` and `22-11-2026`; anything else as it is, to be refused. */
function dayOf(text: string): string {
  const [, day = '', month = '', year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? [];
  return year === undefined ? text : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function languagesOf(text: string): string[] {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
  return words.map((word) => LANGUAGES[word] ?? word);
}

/** What a cell says, in the words of a new rep; an empty one says nothing. */
const CELLS: Record<Column, (text: string) => unknown> = {
  name: (text) => text,
  email: (text) => text,
  team: (text) => text,
  tier: (text) => (/^\d{1,3}$/.test(text) ? Number(text) : text),
  timeZone: (text) => ZONES[text.toLowerCase()] ?? text,
  hiredOn: dayOf,
  languages: languagesOf,
};

/** @param rowsMax more lines of reps than this are refused, all of them */
export function readReps(csv: string, rowsMax: number): ReadReps {
  const nothing = (error: CsvError): ReadReps => ({ columns: {}, ignored: [], rows: [], errors: [error] });
  let lines: { record: string[]; info: { lines: number } }[];
  try {
    const options = { bom: true, trim: true, info: true, skip_empty_lines: true, relax_column_count: true } as const;
    lines = parse(csv, { ...options, delimiter: separatorOf(csv) }) as unknown as typeof lines;
  } catch (error) {
    const { lines: line } = error as { lines?: number };
    return nothing({ line: line ?? 1, column: null, fault: 'unreadable' });
  }
  const [header, ...rest] = lines;
  const { of, ignored } = columnsOf(header?.record ?? []);
  for (const column of ['name', 'email'] as const) {
    if (!of.includes(column)) return nothing({ line: 1, column, fault: 'noColumn' });
  }
  const columns = Object.fromEntries(of.flatMap((column, at) => (column ? [[column, header?.record[at]]] : [])));
  if (rest.length > rowsMax) return nothing({ line: rowsMax + 2, column: null, fault: 'tooMany' });
  const read: ReadReps = { columns, ignored, rows: [], errors: [] };
  const emails = new Set<string>();
  for (const { record, info } of rest) {
    if (record.every((cell) => cell === '')) continue;
    const line = info.lines;
    const said = Object.fromEntries(
      of.flatMap((column, at) => (column && record[at] ? [[column, CELLS[column](record[at])]] : [])),
    );
    const parsed = newRep.safeParse(said);
    if (!parsed.success) {
      const wrong = new Set(parsed.error.issues.map(({ path }) => path[0] as Column));
      for (const column of wrong) read.errors.push({ line, column, fault: column in said ? 'wrong' : 'missing' });
      continue;
    }
    const email = parsed.data.email.toLowerCase();
    if (emails.has(email)) read.errors.push({ line, column: 'email', fault: 'twice' });
    else read.rows.push({ line, rep: parsed.data });
    emails.add(email);
  }
  return read;
}
