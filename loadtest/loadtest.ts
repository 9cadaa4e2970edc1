/** `npm run loadtest -- <scenario>`: a table while it runs, one JSON object as the last line with --json. */
import { Command, InvalidArgumentError } from 'commander';
import { type RaceResult, runRace } from './scenarios/race.ts';

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new InvalidArgumentError('must be a whole number from 1');
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

await program.parseAsync();
