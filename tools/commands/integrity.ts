/** `sambar integrity`: is the file whole, before anybody asks what it says? */
import type { Command } from 'commander';
import { type Integrity, integrityOf } from '../../server/ledger/integrity.ts';
import { createOutput, mark } from '../terminal/output.ts';
import { databaseFile, EXIT, type ExitCode, type FileOptions, onFileOptions } from './command.ts';

interface IntegrityOptions extends FileOptions {
  quick: boolean;
}

export function addIntegrity(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('integrity')
    .description('check pages, indexes, foreign keys and the schema; reads only, beside a running server too')
    .option('--quick', 'leave out the comparison of indexes with their tables', false);
  onFileOptions(command).action((options: IntegrityOptions) => ends(integrity(options)));
}

function integrity(options: IntegrityOptions): ExitCode {
  const output = createOutput(options.json);
  const found = integrityOf(databaseFile(options), { quick: options.quick });
  output.json(found);
  if (!options.json) for (const line of report(found)) output.line(line);
  return found.ok ? EXIT.ok : EXIT.bad;
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`;

function report({ ok, problems, version, bytes, freeBytes }: Integrity): string[] {
  const behind = version.version < version.of ? ', which the next start brings up to date' : '';
  return [
    ...problems.map(({ kind, detail }) => `${kind}: ${detail}`),
    `${megabytes(bytes)}, ${megabytes(freeBytes)} of it free; migration ${version.version} of ${version.of}${behind}`,
    `the file is whole: ${mark(ok)}`,
  ];
}
