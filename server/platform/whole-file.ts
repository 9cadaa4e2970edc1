/** Files that are either whole or not there: made under another name, synced to the disk, then renamed. */
import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

export function partialNameOf(target: string): string {
  return `${target}.partial`;
}

/** A power loss after this leaves the file, or the names in the folder, as they are now. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Puts what was made at `partial` in its place, over whatever is there. */
export function placeWhole(partial: string, target: string): void {
  syncToDisk(partial);
  renameSync(partial, target);
  syncToDisk(dirname(target));
}
