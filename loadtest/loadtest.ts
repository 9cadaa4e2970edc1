/** `npm run loadtest -- <scenario>`: a table while it runs, one JSON object as the last line with --json. */
import { Command } from 'commander';
import { addGate } from './commands/gate.ts';
import { addMeasurements } from './commands/measure.ts';
import { addTorture } from './commands/torture.ts';
import { addWallSoak } from './commands/wall-soak.ts';

const program = new Command('loadtest').description(
  'Races, alerts and boards at full speed, each figure beside a bare baseline of the same run',
);
addMeasurements(program);
addGate(program);
addTorture(program);
addWallSoak(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
