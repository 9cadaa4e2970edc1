/** `loadtest wall-soak`: a wallboard in a real browser under load, and whether its memory stays what it was. */
import type { Command } from 'commander';
import { color } from '../../tools/terminal/color.ts';
import { createOutput } from '../../tools/terminal/output.ts';
import { createProgress } from '../../tools/terminal/progress.ts';
import { Bench } from '../bench.ts';
import { type HeapSample, soakWall } from '../scenarios/wall-soak.ts';
import { above, upTo } from './numbers.ts';

interface WallSoakOptions {
  minutes?: number;
  rate?: number;
  json?: boolean;
}

const MINUTES = 30;
const CLAIMS_A_SECOND = 10;
const RATE_MAX = 500;
const BAR = 40;
const MB = 1_000_000;

/** One line a look: what is left after a forced collection, drawn from nothing to the most there was. */
function drawn(samples: readonly HeapSample[]): string[] {
  const most = Math.max(...samples.map(({ heapBytes }) => heapBytes));
  return samples.map(({ minute, heapBytes, nodes, listeners, claims }) => {
    const bar = '█'.repeat(Math.round((BAR * heapBytes) / most)).padEnd(BAR);
    const megabytes = (heapBytes / MB).toFixed(2);
    return `${minute.toFixed(1).padStart(6)} min  ${bar} ${megabytes} MB  ${nodes} nodes, ${listeners} listeners, ${claims} claims`;
  });
}

async function wallSoak({ minutes = MINUTES, rate = CLAIMS_A_SECOND, json }: WallSoakOptions): Promise<void> {
  const output = createOutput(json === true);
  const progress = createProgress('wall-soak', { isJson: json === true, unit: 'looks' });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  await using bench = new Bench({
    isPinned: false,
    signal: stop.signal,
    onStep: (_, done, of) => progress.update(done, of),
  });
  const soaked = await soakWall(bench, { minutes, claimsPerSecond: rate });
  progress.stop();
  for (const line of drawn(soaked.samples)) output.line(line);
  const word = soaked.held ? color.green('flat') : color.red('NOT FLAT');
  output.line(`${word}: ${(soaked.growth * 100).toFixed(1)} % from the second quarter to the last`);
  for (const trouble of soaked.troubles) output.line(trouble);
  output.json(soaked);
  if (!soaked.held) process.exitCode = 1;
}

export function addWallSoak(program: Command): void {
  program
    .command('wall-soak')
    .description('a wallboard in a real browser under load: its heap after forced collections must stay flat')
    .option('--minutes <n>', `for how long (${MINUTES})`, above(0))
    .option('--rate <n>', `claims a second (${CLAIMS_A_SECOND})`, upTo(RATE_MAX))
    .option('--json', 'one JSON object as the last line')
    .action(wallSoak);
}
