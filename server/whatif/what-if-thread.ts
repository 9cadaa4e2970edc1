/** The thread of one what-if: it reads the file, decides in memory, says how far it is, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { runWhatIf, type WhatIfOrder, type WhatIfResult } from './whatif.ts';

export type FromWhatIf =
  | { kind: 'progress'; done: number; of: number }
  | { kind: 'done'; result: WhatIfResult }
  | { kind: 'failed'; message: string };

const post = (message: FromWhatIf): void => parentPort?.postMessage(message);

/** Nobody looks more often. */
const TOLD_TIMES = 200;
let told = -1;

runWhatIf(workerData as WhatIfOrder, (done, of) => {
  const part = Math.floor((done / Math.max(1, of)) * TOLD_TIMES);
  if (part === told) return;
  told = part;
  post({ kind: 'progress', done, of });
})
  .then((result) => post({ kind: 'done', result }))
  .catch((error: unknown) => post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }));
