/** `loadtest torture`: races under blows, for so long or until so many leads. */
import { type Command, Option } from 'commander';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createOutput } from '../../tools/terminal/output.ts';
import { createProgress, type Progress } from '../../tools/terminal/progress.ts';
import { runTorture } from '../scenarios/torture.ts';
import { tortureReport } from '../torture/report.ts';
import type { ArbiterKind } from '../torture/torture-cell.ts';
import { above, upTo } from './numbers.ts';

const TORTURE_MINUTES = 5;
const TORTURED_LEADS_MAX = 100_000_000;

interface TortureCommand {
  minutes?: number;
  leads?: number;
  arbiter: ArbiterKind | 'both';
  seed?: string;
  history?: string;
  json?: boolean;
}

async function torture(options: TortureCommand): Promise<void> {
  const isJson = options.json === true;
  const output = createOutput(isJson);
  const seed = options.seed ?? Buffer.from(createSystemRandom().bytes(4)).toString('hex');
  output.line(`seed ${seed}`);
  const stop = new AbortController();
  // The first one asks what there is to be judged; a second one ends it at once.
  process.once('SIGINT', () => stop.abort());
  let bar: (Progress & { of: ArbiterKind }) | undefined;
  const result = await runTorture({
    arbiters: options.arbiter === 'both' ? ['embedded', 'redis'] : [options.arbiter],
    minutes: options.leads === undefined ? (options.minutes ?? TORTURE_MINUTES) : null,
    leads: options.leads ?? Number.POSITIVE_INFINITY,
    leastKills: 1,
    seed,
    historyFile: options.history ?? null,
    signal: stop.signal,
    onProgress(arbiter, done, of) {
      if (bar?.of !== arbiter) {
        bar?.stop();
        const unit = options.leads === undefined ? 's' : 'leads';
        bar = { ...createProgress(`torture, ${arbiter}`, { isJson, unit }), of: arbiter };
      }
      bar.update(Math.min(done, of), of);
    },
  });
  bar?.stop();
  for (const line of tortureReport(result)) output.line(line);
  output.json(result);
  process.exitCode = result.held ? 0 : 1;
}

export function addTorture(program: Command): void {
  program
    .command('torture')
    .description('races at full speed while servers are killed and frozen, Redis is emptied and links are cut')
    .option('--minutes <n>', `for how long, all arbiters together (${TORTURE_MINUTES})`, above(0))
    .option('--leads <n>', 'until so many leads were raced for, however long that takes', upTo(TORTURED_LEADS_MAX))
    .addOption(new Option('--arbiter <kind>', 'which').choices(['embedded', 'redis', 'both']).default('both'))
    .option('--seed <text>', 'draws the same blows again')
    .option('--history <file>', 'keep what everybody said and heard, one JSON object a line')
    .option('--json', 'one JSON object as the last line')
    .action(torture);
}
