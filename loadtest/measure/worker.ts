/** A process of the load tester that does one kind of work when it is told, and answers with what it found. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Bench, BUILT } from '../bench.ts';

export class Worker<Order extends object, Answer> implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @param script below `loadtest/`, without its extension */
  static start<Order extends object, Answer>(
    bench: Bench,
    script: string,
    core: number,
    env: Record<string, string> = {},
  ): Worker<Order, Answer> {
    const child = fork(join(BUILT, `loadtest/${script}.js`), {
      env: { PATH: process.env.PATH ?? '', ...env },
      execArgv: [],
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    bench.pin(child.pid as number, core);
    return new Worker(child);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** One order at a time. @throws when the process could not do it, or ended */
  async ask(order: Order): Promise<Answer> {
    const child = this.#child;
    const told = await new Promise<Answer | { failed: string }>((resolve, reject) => {
      const answered = (answer: unknown) => {
        child.off('exit', ended);
        resolve(answer as Answer);
      };
      const ended = (code: number | null) => {
        child.off('message', answered);
        reject(new Error(`a worker of the load test ended with ${String(code)}`));
      };
      child.once('message', answered);
      child.once('exit', ended);
      child.send(order);
    });
    if (typeof told === 'object' && told !== null && 'failed' in told) throw new Error(told.failed);
    return told as Answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || !this.#child.connected) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
