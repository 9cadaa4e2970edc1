/** `sambar what-if`: the record, or made-up leads, decided again under another policy, beside a running server too. */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { PRESET_NAMES } from '../../server/policy/policy-rules.ts';
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { PolicyRefused, runWhatIf, type WhatIfResult } from '../../server/whatif/whatif.ts';
import { createOutput, table } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { inPercent, outcomeRows } from '../trial/words.ts';
import {
  databaseFile,
  EXIT,
  type ExitCode,
  type FileOptions,
  onFileOptions,
  UsageError,
  wholeNumber,
} from './command.ts';

interface WhatIfOptions extends FileOptions {
  policy?: string;
  preset?: string;
  from: number;
  to?: number;
  generated?: number;
  seed: string;
}

export function addWhatIf(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('what-if')
    .description('decide a span of the record again under another policy, in memory; reads only')
    .option('--policy <file>', 'the policy to try, a JSON document as of PUT /v1/policy')
    .option('--preset <name>', `the same of a preset: ${PRESET_NAMES.join(', ')}`)
    .requiredOption('--from <instant>', 'the first instant, such as 2026-11-01 or 2026-11-01T00:00:00+07:00', instant)
    .option('--to <instant>', 'the first instant that is outside (default: now)', instant)
    .option('--generated <n>', 'made-up leads instead, so many a working day', wholeNumber(1, 1_000))
    .option('--seed <text>', 'other chance for what is not on record', 'sambar');
  onFileOptions(command).action(async (options: WhatIfOptions) => ends(await whatIf(options)));
}

function instant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('must be an instant such as 2026-11-01T00:00:00+07:00');
  return ms;
}

async function whatIf(options: WhatIfOptions): Promise<ExitCode> {
  const { from, seed, json, generated } = options;
  const to = options.to ?? createSystemClock().nowMs();
  if (from >= to) throw new UsageError('--from must be before --to');
  const order = {
    file: databaseFile(options),
    policy: policyNamed(options),
    fromMs: from,
    untilMs: to,
    seed,
    generatedPerDay: generated ?? null,
  };
  const progress = createProgress('what-if', { isJson: json, unit: 'leads' });
  const result = await runWhatIf(order, progress.update)
    .catch((error: unknown) => {
      throw error instanceof PolicyRefused ? new UsageError(`the policy is refused: ${error.message}`) : error;
    })
    .finally(progress.stop);
  const output = createOutput(json);
  output.json(result);
  if (!json) for (const line of report(result)) output.line(line);
  return EXIT.ok;
}

/** Null: none is named, and what was in force is decided again. */
function policyNamed({ policy, preset }: WhatIfOptions): unknown {
  if (policy !== undefined && preset !== undefined) throw new UsageError('--policy or --preset, not both');
  if (preset !== undefined) return { preset };
  if (policy === undefined) return null;
  try {
    return JSON.parse(readFileSync(policy, 'utf8')) as unknown;
  } catch (error) {
    throw new UsageError(`${policy} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function report(result: WhatIfResult): string[] {
  const { leads, from, until, seed, generated, inForce, tried, reps, notes } = result;
  const columns: [string, TrialOutcome][] = [['in force', inForce]];
  if (tried !== null) columns.push(['tried', tried]);
  const changes = reps.map(({ name, inForce: before, tried: after }) => [name, before, after, signed(after - before)]);
  return [
    `${leads} ${generated ? 'made-up ' : ''}leads from ${from} to ${until}, seed ${seed}`,
    '',
    ...outcomeRows(columns),
    '',
    ...(changes.length === 0 ? [] : [...table([['leads of', 'in force', 'tried', 'change'], ...changes]), '']),
    ...reproducedLines(result),
    ...notes.map((note) => `note: ${note}`),
  ];
}

function reproducedLines({ reproduced, model }: WhatIfResult): string[] {
  const { own, pooled, assumed } = model;
  const from = `reaction times: ${own} reps by their own record, ${pooled} by that of all, ${assumed} assumed`;
  if (reproduced === null) return [from];
  const { offers, sameOffers, winners, sameWinners } = reproduced;
  const error = winners === 0 ? 0 : 1 - sameWinners / winners;
  return [
    `decided again as it was in force: ${sameOffers} of ${offers} offers alike, ${sameWinners} of ${winners} winners ` +
      `(error ${inPercent(error)})`,
    from,
  ];
}

function signed(change: number): string {
  return change > 0 ? `+${change}` : String(change);
}
