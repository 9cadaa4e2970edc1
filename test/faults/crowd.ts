/** The crowd of the overload row, seen from the test: its process, and the poor network that it and its server share. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tempFolder } from '../support/temp-database.ts';
import { compileShim } from './shims/compile.ts';
import type { Crowd } from './storm-child.ts';

const crowds: ChildProcess[] = [];

/** The kernel keeps megabytes of what a peer does not read, and hides for minutes what a server does about it. */
export function poorNetwork(): Record<string, string> {
  return { LD_PRELOAD: compileShim('small-buffers', tempFolder()), BUFFER_BYTES: '16384' };
}

/** The crowd's process; each socket that is in is a fault on record. */
export class Gathering {
  readonly #child: ChildProcess;
  #done: () => void = () => undefined;
  #failed: (why: Error) => void = () => undefined;

  constructor(crowd: Crowd, onSocket: () => void) {
    const script = new URL('./storm-child.ts', import.meta.url).pathname;
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(crowd)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...poorNetwork() },
    });
    crowds.push(this.#child);
    this.#child.stdout?.on('data', (said: Buffer) => {
      for (const letter of said.toString()) {
        if (letter === '.') onSocket();
        if (letter === '\n') this.#done();
      }
    });
    this.#child.on('exit', () => this.#failed(new Error('the crowd has gone')));
  }

  tell(word: 'come' | 'go'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#child.stdin?.write(`${word}\n`);
    });
  }
}

/** Nobody of them outlives the test. */
export function endCrowds(): void {
  for (const crowd of crowds.splice(0)) crowd.kill('SIGKILL');
}
