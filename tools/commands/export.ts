/** `sambar export`: claims, leads or points as CSV or JSON lines, for spreadsheets and other systems. */
import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Argument, type Command } from 'commander';
import { openReader } from '../../server/platform/sqlite.ts';
import { partialNameOf, placeWhole } from '../../server/platform/whole-file.ts';
import { type Cell, CSV_START, csvLine } from '../export/csv.ts';
import { EXPORTS, type ExportName, type Rows, rowsOf } from '../export/tables.ts';
import { createProgress } from '../terminal/progress.ts';
import { databaseFile, EXIT, type ExitCode, type FileOptions, UsageError } from './command.ts';

interface ExportOptions extends FileOptions {
  csv: boolean;
  to?: string;
  withContacts: boolean;
}

/** Text handed on at once; what waits in memory is a few of these. */
const CHUNK_CHARACTERS = 65_536;

export function addExport(program: Command, ends: (code: ExitCode) => void): void {
  program
    .command('export')
    .description('write claims, leads or points as rows; reads only, beside a running server too')
    .addArgument(new Argument('<what>', 'which rows').choices(EXPORTS))
    .option('--csv', 'CSV that a spreadsheet shows and never runs (the default)', false)
    .option('--json', 'one JSON object a line instead', false)
    .option('--to <path>', 'a file that is not there yet (default: standard output)')
    .option('--with-contacts', "leads with the contact's title, name, e-mail address and phone", false)
    .option('--file <path>', 'the database file (default: DATABASE_FILE)')
    .action(async (what: ExportName, options: ExportOptions) => ends(await exported(what, options)));
}

async function exported(what: ExportName, options: ExportOptions): Promise<ExitCode> {
  const { csv, json, withContacts } = options;
  if (csv && json) throw new UsageError('--csv or --json, not both');
  if (withContacts && what !== 'leads') throw new UsageError('--with-contacts goes with leads: nothing else has any');
  const target = options.to === undefined ? null : resolve(options.to);
  if (target !== null && existsSync(target)) throw new UsageError(`${target} is there already: name another file`);
  const reader = openReader(databaseFile(options));
  const progress = createProgress('export', { isJson: false, unit: 'rows' });
  try {
    const rows = rowsOf(reader, what, withContacts);
    const text = Readable.from(chunks(rows, json ? jsonLines(rows.columns) : csvLine, progress.update));
    if (target === null) await toStandardOutput(text);
    else await toFile(text, target);
    if (target !== null) process.stderr.write(`${rows.count} ${what} in ${target}\n`);
    return EXIT.ok;
  } finally {
    progress.stop();
    reader.sqlite.close();
  }
}

/** For CSV the names come first. A row that is read is written before many more are read. */
function* chunks(
  { columns, count, rows }: Rows,
  lineOf: (cells: readonly Cell[]) => string,
  onProgress: (done: number, of: number) => void,
): Generator<string> {
  let text = lineOf === csvLine ? CSV_START + csvLine(columns) : '';
  let done = 0;
  for (const row of rows) {
    text += lineOf(row);
    done += 1;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
    onProgress(done, count);
  }
  if (text !== '') yield text;
}

function jsonLines(columns: readonly string[]): (cells: readonly Cell[]) => string {
  return (cells) => `${JSON.stringify(Object.fromEntries(columns.map((name, n) => [name, cells[n] ?? null])))}\n`;
}

/** A reader that has seen enough (`| head`) is no failure. */
async function toStandardOutput(text: Readable): Promise<void> {
  try {
    await pipeline(text, process.stdout as Writable, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** Whole or not there; for its owner alone, since it may hold contacts. */
async function toFile(text: Readable, target: string): Promise<void> {
  const partial = partialNameOf(target);
  try {
    await pipeline(text, createWriteStream(partial, { flags: 'wx', mode: 0o600 }));
    placeWhole(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
