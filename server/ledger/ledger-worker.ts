/**
 * The thread that owns the one writing connection. Its entry file is server/ledger-thread.ts, which
 * brings the transactions; this file knows none of them.
 *
 * started → (told its file) → ready → (a batch in, its outcomes out)* → closed; or unknown, after which it
 * answers nothing more and waits for the process to end. Its code is loaded before it is told its file, so
 * that a standby has that behind it when its turn comes.
 */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { createSystemClock } from '../kernel/clock.ts';
import { type Connection, openWriter } from '../platform/sqlite.ts';
import { type Call, createGroupCommit, type Outcome, type Transactions } from './group-commit.ts';

/** What it is told when its process has the role; more for a thread of a test's own. */
export interface LedgerWorkerData {
  file: string;
  /** From the role lock, which the main thread holds. */
  generation: number;
}

export type ToWorker =
  /** Once, and before anything else. */
  { kind: 'open'; data: LedgerWorkerData } | { kind: 'batch'; calls: Call[] } | { kind: 'close' };

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'answers'; outcomes: Outcome[] }
  /** It did not start, or the outcome of a batch is unknown. */
  | { kind: 'failed'; error: { code: string; message: string } };

/** As plain data: the driver's errors lose their message between threads. */
function told(error: unknown): { code: string; message: string } {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return { code: typeof code === 'string' ? code : 'ledgerFailed', message };
}

function serve<T extends Transactions<T>>(
  port: MessagePort,
  data: LedgerWorkerData,
  createTransactions: (connection: Connection) => T,
): void {
  const connection = openWriter(data.file);
  const post = (message: FromWorker): void => port.postMessage(message);
  const groupCommit = createGroupCommit({
    sqlite: connection.sqlite,
    transactions: createTransactions(connection),
    generation: data.generation,
    nowMs: createSystemClock().nowMs,
    onUnknownOutcome: (error) => post({ kind: 'failed', error: told(error) }),
  });
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      connection.sqlite.close();
      port.close();
      return;
    }
    if (message.kind !== 'batch') return;
    const outcomes = groupCommit.run(message.calls);
    if (outcomes !== null) post({ kind: 'answers', outcomes });
  });
  post({ kind: 'ready' });
}

/**
 * Serves batches from the parent's messages from when it is told its file until it is told to close.
 * `createTransactions` gets the open connection and all that the parent told with the file.
 */
export function runLedgerWorker<T extends Transactions<T>, D extends LedgerWorkerData = LedgerWorkerData>(
  createTransactions: (connection: Connection, data: D) => T,
): void {
  const port = parentPort;
  if (port === null) throw new Error('runLedgerWorker must be called in a worker thread');
  port.once('message', (message: ToWorker) => {
    try {
      if (message.kind !== 'open') throw new Error(`the ledger's thread was told to ${message.kind} before its file`);
      const data = message.data as D;
      serve(port, data, (connection) => createTransactions(connection, data));
    } catch (error) {
      port.postMessage({ kind: 'failed', error: told(error) } satisfies FromWorker);
      port.close();
    }
  });
}
