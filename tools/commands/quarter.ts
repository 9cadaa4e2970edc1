/** `sambar quarter`: a made-up team's quarter under several presets, side by side. */
import type { Command } from 'commander';
import { PRESET_NAMES, type PresetName, resolvePreset } from '../../server/policy/policy-rules.ts';
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { type Quarter, quarterArrivals, runQuarter } from '../../server/whatif/quarter.ts';
import { createOutput } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { outcomeRows } from '../trial/words.ts';
import { EXIT, type ExitCode, UsageError, wholeNumber } from './command.ts';

interface QuarterOptions {
  json: boolean;
  seed: string;
  reps: number;
  days: number;
  perDay: number;
  presets: string;
}

export interface QuarterResult {
  ok: true;
  seed: string;
  reps: number;
  days: number;
  leads: number;
  presets: Record<string, TrialOutcome>;
}

export function addQuarter(program: Command, ends: (code: ExitCode) => void): void {
  program
    .command('quarter')
    .description('play a quarter of a made-up team under several presets and show who got what')
    .option('--presets <names>', 'which presets, with commas between them', PRESET_NAMES.join(','))
    .option('--reps <n>', 'how many reps', wholeNumber(2, 500), 40)
    .option('--days <n>', 'how many working days', wholeNumber(1, 260), 60)
    .option('--per-day <n>', 'leads of a working day, on average', wholeNumber(1, 1_000), 33)
    .option('--seed <text>', 'other people and other leads', 'sambar')
    .option('--json', 'one JSON object on standard output, and nothing else there', false)
    .action(async (options: QuarterOptions) => ends(await quarter(options)));
}

async function quarter(options: QuarterOptions): Promise<ExitCode> {
  const { seed, reps, days, perDay, json } = options;
  const names = presetsNamed(options.presets);
  const asked: Quarter = { seed, reps, days, sources: null, leadsPerDay: perDay };
  const leads = quarterArrivals(asked).length;
  const progress = createProgress('quarter', { isJson: json, unit: 'leads' });
  const presets: Record<string, TrialOutcome> = {};
  try {
    for (const [at, name] of names.entries()) {
      const policy = resolvePreset(name);
      if (policy === null) continue;
      presets[name] = await runQuarter(asked, policy, (done) =>
        progress.update(at * leads + done, names.length * leads),
      );
    }
  } finally {
    progress.stop();
  }
  const output = createOutput(json);
  const result: QuarterResult = { ok: true, seed, reps, days, leads, presets };
  output.json(result);
  if (!json) for (const line of report(result)) output.line(line);
  return EXIT.ok;
}

function presetsNamed(text: string): PresetName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PRESET_NAMES.includes(name as PresetName));
  if (unknown !== undefined) throw new UsageError(`there is no preset ${unknown}: name ${PRESET_NAMES.join(', ')}`);
  return [...new Set(names)] as PresetName[];
}

function report({ seed, reps, days, leads, presets }: QuarterResult): string[] {
  return [
    `${leads} leads, ${reps} reps, ${days} working days, seed ${seed}`,
    '',
    ...outcomeRows(Object.entries(presets)),
  ];
}
