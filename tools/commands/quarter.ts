/** `sambar quarter`: a made-up team's quarter under several presets, side by side. */
import type { Command } from 'commander';
import { PRESET_NAMES, type PresetName, resolvePreset } from '../../server/policy/policy-rules.ts';
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { type Quarter, quarterArrivals, runQuarter } from '../../server/whatif/quarter.ts';
import { createOutput, table } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { howLong, hundredths, inPercent } from '../trial/words.ts';
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
  const all = Object.entries(presets);
  const row = (name: string, cell: (outcome: TrialOutcome) => string | number) => [
    name,
    ...all.map(([, outcome]) => String(cell(outcome))),
  ];
  const tier = (number: number) => row(`to tier ${number}`, ({ tiers }) => inPercent(shareOfTier(tiers, number)));
  return [
    `${leads} leads, ${reps} reps, ${days} working days, seed ${seed}`,
    '',
    ...table([
      ['', ...all.map(([name]) => name)],
      row('claimed', ({ claimed, leads: of }) => inPercent(claimed / of)),
      row('unclaimed, then by rotation', ({ unclaimed }) => unclaimed),
      row('by a rule', ({ pushed }) => pushed),
      row('without an owner', ({ unowned }) => unowned),
      row('time to claim, half within', ({ timeToClaimMs }) => howLong(timeToClaimMs.p50)),
      row('time to claim, 9 of 10 within', ({ timeToClaimMs }) => howLong(timeToClaimMs.p90)),
      row('Gini of all leads', ({ gini }) => hundredths(gini)),
      row('Gini of hot leads', ({ giniHot }) => hundredths(giniHot)),
      tier(1),
      tier(2),
      tier(3),
      row('to newcomers', ({ newcomers }) => inPercent(newcomers.share)),
      row('claims refused by a rule', ({ refusals }) => Object.values(refusals).reduce((sum, count) => sum + count, 0)),
    ]),
  ];
}

function shareOfTier(tiers: TrialOutcome['tiers'], number: number): number | null {
  return tiers.find(({ tier }) => tier === number)?.share ?? null;
}
