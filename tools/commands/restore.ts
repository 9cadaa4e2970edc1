/**
 * `sambar restore`: puts a backup in the place of a database whose server is stopped.
 *
 * A backup remembers what was taken back since: a token that was revoked would let somebody in again,
 * a person who was forgotten would be back. So both are carried over from the file that is replaced,
 * as far as it can still be read, before the backup takes its place.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import type { Command } from 'commander';
import { readProcessConfig } from '../../server/config.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { beginRestore, type Extent, extentOf, finishRestore, leapAhead } from '../../server/ledger/backup.ts';
import { lockOut } from '../../server/ledger/role-lock.ts';
import { openReader, trueName } from '../../server/platform/sqlite.ts';
import { createOutput } from '../terminal/output.ts';
import { assertSound } from './backup.ts';
import { databaseFile, EXIT, type ExitCode, type FileOptions, UsageError } from './command.ts';
import { onFile } from './on-file.ts';

/** What was taken back in the replaced file after the backup was made. */
interface TakenBack {
  /** Tokens that were revoked. */
  tokens: string[];
  /** Leads whose people were forgotten. */
  leads: string[];
  /** Reps who have left: the backup has them active, and only a manager knows better. */
  leavers: string[];
}

interface Restored {
  file: string;
  replaced: string | null;
  backup: Extent;
  /** Null: there was no file, or it could not be read. */
  before: Extent | null;
  takenBack: TakenBack | null;
}

export function addRestore(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('restore')
    .description('put a backup in the place of the database, whose server must be stopped; what it replaces is kept')
    .argument('<backup>', 'a file that sambar backup made')
    .option('--json', 'one JSON object on standard output, and nothing else there', false)
    .option('--file <path>', 'the database file, there or not (default: DATABASE_FILE)');
  command.action(async (backup: string, options: FileOptions) => ends(await restoreCommand(backup, options)));
}

async function restoreCommand(backup: string, options: FileOptions): Promise<ExitCode> {
  const source = trueName(databaseFile({ ...options, file: backup }));
  const file = options.file ?? readProcessConfig().databaseFile;
  const lock = lockOut(file);
  try {
    const restored = await restore(source, trueName(file), createSystemClock().nowMs());
    const output = createOutput(options.json);
    output.json({ ok: true, ...restored });
    if (!options.json) for (const line of report(restored)) output.line(line);
    return EXIT.ok;
  } finally {
    lock.release();
  }
}

async function restore(backup: string, file: string, nowMs: number): Promise<Restored> {
  if (backup === file) throw new UsageError('the backup and the database are one file');
  const partial = beginRestore(backup, file);
  try {
    assertSound(partial);
    const extent = extentOf(partial);
    const before = readable(file, extentOf);
    const takenBack = readable(file, () => takenBackIn(file, partial));
    leapAhead(partial, nowMs);
    await carryOver(partial, takenBack);
    keepSecret(backup, file);
    const replaced = finishRestore(file, nowMs);
    return { file, replaced, backup: extent, before, takenBack };
  } finally {
    for (const rest of ['', '-wal', '-shm', '.role', '.holder']) rmSync(`${partial}${rest}`, { force: true });
  }
}

/** What is read of a file that may be gone or damaged. */
function readable<T>(file: string, read: (file: string) => T): T | null {
  if (!existsSync(file)) return null;
  try {
    return read(file);
  } catch {
    return null;
  }
}

function takenBackIn(file: string, backup: string): TakenBack {
  const { sqlite } = openReader(file);
  try {
    sqlite.prepare('ATTACH ? AS backup').run(backup);
    const ids = (query: string) => sqlite.prepare(query).pluck().all() as string[];
    return {
      tokens: ids(`SELECT was.id FROM backup.tokens AS was WHERE was.revoked_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM main.tokens AS now WHERE now.id = was.id AND now.revoked_at IS NULL)`),
      leads: ids(`SELECT was.id FROM backup.leads AS was JOIN main.leads AS now USING (id)
        WHERE was.forgotten_at IS NULL AND now.forgotten_at IS NOT NULL`),
      leavers: ids(`SELECT was.id FROM backup.reps AS was JOIN main.reps AS now USING (id)
        WHERE was.active AND NOT now.active`),
    };
  } finally {
    sqlite.close();
  }
}

async function carryOver(partial: string, takenBack: TakenBack | null): Promise<void> {
  await onFile(partial, async ({ ledger, nowMs }) => {
    const by = { actor: 'admin', at: nowMs };
    for (const tokenId of takenBack?.tokens ?? [])
      await ledger.write('revokeToken', { ...by, tokenId, deadlineId: null });
    for (const leadId of takenBack?.leads ?? []) await ledger.write('forgetLead', { ...by, leadId });
  });
}

/** Beside a file that has one, the file's own stays: links that were sent since then hold. */
function keepSecret(backup: string, file: string): void {
  if (existsSync(`${backup}.secret`) && !existsSync(`${file}.secret`)) {
    copyFileSync(`${backup}.secret`, `${file}.secret`);
  }
}

const dated = ({ lastEventAtMs }: Extent) =>
  lastEventAtMs === null ? 'with no event in it' : `as of ${new Date(lastEventAtMs).toISOString()}`;

function report({ file, replaced, backup, before, takenBack }: Restored): string[] {
  const lines = [`${file} is the backup now, ${dated(backup)}: ${backup.leads} leads, ${backup.claims} claims`];
  if (replaced !== null) lines.push(`what it replaces is kept: ${replaced}`);
  if (before !== null) {
    lines.push(
      `that one was ${dated(before)}: ${before.leads - backup.leads} more leads, ${before.claims - backup.claims} more claims`,
    );
  }
  if (takenBack === null) {
    lines.push(
      'No file could be read for what was taken back since: revoke again the tokens, and forget again the people, of that time.',
    );
  } else {
    lines.push(`carried over: ${takenBack.tokens.length} revoked tokens, ${takenBack.leads.length} forgotten leads`);
    if (takenBack.leavers.length > 0) lines.push(`active again, and had left: ${takenBack.leavers.join(', ')}`);
  }
  lines.push('Start the server: it brings the file up to date, and Redis and phones follow.');
  return lines;
}
