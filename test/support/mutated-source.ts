/**
 * A module of the server with one edit to its source, for tests that must catch the difference: the
 * capability's folder is copied with the edit, everything around it is the real one.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Edit {
  /** From the project's root: `server/claims/limits.ts`. */
  file: string;
  from: string;
  to: string;
}

/** The edited text. Throws when the edit no longer applies, or applies twice: such a mutant proves nothing. */
export function edited(text: string, { file, from, to }: Edit): string {
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} times: ${from}`);
  return text.replace(from, () => to);
}

/** Imports `entry`, a module of the folder that the edited file is in, as it would be with the edit. */
export async function importEdited<Module>(entry: string, edit: Edit): Promise<Module> {
  const folder = mkdtempSync(join(tmpdir(), 'sambar-mutant-'));
  try {
    copyFolder(dirname(edit.file), folder, edit);
    return (await import(join(folder, entry))) as Module;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder's own files, and links to all that stands beside it and beside the folders above. */
function copyFolder(path: string, copy: string, edit: Edit): void {
  let [from, to] = [ROOT, copy];
  for (const name of path.split('/')) {
    for (const beside of readdirSync(from)) {
      if (beside !== name) symlinkSync(join(from, beside), join(to, beside));
    }
    from = join(from, name);
    to = join(to, name);
    mkdirSync(to);
  }
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (join(ROOT, edit.file) === source)
      writeFileSync(join(to, entry.name), edited(readFileSync(source, 'utf8'), edit));
    else if (entry.isFile()) writeFileSync(join(to, entry.name), readFileSync(source));
    else symlinkSync(source, join(to, entry.name));
  }
}
