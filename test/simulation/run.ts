/**
 * `npm run test:simulation`: the nightly round, seed after seed, or schedule after schedule. Exit code 1 when one
 * fails, or when all together did not see what a run of so many must see.
 */
import { Command } from 'commander';
import { wholeNumber } from '../../tools/commands/command.ts';
import { createOutput, mark, table } from '../../tools/terminal/output.ts';
import { createProgress } from '../../tools/terminal/progress.ts';
import { play } from './play.ts';
import { playSchedules } from './schedules.ts';
import { drawScript } from './script.ts';
import { printFailure, simulate } from './simulate.ts';

interface Options {
  seeds: number;
  from: number;
  seed?: string;
  schedules?: number;
  draw: number;
  history: boolean;
  json: boolean;
}

const upTo10Million = wholeNumber(1, 10_000_000);

const options = new Command('test:simulation')
  .description('Whole companies under simulated time, network and disk, each seed another one.')
  .option('--seeds <n>', 'how many', upTo10Million, 10_000)
  .option('--from <n>', 'the first', wholeNumber(0, 1_000_000_000), 1)
  .option('--seed <text>', 'this one alone')
  .option('--schedules <n>', 'instead of seeds: schedules of faults, drawn and cut down by fast-check', upTo10Million)
  .option('--draw <n>', 'with --schedules: which draw of them', wholeNumber(0, 1_000_000_000), 1)
  .option('--history', 'with --seed: everything that happened, line by line, and nothing else', false)
  .option('--json', 'one JSON object as the last line; everything else goes to standard error', false)
  .parse()
  .opts<Options>();

/** A run that fails everywhere has one cause. */
const FAILURES_MAX = 20;

const { seeds, from, seed, schedules, draw } = options;
if (seed !== undefined && options.history) {
  const { trace, violations } = await play(drawScript(seed));
  process.stdout.write(`${trace.join('\n')}\n`);
  process.exit(violations.length === 0 ? 0 : 1);
}
const names = seed === undefined ? Array.from({ length: seeds }, (_, at) => String(from + at)) : [seed];
const output = createOutput(options.json);
const unit = schedules === undefined ? 'seeds' : 'schedules';
const progress = createProgress('simulation', { isJson: options.json, unit });
const beganAtMs = performance.now();
const onPlayed = (played: number) => progress.update(played, schedules ?? names.length);
const report = await (schedules === undefined
  ? simulate(names, { failuresMax: FAILURES_MAX, onPlayed })
  : playSchedules(schedules, draw, { onPlayed })
).finally(() => progress.stop());
const seconds = Math.round((performance.now() - beganAtMs) / 100) / 10;

for (const failure of report.failures) output.line(printFailure(failure));
for (const gap of report.gaps) output.line(gap);
const seen = [...report.coverage].sort(([one], [other]) => (one < other ? -1 : 1));
if (seed === undefined) for (const line of table(seen)) output.line(line);
const ok = report.failures.length === 0 && report.gaps.length === 0;
output.line(`${report.played} ${unit} in ${seconds} s: ${mark(ok)}`);
const failed = report.failures.map(({ seed: name, violations, shortest }) => ({ seed: name, violations, shortest }));
output.json({
  ok,
  [unit]: report.played,
  seconds,
  failures: failed,
  gaps: report.gaps,
  coverage: Object.fromEntries(seen),
});
process.exitCode = ok ? 0 : 1;
