/** Disks for a server to stand on: one that turns slow or bad by command, and one so small that it fills up. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../../support/temp-database.ts';
import { compileShim, MappedBytes } from '../shims/compile.ts';

type ErrorName = 'EIO' | 'EROFS';

/** Sound until told otherwise; `env` puts a server's database on it. */
export class FaultyDisk {
  readonly folder = tempFolder();
  readonly file = join(this.folder, 'sambar.db');
  readonly env: Record<string, string>;
  readonly #state: MappedBytes;

  constructor() {
    const state = join(this.folder, 'disk-state');
    this.#state = new MappedBytes(state, 12);
    this.env = { LD_PRELOAD: compileShim('disk', this.folder), DISK_OF: this.file, DISK_FILE: state };
  }

  /** Syncs take this much longer, and syncs or writes fail; all of it until the next call. */
  is(state: { syncMs?: number; syncsFail?: ErrorName; writesFail?: ErrorName }): void {
    const bytes = Buffer.alloc(12);
    bytes.writeInt32LE(state.syncMs ?? 0, 0);
    bytes.writeInt32LE(state.syncsFail === undefined ? 0 : constants.errno[state.syncsFail], 4);
    bytes.writeInt32LE(state.writesFail === undefined ? 0 : constants.errno[state.writesFail], 8);
    this.#state.write(bytes);
  }
}

/** A few megabytes, which needs root to mount; let go of when the test ends. */
export class SmallDisk {
  readonly folder: string;
  readonly file: string;

  constructor() {
    this.folder = join(tempFolder(), 'disk');
    this.file = join(this.folder, 'sambar.db');
    mkdirSync(this.folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', this.folder]);
    // Lazily: a server that is being killed may still have its files open.
    onTestFinished(() => void execFileSync('umount', ['--lazy', this.folder]));
  }

  /** Writes until there is no room for another byte. */
  fill(): void {
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

  /** No process may have a file on it open for writing. */
  setReadOnly(isReadOnly: boolean): void {
    execFileSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.folder]);
  }
}
