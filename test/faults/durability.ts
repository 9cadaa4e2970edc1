/** Runs the durability child under the shim and reads what it said and what was left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openWriter } from '../../server/platform/sqlite.ts';
import { tempFolder } from '../support/temp-database.ts';
import { compileShim } from './shims/compile.ts';

export interface Aftermath {
  /** What the child wrote, line by line. */
  said: string[];
  code: number | null;
  signal: string | null;
  /** The file it worked on. */
  file: string;
  /** The same file as a power loss at its death would have left it. */
  image: string;
}

export async function runChild(options: {
  synchronous: 'FULL' | 'NORMAL';
  rows: number;
  failing?: boolean;
}): Promise<Aftermath> {
  const folder = tempFolder();
  const file = join(folder, 'sambar.db');
  const images = join(folder, 'images');
  const failFile = join(folder, 'disk-fails');
  mkdirSync(images);
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', new URL('./durability-child.ts', import.meta.url).pathname],
      ...[file, options.synchronous, String(options.rows)],
      ...(options.failing === true ? [failFile] : []),
    ],
    {
      env: {
        ...process.env,
        LD_PRELOAD: compileShim('fsync-image', folder),
        IMAGE_OF: file,
        IMAGE_DIR: images,
        IMAGE_FAIL: failFile,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const output = text(child.stdout);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const said = (await output).trim().split('\n');
  return { said, code, signal, file, image: join(images, 'sambar.db') };
}

/** The rows that a server started on this file would find. */
export function rowsIn(file: string): string[] {
  const { sqlite } = openWriter(file);
  const [problem] = sqlite.pragma('integrity_check') as { integrity_check: string }[];
  if (problem?.integrity_check !== 'ok') throw new Error(`damaged: ${problem?.integrity_check}`);
  const keys = sqlite.prepare(`SELECT key FROM cell WHERE key LIKE 'row%' ORDER BY rowid`).pluck();
  const rows = keys.all() as string[];
  sqlite.close();
  return rows;
}
