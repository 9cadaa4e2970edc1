/**
 * The port through which everything is written, and its two implementations: a worker thread with
 * the one writing connection (the event loop that serves sockets never waits for a disk), and inline
 * for simulation, where a run must be the same each time.
 *
 * A ledger's states:
 *   open    → closing → closed   `close`: what was accepted is answered first
 *   open    → failed             unknown outcome, or the worker died: what was accepted is never
 *                                answered, because the file may hold it or not
 */
import type { Worker } from 'node:worker_threads';
import type { Connection } from '../platform/sqlite.ts';
import { startThread } from '../platform/thread.ts';
import { type CallQueue, createCallQueue } from './call-queue.ts';
import { createGroupCommit, type Idempotency, type Outcome, type Transactions, type Written } from './group-commit.ts';
import { LedgerError } from './ledger-error.ts';
import type { FromWorker, LedgerWorkerData, ToWorker } from './ledger-worker.ts';

export interface Ledger<T extends Transactions<T>> {
  /** Runs one transaction; resolves when it is on disk. Rejects with a `LedgerError`. */
  write<K extends keyof T & string>(
    name: K,
    args: Parameters<T[K]>[0],
    idempotency?: Idempotency,
  ): Promise<Written<ReturnType<T[K]>>>;
  /** Resolves when every call accepted so far has been answered. */
  flush(): Promise<void>;
  /** What waits for the disk now: how many calls, and for how long the oldest. */
  backlog(): { calls: number; oldestMs: number };
  /** Takes no more calls, answers those it has, and lets go of the file. */
  close(): Promise<void>;
}

export interface WorkerLedgerOptions {
  /** Started by `startLedgerThread`, and not told its file yet. */
  thread: Worker;
  workerData: LedgerWorkerData;
  /** By which the age of the backlog is told. */
  monotonicMs: () => number;
  /** The process must end now: nobody may be told anything about the calls in flight. */
  onUnknownOutcome: (error: Error) => void;
}

export interface InlineLedgerOptions<T> {
  connection: Connection;
  transactions: T;
  generation: number;
  nowMs: () => number;
  onUnknownOutcome: (error: Error) => void;
  /** The disk's time in a simulation: runs a batch, and hands its answers on, when it likes. Absent: at once. */
  pace?: { run(batch: () => void): void; answer(answers: () => void): void };
}

function portOf<T extends Transactions<T>>(queue: CallQueue, release: () => Promise<void>): Ledger<T> {
  let closing: Promise<void> | undefined;
  return {
    write: (name, args, idempotency) => queue.write({ name, args, idempotency }) as ReturnType<Ledger<T>['write']>,
    flush: () => queue.flush(),
    backlog: () => queue.backlog(),
    close() {
      closing ??= queue.close().then(release);
      return closing;
    },
  };
}

/**
 * Starts the thread, which loads its code and waits for its file; `entry` is the file that calls
 * `runLedgerWorker`. Whoever does not make a ledger of it ends it.
 */
export function startLedgerThread(entry: URL): Worker {
  return startThread(entry, { name: 'ledger' });
}

/** Resolves once the worker has the file open; rejects when it cannot. */
export async function createWorkerLedger<T extends Transactions<T>>(options: WorkerLedgerOptions): Promise<Ledger<T>> {
  const { thread: worker, onUnknownOutcome } = options;
  const post = (message: ToWorker): void => worker.postMessage(message);
  // All frames that one turn of the loop reads go into one batch: a claim that was posted alone
  // would let the others of its turn wait for a whole fsync.
  const queue = createCallQueue({
    schedule: (task) => void setImmediate(task),
    send: (calls) => post({ kind: 'batch', calls }),
    nowMs: options.monotonicMs,
  });
  let leaving = false;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let ready = false;
    const fail = (error: Error): void => {
      if (!ready) reject(error);
      else if (!leaving && queue.fail()) onUnknownOutcome(error);
    };
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => fail(new Error(`the ledger's thread ended by itself (${code})`)));
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'answers') queue.answer(message.outcomes);
      else if (message.kind === 'failed') {
        fail(new LedgerError(message.error.code, message.error.message));
      } else {
        ready = true;
        resolve();
      }
    });
    post({ kind: 'open', data: options.workerData });
  });
  return portOf(queue, async () => {
    leaving = true;
    post({ kind: 'close' });
    await exited;
  });
}

/** The same group commit in this thread: a batch is what was written before the next microtask. */
export function createInlineLedger<T extends Transactions<T>>(options: InlineLedgerOptions<T>): Ledger<T> {
  const { sqlite } = options.connection;
  const now = (task: () => void): void => task();
  const pace = options.pace ?? { run: now, answer: now };
  const groupCommit = createGroupCommit({
    sqlite,
    transactions: options.transactions,
    generation: options.generation,
    nowMs: options.nowMs,
    onUnknownOutcome(error) {
      queue.fail();
      options.onUnknownOutcome(error);
    },
  });
  const queue: CallQueue = createCallQueue({
    schedule: queueMicrotask,
    nowMs: options.nowMs,
    // Cloned both ways, as a thread's messages are: an object shared by mistake fails here too.
    send(calls) {
      const batch = structuredClone(calls);
      pace.run(() => {
        const outcomes = groupCommit.run(batch);
        if (outcomes !== null) pace.answer(() => answer(outcomes));
      });
    },
  });
  function answer(outcomes: Outcome[]): void {
    try {
      queue.answer(structuredClone(outcomes));
    } catch (error) {
      // It is on disk and cannot be told, which ends a worker as well.
      if (queue.fail()) options.onUnknownOutcome(error as Error);
    }
  }
  return portOf(queue, async () => void sqlite.close());
}
