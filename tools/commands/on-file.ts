/** Writes to a database file whose server is stopped, as its one writer and by the server's own commits. */
import { createTransactions, type Transactions } from '../../server/flow/transactions/transactions.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createInlineLedger, type Ledger } from '../../server/ledger/ledger.ts';
import { acquireRole } from '../../server/ledger/role-lock.ts';
import { type Connection, openWriter } from '../../server/platform/sqlite.ts';

export interface OpenFile {
  ledger: Ledger<Transactions>;
  connection: Connection;
  nowMs: number;
}

/** @throws DatabaseInUseError while a server has the file. */
export async function onFile<T>(file: string, work: (open: OpenFile) => Promise<T>): Promise<T> {
  const clock = createSystemClock();
  const role = acquireRole(file, { nowMs: clock.nowMs() });
  try {
    const connection = openWriter(file);
    const ledger = createInlineLedger<Transactions>({
      connection,
      transactions: createTransactions(connection.db),
      generation: role.generation,
      nowMs: clock.nowMs,
      onUnknownOutcome(error) {
        throw error;
      },
    });
    try {
      return await work({ ledger, connection, nowMs: clock.nowMs() });
    } finally {
      await ledger.close();
    }
  } finally {
    role.release();
  }
}
