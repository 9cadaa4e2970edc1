/** Worker entry for tests: the cell transactions on the real ledger thread. */
import { runLedgerWorker } from '../../server/ledger/ledger-worker.ts';
import { createCellTransactions } from './cell-transactions.ts';

runLedgerWorker(createCellTransactions);
