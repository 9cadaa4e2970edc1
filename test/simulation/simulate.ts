/** Many seeds in a row: what they saw together, and each failing one with its shortest script. */
import { coverageGaps } from './coverage.ts';
import { play } from './play.ts';
import { drawScript, printScript, type Script } from './script.ts';
import { ruleOf, shrink } from './shrink.ts';
import type { Plant } from './sim-server.ts';

export interface Failure {
  seed: string;
  violations: string[];
  /** The script cut down. */
  shortest: Script;
}

export interface Report {
  /** Scripts, those of the shrinking apart. */
  played: number;
  failures: Failure[];
  coverage: Map<string, number>;
  /** What was seen too seldom; nothing is asked of a single script. */
  gaps: string[];
}

/** What follows from the first ones is told by playing the seed again. */
const VIOLATIONS_TOLD = 5;
/** Failing seeds that are cut down: the others are named. */
const SHRUNK_MAX = 3;

export async function simulate(
  seeds: readonly string[],
  options: { plant?: Plant; onPlayed?: (played: number) => void; failuresMax?: number } = {},
): Promise<Report> {
  const { plant = {}, onPlayed, failuresMax = Number.POSITIVE_INFINITY } = options;
  const coverage = new Map<string, number>();
  const failures: Failure[] = [];
  let done = 0;
  for (const seed of seeds) {
    const script = drawScript(seed);
    const outcome = await play(script, plant);
    for (const [what, count] of outcome.coverage) coverage.set(what, (coverage.get(what) ?? 0) + count);
    const [first] = outcome.violations;
    if (first !== undefined) {
      const shortest = failures.length < SHRUNK_MAX ? await shrink(script, ruleOf(first), plant) : script;
      failures.push({ seed, violations: outcome.violations, shortest });
    }
    done++;
    onPlayed?.(done);
    if (failures.length >= failuresMax) break;
  }
  const gaps = seeds.length === 1 ? [] : coverageGaps(coverage, seeds.length);
  return { played: done, failures, coverage, gaps };
}

/** A failure as a person reads it, and as `scripts.ts` keeps it. */
export function printFailure({ seed, violations, shortest }: Failure): string {
  return [
    `seed ${seed}:`,
    ...violations.slice(0, VIOLATIONS_TOLD).map((words) => `  ${words}`),
    'the shortest script that fails so:',
    printScript(shortest),
    `to be kept: ${JSON.stringify(shortest)}`,
  ].join('\n');
}
