/** `sambar backup`: a whole copy, beside a running server, and checked before it counts as one. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { copyDatabase, type Extent, extentOf } from '../../server/ledger/backup.ts';
import { integrityOf } from '../../server/ledger/integrity.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { trueName } from '../../server/platform/sqlite.ts';
import { createOutput } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import {
  databaseFile,
  EXIT,
  type ExitCode,
  type FileOptions,
  onFileOptions,
  UsageError,
  wholeNumber,
} from './command.ts';

interface BackupOptions extends FileOptions {
  to?: string;
  keep?: number;
}

/** More copies than anybody keeps on the disk that they are to guard against. */
const KEPT_MAX = 10_000;

/** The copy is not what the server would write: a backup that cannot be trusted is worse than a failed one. */
export class UnsoundCopyError extends Error {
  override name = 'UnsoundCopyError';
  readonly code = 'unsoundCopy';
}

export function addBackup(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('backup')
    .description('copy the database whole, beside a running server too, and check the copy')
    .option('--to <path>', 'a file that is not there yet, or a folder (default: backups/ beside the database)')
    .option('--keep <n>', 'then remove all but the newest n backups of that folder', wholeNumber(1, KEPT_MAX));
  onFileOptions(command).action(async (options: BackupOptions) => ends(await backup(options)));
}

async function backup(options: BackupOptions): Promise<ExitCode> {
  const file = trueName(databaseFile(options));
  const target = targetOf(file, options);
  await copyChecked(file, target, options.json);
  keepSecret(file, target);
  const removed = options.keep === undefined ? [] : dropOlder(file, dirname(target), options.keep);
  const extent = extentOf(target);
  const output = createOutput(options.json);
  output.json({ ok: true, backup: target, bytes: statSync(target).size, ...extent, removed });
  if (!options.json) for (const line of report(target, extent, removed)) output.line(line);
  return EXIT.ok;
}

const stampedName = (file: string, nowMs: number) =>
  `${basename(file)}.${new Date(nowMs).toISOString().replace(/[-:]/g, '')}.backup`;

function targetOf(file: string, { to, keep }: BackupOptions): string {
  const place = resolve(to ?? join(dirname(file), 'backups'));
  const isFolder = to === undefined || to.endsWith('/') || (existsSync(place) && statSync(place).isDirectory());
  if (!isFolder) {
    if (existsSync(place)) throw new UsageError(`${place} is there already: name another file, or a folder`);
    if (keep !== undefined) throw new UsageError('--keep goes with a folder');
    return place;
  }
  mkdirSync(place, { recursive: true });
  return join(place, stampedName(file, createSystemClock().nowMs()));
}

async function copyChecked(file: string, target: string, isJson: boolean): Promise<void> {
  const progress = createProgress('backup', { isJson, unit: 'pages' });
  try {
    await copyDatabase(file, target, { onProgress: progress.update, check: assertSound });
  } finally {
    progress.stop();
  }
}

/** @throws UnsoundCopyError naming the first thing that is wrong */
export function assertSound(copy: string): void {
  const [problem] = integrityOf(copy).problems;
  if (problem !== undefined) throw new UnsoundCopyError(`the file is damaged, ${problem.kind}: ${problem.detail}`);
  const [violation] = verifyFile(copy).violations;
  if (violation === undefined) return;
  throw new UnsoundCopyError(`the file breaks ${violation.name} (sambar verify says more): ${violation.detail}`);
}

/** What the server made to sign with belongs to the file: without it every link and replayed answer changes. */
function keepSecret(file: string, target: string): void {
  if (!existsSync(`${file}.secret`)) return;
  copyFileSync(`${file}.secret`, `${target}.secret`);
  chmodSync(`${target}.secret`, 0o600);
}

/** Only what this command has named: the stamp sorts by age. */
function dropOlder(file: string, folder: string, keep: number): string[] {
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(file)}.`) && /\.\d{8}T\d{6}\.\d{3}Z\.backup$/.test(name))
    .sort()
    .reverse();
  const old = copies.slice(keep).map((name) => join(folder, name));
  for (const name of old) for (const part of [name, `${name}.secret`]) rmSync(part, { force: true });
  return old;
}

function report(target: string, { leads, claims, lastSeq, lastEventAtMs }: Extent, removed: string[]): string[] {
  const until =
    lastEventAtMs === null ? 'no event yet' : `up to event ${lastSeq}, ${new Date(lastEventAtMs).toISOString()}`;
  return [
    ...removed.map((name) => `removed ${name}`),
    `${leads} leads, ${claims} claims, ${until}; every invariant holds in it`,
    target,
  ];
}
