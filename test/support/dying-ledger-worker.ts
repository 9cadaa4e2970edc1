/** Worker entry for tests: a ledger thread that ends in the middle of its first transaction. */
import { runLedgerWorker } from '../../server/ledger/ledger-worker.ts';

runLedgerWorker(() => ({ put: (_: unknown) => process.exit(7) }));
