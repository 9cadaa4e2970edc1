/** `npm run loadtest -- <scenario>`: a table while it runs, one JSON object as the last line with --json. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { createSystemRandom } from '../server/kernel/random.ts';
import { createOutput } from '../tools/terminal/output.ts';
import { createProgress, type Progress } from '../tools/terminal/progress.ts';
import { type RaceResult, runRace } from './scenarios/race.ts';
import { runTorture } from './scenarios/torture.ts';
import { tortureReport } from './torture/report.ts';
import type { ArbiterKind } from './torture/torture-cell.ts';

const COUNT_MAX = 100_000;
const TORTURE_MINUTES = 5;
const TORTURED_LEADS_MAX = 100_000_000;

const upTo =
  (most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`must be a whole number from 1 to ${most}`);
    return value;
  };
const count = upTo(COUNT_MAX);

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
}

function printTable(result: RaceResult): void {
  const rows = result.rounds.map(({ subject, ...figures }) => ({
    subject,
    ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 100) / 100])),
  }));
  console.table(rows);
  console.log(`server CPU per claim ÷ bare race: ${result.cpuRatio.toFixed(2)} (median of rounds)`);
  console.log(`double wins ${result.doubleWins}, losers misled ${result.losersMisled}`);
}

const program = new Command('loadtest').description(
  'Simulated claim races, each figure beside a bare baseline of the same run',
);

program
  .command('race')
  .description('reps that claim each lead at once')
  .option('--racers <n>', 'reps that try each lead', count, 5)
  .option('--leads <n>', 'leads a round', count, 300)
  .option('--rounds <n>', 'rounds of product and baseline in turn', count, 5)
  .option('--redis <url>', 'the arbiter on this Redis instead of the embedded one')
  .option('--json', 'one JSON object as the last line')
  .action(async (options: { racers: number; leads: number; rounds: number; redis?: string; json?: boolean }) => {
    const result = await runRace({
      ...options,
      redisUrl: options.redis,
      onProgress: (done, total) => process.stderr.write(`round ${done} of ${total}\n`),
    });
    if (options.json === true) console.log(JSON.stringify(result));
    else printTable(result);
    process.exitCode = result.doubleWins === 0 && result.losersMisled === 0 ? 0 : 1;
  });

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

program
  .command('torture')
  .description('races at full speed while servers are killed and frozen, Redis is emptied and links are cut')
  .option('--minutes <n>', `for how long, all arbiters together (${TORTURE_MINUTES})`, minutes)
  .option('--leads <n>', 'until so many leads were raced for, however long that takes', upTo(TORTURED_LEADS_MAX))
  .addOption(new Option('--arbiter <kind>', 'which').choices(['embedded', 'redis', 'both']).default('both'))
  .option('--seed <text>', 'draws the same blows again')
  .option('--history <file>', 'keep what everybody said and heard, one JSON object a line')
  .option('--json', 'one JSON object as the last line')
  .action(torture);

await program.parseAsync();
