/** Builds one of the shims in this folder, to be loaded with LD_PRELOAD. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export function compileShim(name: string, folder: string): string {
  const source = new URL(`./${name}.c`, import.meta.url).pathname;
  const library = join(folder, `${name}.so`);
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', library, source, '-ldl']);
  return library;
}

/** A few bytes that a running process has mapped: written in place, since a file cut short would kill it. */
export class MappedBytes {
  readonly file: string;

  constructor(file: string, size: number) {
    this.file = file;
    writeFileSync(file, Buffer.alloc(size));
  }

  write(bytes: Buffer): void {
    const descriptor = openSync(this.file, 'r+');
    writeSync(descriptor, bytes, 0, bytes.length, 0);
    closeSync(descriptor);
  }
}
