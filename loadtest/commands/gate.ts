/**
 * `loadtest gate`: in three minutes, whether a change made claims or intake dearer. It judges CPU beside the
 * baselines' of the same run, which a busy machine does not spoil, and nothing that depends on speed.
 */
import type { Command } from 'commander';
import { type Edit, editedBuild } from '../../tools/faults/edited-build.ts';
import { color } from '../../tools/terminal/color.ts';
import { createOutput } from '../../tools/terminal/output.ts';
import { ROOT } from '../bench.ts';
import { writePage } from '../report/page.ts';
import type { Report } from '../report/report.ts';
import { short } from '../report/table.ts';
import { SCENARIOS } from '../scenarios/list.ts';
import { GATE, isHeld, TARGETS, type TargetId } from '../targets.ts';
import { EVERY_RULE, measureAll } from './measure.ts';
import { upTo } from './numbers.ts';

interface GateOptions {
  json?: boolean;
  html?: string;
  rounds?: number;
  plantedUs?: number;
  everyRule?: boolean;
}

/** What of each scenario's full size is left out or made smaller; scenarios that are not named stand aside. */
const SIZES: Record<string, Record<string, unknown>> = {
  race: { contested: 800, uncontested: 1_200, withRedis: false, withPaced: false },
  arbiter: { contested: 2_000, uncontested: 4_000, locked: 50 },
  intake: { leads: 1_000 },
};
const ROUNDS = 5;
const PLANTED_MAX = 10_000;

/** A server that spends so many microseconds more on each claim: the gate must notice. */
export function slowed(microseconds: number): Edit {
  const from = 'const startMs = deps.clock.monotonicMs();';
  return {
    file: 'server/claims/claims.js',
    from,
    to: `${from}\nfor (const until = performance.now() + ${microseconds / 1_000}; performance.now() < until; );`,
  };
}

export interface Gated {
  id: TargetId;
  what: string;
  value: number;
  limit: number;
  passed: boolean;
}

export function gatedOf(report: Report): Gated[] {
  const figures = report.scenarios.flatMap(({ figures: of }) => of);
  return Object.entries(GATE).map(([key, limit]) => {
    const id = key as TargetId;
    const value = figures.find((figure) => figure.id === id)?.spread.median ?? Number.NaN;
    return { id, what: TARGETS[id].what, value, limit, passed: isHeld({ ...TARGETS[id], limit }, value) };
  });
}

async function gate(options: GateOptions): Promise<void> {
  const output = createOutput(options.json === true);
  const { plantedUs, rounds = ROUNDS } = options;
  const scenarios = SCENARIOS.filter(({ name }) => name in SIZES);
  const report = await measureAll(
    scenarios,
    options,
    ({ name, sizes }) => ({ ...(sizes.full as Record<string, unknown>), ...SIZES[name], rounds }),
    plantedUs === undefined ? undefined : { args: editedBuild([slowed(plantedUs)]), folder: ROOT },
  );
  const gated = gatedOf(report);
  const passed = report.ok && gated.every((one) => one.passed);
  for (const one of gated) {
    const word = one.passed ? color.green('passed') : color.red('TOO DEAR');
    output.line(`${word}  ${short(one.value)} (limit ${short(one.limit)})  ${one.what}`);
  }
  if (options.html !== undefined) writePage(report, options.html);
  output.json({ passed, gated, ...report });
  if (!passed) process.exitCode = 1;
}

export function addGate(program: Command): void {
  program
    .command('gate')
    .description('whether a change made claims or intake dearer: CPU beside baselines; exits 1 past a limit')
    .option('--rounds <n>', `rounds of product and baselines in turn (${ROUNDS})`, upTo(ROUNDS))
    .option('--html <file>', 'a page with the drawings')
    .option('--json', 'one JSON object as the last line')
    .option(...EVERY_RULE)
    .option('--planted-us <n>', 'measures a server that spends so much more on each claim', upTo(PLANTED_MAX))
    .action(gate);
}
