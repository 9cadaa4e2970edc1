/** `sambar quarter`: a made-up team's quarter under several presets, side by side. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { startThread } from '../../server/platform/thread.ts';
import { PRESET_NAMES, type PresetName, resolvePreset } from '../../server/policy/policy-rules.ts';
import { workingDays } from '../../server/whatif/generated.ts';
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { type Quarter, quarterArrivals, runQuarter } from '../../server/whatif/quarter.ts';
import type { FromQuarter } from '../../server/whatif/quarter-thread.ts';
import { leadsOf } from '../replay/funnel.ts';
import { createOutput } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { outcomeRows } from '../trial/words.ts';
import { EXIT, type ExitCode, UsageError, wholeNumber } from './command.ts';

/** Unless others are named: those of the table in docs/policy.md. */
const SHOWN_PRESETS = 'open,tiered,fast-tiered,fair-mix';

interface QuarterOptions {
  json: boolean;
  seed: string;
  reps: number;
  days: number;
  perDay: number;
  presets: string;
  arrivals?: string;
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
    .option('--presets <names>', 'which presets, with commas between them', SHOWN_PRESETS)
    .option('--reps <n>', 'how many reps', wholeNumber(2, 500), 40)
    .option('--days <n>', 'how many working days', wholeNumber(1, 260), 60)
    .option('--per-day <n>', 'leads of a working day, on average', wholeNumber(1, 1_000), 33)
    .option('--arrivals <leads.csv>', 'leads as they came on its last days, as for replay-leads, instead of --per-day')
    .option('--seed <text>', 'other people and other leads', 'sambar')
    .option('--json', 'one JSON object on standard output, and nothing else there', false)
    .action(async (options: QuarterOptions) => ends(await quarter(options)));
}

async function quarter(options: QuarterOptions): Promise<ExitCode> {
  const { seed, reps, days, perDay, json } = options;
  const names = presetsNamed(options.presets);
  const sources = options.arrivals === undefined ? null : await sourcesOf(options.arrivals, days);
  const asked: Quarter = { seed, reps, days, sources, leadsPerDay: perDay };
  const leads = quarterArrivals(asked).length;
  const progress = createProgress('quarter', { isJson: json, unit: 'leads' });
  const came = new Map<PresetName, number>();
  const play = leads < LEADS_FOR_THREADS ? playHere : playInThread;
  const one = async (name: PresetName): Promise<[PresetName, TrialOutcome]> => {
    const outcome = await play(asked, name, (done) => {
      came.set(name, done);
      progress.update(
        [...came.values()].reduce((sum, part) => sum + part, 0),
        names.length * leads,
      );
    });
    return [name, outcome];
  };
  const presets = Object.fromEntries(await Promise.all(names.map(one)).finally(progress.stop));
  const output = createOutput(json);
  const result: QuarterResult = { ok: true, seed, reps, days, leads, presets };
  output.json(result);
  if (!json) for (const line of report(result)) output.line(line);
  return EXIT.ok;
}

type Play = (quarter: Quarter, preset: PresetName, onProgress: (done: number) => void) => Promise<TrialOutcome>;

/** A small quarter is over before a thread has loaded its code. */
const LEADS_FOR_THREADS = 500;

const playHere: Play = (asked, preset, onProgress) => {
  const policy = resolvePreset(preset);
  if (policy === null) throw new UsageError(`there is no preset ${preset}`);
  return runQuarter(asked, policy, onProgress);
};

/** Side by side: each preset in a thread of its own. */
const playInThread: Play = (asked, preset, onProgress) =>
  new Promise((resolve, reject) => {
    const workerData = { quarter: asked, preset };
    const thread = startThread(new URL(QUARTER_THREAD, import.meta.url), { name: preset, workerData });
    thread.on('message', (message: FromQuarter) => {
      if ('outcome' in message) resolve(message.outcome);
      else onProgress(message.done);
    });
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error(`the thread of ${preset} ended`)));
  });

const QUARTER_THREAD = import.meta.url.endsWith('.ts')
  ? '../../server/whatif/quarter-thread.ts'
  : '../../server/whatif/quarter-thread.js';

/**
 * Of the last working days of a file of leads (a date each), the channels by which they came. What came on a weekend
 * is there on Monday.
 */
async function sourcesOf(file: string, days: number): Promise<string[][]> {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  const byDay = new Map<string, string[]>();
  for await (const { body } of leadsOf(file, Number.POSITIVE_INFINITY)) {
    const [day = ''] = workingDays(body.attributes.firstContactDate, 1);
    byDay.set(day, [...(byDay.get(day) ?? []), body.source]);
  }
  const last = [...byDay.keys()].sort().slice(-days);
  if (last.length < days)
    throw new UsageError(`${file} has leads of ${last.length} working days, --days asks for ${days}`);
  return last.map((day) => byDay.get(day) ?? []);
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
