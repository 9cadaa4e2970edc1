/**
 * `npm run test:simulation`: the nightly round, seed after seed. Exit code 1 when a seed fails, or when
 * the seeds together did not see what a run of so many must see.
 */
import { Command } from 'commander';
import { wholeNumber } from '../../tools/commands/command.ts';
import { createOutput, mark, table } from '../../tools/terminal/output.ts';
import { createProgress } from '../../tools/terminal/progress.ts';
import { play } from './play.ts';
import { drawScript } from './script.ts';
import { printFailure, simulate } from './simulate.ts';

interface Options {
  seeds: number;
  from: number;
  seed?: string;
  history: boolean;
  json: boolean;
}

const options = new Command('test:simulation')
  .description('Whole companies under simulated time, network and disk, each seed another one.')
  .option('--seeds <n>', 'how many', wholeNumber(1, 10_000_000), 10_000)
  .option('--from <n>', 'the first', wholeNumber(0, 1_000_000_000), 1)
  .option('--seed <text>', 'this one alone')
  .option('--history', 'with --seed: everything that happened, line by line, and nothing else', false)
  .option('--json', 'one JSON object as the last line; everything else goes to standard error', false)
  .parse()
  .opts<Options>();

/** A run that fails everywhere has one cause. */
const FAILURES_MAX = 20;

const { seeds, from, seed } = options;
if (seed !== undefined && options.history) {
  const { trace, violations } = await play(drawScript(seed));
  process.stdout.write(`${trace.join('\n')}\n`);
  process.exit(violations.length === 0 ? 0 : 1);
}
const names = seed === undefined ? Array.from({ length: seeds }, (_, at) => String(from + at)) : [seed];
const output = createOutput(options.json);
const progress = createProgress('simulation', { isJson: options.json, unit: 'seeds' });
const beganAtMs = performance.now();
const report = await simulate(names, {
  failuresMax: FAILURES_MAX,
  onSeed: (done) => progress.update(done, names.length),
}).finally(() => progress.stop());
const seconds = Math.round((performance.now() - beganAtMs) / 100) / 10;

for (const failure of report.failures) output.line(printFailure(failure));
for (const gap of report.gaps) output.line(gap);
const seen = [...report.coverage].sort(([one], [other]) => (one < other ? -1 : 1));
if (seed === undefined) for (const line of table(seen)) output.line(line);
const ok = report.failures.length === 0 && report.gaps.length === 0;
output.line(`${report.seeds} seeds in ${seconds} s: ${mark(ok)}`);
const failed = report.failures.map(({ seed: name, violations, shortest }) => ({ seed: name, violations, shortest }));
output.json({
  ok,
  seeds: report.seeds,
  seconds,
  failures: failed,
  gaps: report.gaps,
  coverage: Object.fromEntries(seen),
});
process.exitCode = ok ? 0 : 1;
