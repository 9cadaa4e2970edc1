/**
 * Disks for a server to stand on: one that turns slow or bad by command, and one so small that it fills up.
 * Both tell afterwards when something on them failed or was slowed.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSystemClock } from '../../../server/kernel/clock.ts';
import { openWriter } from '../../../server/platform/sqlite.ts';
import { tempFolder } from '../../support/temp-database.ts';
import { compileShim, MappedBytes } from '../shims/compile.ts';

type ErrorName = 'EIO' | 'EROFS';

const clock = createSystemClock();

/** What the shim under a server writes down: each operation on a file that failed, or was slowed. */
class Log {
  readonly env: Record<string, string>;
  readonly #log: string;

  constructor(file: string, folder: string) {
    this.#log = join(folder, 'disk-log');
    this.env = { LD_PRELOAD: compileShim('disk', folder), DISK_OF: file, DISK_LOG: this.#log };
  }

  /** On the clock of this process's histories. */
  struckAt(): number[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').trim().split('\n');
    const aheadMs = Number(process.hrtime.bigint()) / 1e6 - clock.monotonicMs();
    return lines.filter((line) => line !== '').map((line) => Number(line.split(' ')[0]) - aheadMs);
  }
}

/** Sound until told otherwise; `env` puts a server's database on it. */
export class FaultyDisk {
  readonly folder = tempFolder();
  readonly file = join(this.folder, 'sambar.db');
  readonly env: Record<string, string>;
  readonly #log = new Log(this.file, this.folder);
  readonly #state: MappedBytes;

  constructor() {
    const state = join(this.folder, 'disk-state');
    this.#state = new MappedBytes(state, 12);
    this.env = { ...this.#log.env, DISK_FILE: state };
  }

  /** Syncs take this much longer, and syncs or writes fail; all of it until the next call. */
  is(state: { syncMs?: number; syncsFail?: ErrorName; writesFail?: ErrorName }): void {
    const bytes = Buffer.alloc(12);
    bytes.writeInt32LE(state.syncMs ?? 0, 0);
    bytes.writeInt32LE(state.syncsFail === undefined ? 0 : constants.errno[state.syncsFail], 4);
    bytes.writeInt32LE(state.writesFail === undefined ? 0 : constants.errno[state.writesFail], 8);
    this.#state.write(bytes);
  }

  /** When each sync was slowed or failed, and each write failed. */
  struckAt(): number[] {
    return this.#log.struckAt();
  }
}

/** A few megabytes, which needs root to mount; let go of when the test ends. */
export class SmallDisk {
  readonly folder: string;
  readonly file: string;
  readonly env: Record<string, string>;
  readonly #log: Log;

  constructor() {
    const beside = tempFolder();
    this.folder = join(beside, 'disk');
    this.file = join(this.folder, 'sambar.db');
    this.#log = new Log(this.file, beside);
    this.env = this.#log.env;
    mkdirSync(this.folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', this.folder]);
    // Lazily: a server that is being killed may still have its files open.
    onTestFinished(() => void execFileSync('umount', ['--lazy', this.folder]));
  }

  /** Writes until there is no room for another byte, nor a page in the log that the next commit could use again. */
  fill(): void {
    this.#emptyTheLog();
    const descriptor = openSync(join(this.folder, 'filler'), 'w');
    const block = Buffer.alloc(4096);
    try {
      for (;;) writeSync(descriptor, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  free(): void {
    rmSync(join(this.folder, 'filler'));
  }

  /** A log that was copied into the file starts anew in the room it has: the next commits would not need the disk's. */
  #emptyTheLog(): void {
    const { sqlite } = openWriter(this.file);
    // Whoever reads or writes at this moment is in its way.
    while ((sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[])[0]?.busy !== 0);
    sqlite.close();
  }

  /** No process may have a file on it open for writing. */
  setReadOnly(isReadOnly: boolean): void {
    execFileSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.folder]);
  }

  /** When each write or sync of the server's failed. */
  struckAt(): number[] {
    return this.#log.struckAt();
  }
}
