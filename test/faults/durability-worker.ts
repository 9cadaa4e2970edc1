/**
 * Worker entry for tests of durability: the ledger as it is, or broken on purpose with
 * synchronous=NORMAL after it has asserted FULL. A control that loses rows proves that the test sees.
 */
import { type LedgerWorkerData, runLedgerWorker } from '../../server/ledger/ledger-worker.ts';
import type { Connection } from '../../server/platform/sqlite.ts';
import { createCellTransactions } from '../support/cell-transactions.ts';

export interface DurabilityData extends LedgerWorkerData {
  synchronous: 'FULL' | 'NORMAL';
}

runLedgerWorker((connection: Connection, data: DurabilityData) => {
  if (data.synchronous === 'NORMAL') connection.sqlite.pragma('synchronous = NORMAL');
  return createCellTransactions(connection);
});
