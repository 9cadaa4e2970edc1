/** The thread of one preset's quarter: quarters of several presets share nothing but the seed. */
import { parentPort, workerData } from 'node:worker_threads';
import { type PresetName, resolvePreset } from '../policy/policy-rules.ts';
import type { TrialOutcome } from './outcome.ts';
import { type Quarter, runQuarter } from './quarter.ts';

export type FromQuarter = { done: number } | { outcome: TrialOutcome };

const { quarter, preset } = workerData as { quarter: Quarter; preset: PresetName };
const policy = resolvePreset(preset);
if (policy !== null) {
  const post = (message: FromQuarter): void => parentPort?.postMessage(message);
  post({ outcome: await runQuarter(quarter, policy, (done) => post({ done })) });
}
