/**
 * A process with a ledger that commits rows one by one and says each that was acknowledged, then dies
 * without a goodbye: `durability-child.ts <file> FULL|NORMAL <rows> [<failFile>]`.
 *
 * With `failFile` it makes that file before the last row, which breaks the disk under its COMMIT.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { createWorkerLedger, startLedgerThread } from '../../server/ledger/ledger.ts';
import { acquireRole } from '../../server/ledger/role-lock.ts';
import type { CellTransactions } from '../support/cell-transactions.ts';
import type { DurabilityData } from './durability-worker.ts';

/** What the server exits with when a COMMIT has an unknown outcome; any code of its own would do. */
const EXIT_UNKNOWN = 70;

const [file, synchronous, rows, failFile] = process.argv.slice(2) as [
  string,
  DurabilityData['synchronous'],
  string,
  string?,
];

/** Written before the next statement runs, so that death right after loses no line. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const role = acquireRole(file, { nowMs: 1 });
const workerData: DurabilityData = { file, generation: role.generation, synchronous };
const ledger = await createWorkerLedger<CellTransactions>({
  thread: startLedgerThread(new URL('./durability-worker.ts', import.meta.url)),
  workerData,
  monotonicMs: () => 0,
  onUnknownOutcome(error) {
    say(`unknown ${(error as Error & { code: string }).code}`);
    process.exit(EXIT_UNKNOWN);
  },
});
for (let row = 0; row < Number(rows); row++) {
  if (failFile !== undefined && row === Number(rows) - 1) writeFileSync(failFile, '');
  await ledger.write('put', { key: `row${row}`, value: 'x'.repeat(100) });
  say(`row${row}`);
}
process.kill(process.pid, 'SIGKILL');
