/** The commands that measure: each scenario by its name, and `all`. */
import type { Command } from 'commander';
import type { Program } from '../../tools/faults/spawned-server.ts';
import { createOutput } from '../../tools/terminal/output.ts';
import { createProgress, type Progress } from '../../tools/terminal/progress.ts';
import { Bench } from '../bench.ts';
import { machine } from '../measure/machine.ts';
import { writePage } from '../report/page.ts';
import { type Report, reportOf, type ScenarioReport } from '../report/report.ts';
import { machineLine, scenarioLines } from '../report/table.ts';
import { type AnyScenario, SCENARIOS } from '../scenarios/list.ts';
import { upTo } from './numbers.ts';
import { targetOf } from './remote.ts';

export interface MeasureOptions {
  json?: boolean;
  rounds?: number;
  html?: string;
  url?: string;
  key?: string;
  yesRemote?: boolean;
  profile?: string;
  everyRule?: boolean;
}

const ROUNDS_MAX = 100;

/** A scenario at its full size, or with the rounds that were asked for. */
async function perform(bench: Bench, scenario: AnyScenario, size: Record<string, unknown>): Promise<ScenarioReport> {
  const beganAt = performance.now();
  const findings = await scenario.run(bench, size as never);
  const { name, shows } = scenario;
  return { scenario: name, shows, settings: size, seconds: (performance.now() - beganAt) / 1_000, ...findings };
}

/** Runs scenarios one after the other, each on a bench of its own, and prints each as it is done. */
export async function measureAll(
  scenarios: readonly AnyScenario[],
  options: MeasureOptions,
  sizeOf: (scenario: AnyScenario) => Record<string, unknown>,
  program?: Program,
): Promise<Report> {
  const isJson = options.json === true;
  const output = createOutput(isJson);
  const remote = targetOf(options);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  const reports: ScenarioReport[] = [];
  let of: ReturnType<typeof machine> | undefined;
  for (const scenario of scenarios) {
    let bar: (Progress & { what: string }) | undefined;
    await using bench = new Bench({
      remote,
      ...(program === undefined ? {} : { program }),
      profile: options.profile,
      isEveryRule: options.everyRule === true,
      signal: stop.signal,
      onStep(what, done, steps) {
        if (bar?.what !== what) {
          bar?.stop();
          bar = { ...createProgress(what, { isJson, unit: 'runs' }), what };
        }
        bar.update(done, steps);
      },
    });
    of ??= machine(bench.isPinned);
    if (reports.length === 0) output.line(`${machineLine(of)}\n`);
    try {
      const report = await perform(bench, scenario, sizeOf(scenario));
      reports.push(report);
      bar?.stop();
      for (const line of scenarioLines(report)) output.line(line);
    } finally {
      bar?.stop();
    }
  }
  return reportOf(of as ReturnType<typeof machine>, reports);
}

export const EVERY_RULE = [
  '--every-rule',
  'with every rule of the policy at work, in place of one race for everybody',
] as const;

/** Pages are kept beside other data of this folder, which no commit holds. */
const PAGES = 'data/loadtest';

async function measure(name: string, scenarios: readonly AnyScenario[], options: MeasureOptions): Promise<void> {
  const output = createOutput(options.json === true);
  const report = await measureAll(scenarios, options, ({ sizes }) => ({
    ...(sizes.full as Record<string, unknown>),
    ...(options.rounds === undefined ? {} : { rounds: options.rounds }),
  }));
  const { judged, held } = report.targets;
  if (judged > 0) output.line(`${held} of ${judged} targets held`);
  const file = options.html ?? `${PAGES}/${name}-${report.machine.at.replaceAll(':', '')}.html`;
  writePage(report, file);
  output.line(`drawn in ${file}`);
  output.json(report);
  if (!report.ok) process.exitCode = 1;
}

function measuring(command: Command): Command {
  return command
    .option('--rounds <n>', 'rounds of product and baselines in turn (5)', upTo(ROUNDS_MAX))
    .option('--html <file>', `where the page with the drawings goes (${PAGES}/)`)
    .option('--profile <folder>', 'CPU profiles of every server that is started, for the developer tools of a browser')
    .option(...EVERY_RULE)
    .option('--json', 'one JSON object as the last line');
}

export function addMeasurements(program: Command): void {
  for (const scenario of SCENARIOS) {
    const command = measuring(program.command(scenario.name).description(scenario.shows));
    if (scenario.takesUrl) {
      command
        .option('--url <address>', 'a server that runs already; it stands alone, without baselines')
        .option('--key <admin key>', 'its admin key (default: ADMIN_API_KEY)')
        .option('--yes-remote', 'the address may be of another machine');
    }
    command.action((options: MeasureOptions) => measure(scenario.name, [scenario], options));
  }
  measuring(program.command('all').description('every scenario, one after the other')).action(
    (options: MeasureOptions) => measure('all', SCENARIOS, options),
  );
}
