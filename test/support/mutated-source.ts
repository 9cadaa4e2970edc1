/**
 * A module of the server with an edit to its source, for tests that must catch the difference: the
 * folder of the edited file is copied with the edit, and so are the files of the folders above it;
 * everything beside them is the real one.
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

/**
 * Imports `entry` as it would be with the edits, which are all in one folder; `entry` is a file of that
 * folder or of one above it.
 */
export async function importEdited<Module>(entry: string, ...edits: [Edit, ...Edit[]]): Promise<Module> {
  const folder = mkdtempSync(join(tmpdir(), 'sambar-mutant-'));
  try {
    copyFolder(dirname(edits[0].file), folder, edits);
    return (await import(join(folder, entry))) as Module;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyFolder(path: string, copy: string, edits: readonly Edit[]): void {
  let place = '';
  const names = path.split('/');
  for (const name of [...names, null]) {
    const isRoot = place === '';
    for (const beside of readdirSync(join(ROOT, place), { withFileTypes: true })) {
      if (beside.name === name) continue;
      const source = join(ROOT, place, beside.name);
      const target = join(copy, place, beside.name);
      if (isRoot || !beside.isFile()) symlinkSync(source, target);
      else writeFileSync(target, withEdits(join(place, beside.name), edits));
    }
    if (name === null) break;
    place = join(place, name);
    mkdirSync(join(copy, place));
  }
}

function withEdits(file: string, edits: readonly Edit[]): string {
  const own = edits.filter((edit) => edit.file === file);
  return own.reduce(edited, readFileSync(join(ROOT, file), 'utf8'));
}
