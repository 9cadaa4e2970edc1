/**
 * Whole companies under simulated time, network and disk: some hundreds of seeds here, ten thousand with
 * `npm run test:simulation`. A script that failed once stays in `scripts.ts`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { coverageGaps, FLOORS } from './coverage.ts';
import { CRASH_POINTS, type CrashPoint } from './faults.ts';
import { play } from './play.ts';
import { drawScript, type Script } from './script.ts';
import { QUIET, SCRIPTS } from './scripts.ts';
import { printFailure, simulate } from './simulate.ts';

const SEEDS_HERE = 200;
const names = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1));

describe('the simulation', () => {
  test(`finds nothing in ${SEEDS_HERE} seeds, and they have seen enough`, { timeout: 600_000 }, async () => {
    const report = await simulate(names(SEEDS_HERE), { failuresMax: 3 });
    expect(report.failures.map(printFailure).join('\n')).toBe('');
    expect(report.gaps).toEqual([]);
  });

  test.each(Object.entries(SCRIPTS))('%s', async (_, script) => {
    expect((await play(script)).violations).toEqual([]);
  });

  test.each(['1', '7', '23'])('seed %s twice is the same history, byte for byte', async (seed) => {
    const once = await play(drawScript(seed));
    await play(drawScript('another in between'));
    const again = await play(drawScript(seed));
    expect(once.trace.length).toBeGreaterThan(50);
    expect(again.trace.join('\n')).toBe(once.trace.join('\n'));
  });

  test('a seed is the same history in another process', { timeout: 120_000 }, async () => {
    const { trace } = await play(drawScript('11'));
    const argv = ['--import', 'tsx', 'test/simulation/run.ts', '--seed', '11', '--history'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 1 << 28 });
    expect(stdout).toBe(`${trace.join('\n')}\n`);
  });

  test('another seed is another history', async () => {
    expect((await play(drawScript('1'))).trace.join('\n')).not.toBe((await play(drawScript('2'))).trace.join('\n'));
  });
});

const BY_RULE: CrashPoint = 'assignment kept, nothing announced';

/** A won lead, one that is up for some seconds, and the process ends at this point on the way. */
function endingAt(point: CrashPoint): Script {
  const where = (CRASH_POINTS.indexOf(point) + 0.5) / CRASH_POINTS.length;
  return {
    seed: point,
    // What is assigned by a rule has no race, and no place in one.
    settings: { ...QUIET, preset: 'tiered', isQuick: true, book: point === BY_RULE ? 'turns' : 'plain' },
    steps: [
      { afterMs: 100, kind: 'leads', picks: [0.1, 0.5, 0.5] },
      { afterMs: 1_000, kind: 'rush', picks: [0.1, 0.5, 0.5] },
      { afterMs: 1_000, kind: 'leads', picks: [0.1, 0.5, 0.4] },
      { afterMs: 1_000, kind: 'trap', picks: [where, 0.5, 0.1] },
      { afterMs: 30_000, kind: 'leads', picks: [0.1, 0.5, 0.3] },
    ],
  };
}

describe('a process that ends', () => {
  test.each(CRASH_POINTS)('%s', async (point) => {
    const { violations, coverage } = await play(endingAt(point));
    expect(violations).toEqual([]);
    expect(coverage.get(`crash: ${point}`)).toBe(1);
  });
});

describe('what a run must have seen', () => {
  test('is told by name when it was not', () => {
    // So many scripts that something is asked of the rarest too.
    const scripts = 3_000;
    const whole = new Map(Object.entries(FLOORS).map(([what, floor]) => [what, floor * 10]));
    expect(coverageGaps(whole, scripts)).toEqual([]);
    for (const what of whole.keys()) {
      const lacking = new Map(whole).set(what, 0);
      expect(coverageGaps(lacking, scripts)).toEqual([expect.stringContaining(what)]);
    }
  });
});
