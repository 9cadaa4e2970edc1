/** The disk under a server whose syncs go on until it is told to hold them; see shims/held-sync.c. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../../support/temp-database.ts';
import { compileShim } from '../shims/compile.ts';

export class HeldDisk {
  readonly env: Record<string, string>;
  readonly #folder: string;

  constructor(databaseFile: string) {
    const folder = tempFolder();
    this.#folder = join(folder, 'hold');
    mkdirSync(this.#folder);
    execFileSync('mkfifo', [join(this.#folder, 'began'), join(this.#folder, 'go')]);
    this.env = { LD_PRELOAD: compileShim('held-sync', folder), HOLD_OF: databaseFile, HOLD_DIR: this.#folder };
  }

  /** From now on syncs wait; resolves when the first does. */
  async hold(): Promise<void> {
    writeFileSync(join(this.#folder, 'armed'), '');
    await readFile(join(this.#folder, 'began'));
  }

  async letGo(): Promise<void> {
    rmSync(join(this.#folder, 'armed'));
    await writeFile(join(this.#folder, 'go'), '.');
  }
}
