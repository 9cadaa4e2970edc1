/** `sambar rebuild`: the tables of now, folded anew from the record of what happened. */
import type { Command } from 'commander';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { type Connection, openReader } from '../../server/platform/sqlite.ts';
import { type Rebuild, rebuild } from '../../server/rebuild/rebuild.ts';
import type { Difference } from '../../server/rebuild/rebuild-compare.ts';
import { color } from '../terminal/color.ts';
import { createOutput, mark } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { databaseFile, EXIT, type ExitCode, type FileOptions, onFileOptions } from './command.ts';
import { onFile } from './on-file.ts';

interface RebuildCommandOptions extends FileOptions {
  check: boolean;
}

export function addRebuild(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('rebuild')
    .description(
      'fold the record back into every table of current state; the server must be stopped, except with --check',
    )
    .option('--check', 'compare only, and write nothing: works beside a running server', false);
  onFileOptions(command).action(async (options: RebuildCommandOptions) => ends(await run(options)));
}

async function run(options: RebuildCommandOptions): Promise<ExitCode> {
  const file = databaseFile(options);
  const result = options.check ? checkRebuild(file, options.json) : await writeRebuild(file, options.json);
  const isWell = options.check ? result.same : result.lost === 0;
  const output = createOutput(options.json);
  output.json({ ok: isWell, ...result });
  if (!options.json) for (const line of report(result, options.check)) output.line(line);
  return isWell ? EXIT.ok : EXIT.bad;
}

/** Compares and writes nothing. */
export function checkRebuild(file: string, isJson: boolean): Rebuild {
  const connection = openReader(file);
  try {
    return withProgress(connection, { write: false, isJson });
  } finally {
    connection.sqlite.close();
  }
}

/** Puts right what differs; the file must have no server. */
export function writeRebuild(file: string, isJson: boolean): Promise<Rebuild> {
  return onFile(file, async ({ connection }) => withProgress(connection, { write: true, isJson }));
}

function withProgress(connection: Connection, { write, isJson }: { write: boolean; isJson: boolean }): Rebuild {
  const progress = createProgress('rebuild', { isJson, unit: 'leads' });
  try {
    const nowMs = createSystemClock().nowMs();
    return rebuild(connection, { write, nowMs, random: createSystemRandom(), onProgress: progress.update });
  } finally {
    progress.stop();
  }
}

function describe({ table, key, column, stored, rebuilt, lost }: Difference): string {
  const what =
    column === null
      ? stored === null
        ? 'missing'
        : 'too many'
      : `${column} ${JSON.stringify(stored)}, by the record ${JSON.stringify(rebuilt)}`;
  return `${table} ${key}: ${what}${lost ? ' (no event can bring it back)' : ''}`;
}

function report({ same, count, differences, lost, counted }: Rebuild, isCheck: boolean): string[] {
  const lines = differences.map((difference) => `  ${describe(difference)}`);
  if (count > differences.length) lines.push(`  and ${count - differences.length} more`);
  const { leads, events, pointEntries } = counted;
  lines.push(`folded ${leads} leads, ${events} events, ${pointEntries} point entries`);
  if (same) lines.push(`the tables are what the record says: ${mark(true)}`);
  else if (isCheck) lines.push(`${count} differences from the record: ${mark(false)}`);
  else
    lines.push(
      `${count - lost} differences put right${lost > 0 ? color.red(`, ${lost} that no event can put right`) : ''}`,
    );
  return lines;
}
