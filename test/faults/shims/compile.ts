/** Builds one of the shims in this folder, to be loaded with LD_PRELOAD. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export function compileShim(name: string, folder: string): string {
  const source = new URL(`./${name}.c`, import.meta.url).pathname;
  const library = join(folder, `${name}.so`);
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', library, source, '-ldl']);
  return library;
}
