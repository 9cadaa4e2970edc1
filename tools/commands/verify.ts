/** `sambar verify`: does the file hold what the contract promises? */
import type { Command } from 'commander';
import { CHECKS, type Verification, verifyFile } from '../../server/ledger/verify.ts';
import { color } from '../terminal/color.ts';
import { createOutput, mark, table } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { databaseFile, EXIT, type ExitCode, type FileOptions, onFileOptions } from './command.ts';

export function addVerify(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('verify')
    .description('check the database file against every invariant; reads only, beside a running server too');
  onFileOptions(command).action((options: FileOptions) => ends(verify(options)));
}

function verify(options: FileOptions): ExitCode {
  const output = createOutput(options.json);
  const verification = verified(databaseFile(options), options.json);
  if (options.json) output.json(verification);
  else for (const line of report(verification)) output.line(line);
  return verification.ok ? EXIT.ok : EXIT.bad;
}

/** With a bar; a file that cannot be read at all is a violation, too. */
export function verified(file: string, isJson: boolean): Verification {
  const progress = createProgress('verify', { isJson, unit: 'checks' });
  try {
    return verifyFile(file, ({ done, of }) => progress.update(done, of));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, violations: [{ invariant: 0, name: 'readable', detail, count: 1 }], counted: {} };
  } finally {
    progress.stop();
  }
}

function report({ ok, violations, counted }: Verification): string[] {
  const broken = new Map(violations.map((violation) => [violation.name, violation]));
  const names = CHECKS.flatMap(({ invariant, names: found }) => found.map((name) => ({ invariant, name })));
  const known = new Set(names.map(({ name }) => name));
  const others = violations.filter(({ name }) => !known.has(name));
  const rows = [...others, ...names]
    .sort((a, b) => a.invariant - b.invariant)
    .map(({ invariant, name }) => [invariant, name, broken.has(name) ? `${broken.get(name)?.count} wrong` : 'ok']);
  const paint = (cell: string, row: number, column: number) =>
    column === 2 ? (rows[row]?.[2] === 'ok' ? color.green(cell) : color.red(cell)) : cell;
  return [
    ...table(rows, paint),
    '',
    ...violations.map(({ name, detail }) => `${color.red(name)}: ${detail}`),
    `looked at ${Object.entries(counted)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
    `every invariant holds: ${mark(ok)}`,
  ];
}
