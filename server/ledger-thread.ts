/** The ledger's thread: the composition root of the write side, and the owner of the one writing connection. */
import { createTransactions } from './flow/transactions/transactions.ts';
import { runLedgerWorker } from './ledger/ledger-worker.ts';

runLedgerWorker(({ db }) => createTransactions(db));
