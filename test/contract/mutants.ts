/**
 * How a mutant of an arbiter dies: by a probe of the contract that carries the number of the rule the
 * mutant breaks, and by what that probe asserts. A source that does not load or run proves nothing.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Bench, MakeBench } from './arbiter-bench.ts';
import { modelBench } from './arbiter-model.ts';
import { compare, Disagreement, schedules } from './arbiter-schedules.ts';

/** The mutants that random schedules must find as well, without knowing what to look for. */
const PROPERTY_RUNS = 300;

/** Throws unless a probe of this rule fails by an assertion, on an arbiter that answers. */
export async function expectKilledBy<Kind extends Bench>(
  rule: string,
  make: () => Promise<Kind>,
  probes: readonly { title: string; run(bench: Kind): Promise<void> }[],
): Promise<void> {
  const ofRule = probes.filter(({ title }) => title.split(' ').includes(rule));
  expect(ofRule, `probes of ${rule}`).not.toEqual([]);
  const deaths: string[] = [];
  for (const probe of ofRule) {
    const bench = await make();
    try {
      await probe.run(bench);
    } catch (fault) {
      deaths.push(causeOf(fault));
    } finally {
      await bench.end();
    }
  }
  expect(deaths, `a probe of ${rule} must catch it`).toContain('AssertionError');
}

/** An arbiter that is broken rather than wrong answers nothing but `arbiterAway`. */
function causeOf(fault: unknown): string {
  const { name, message, actual } = fault as { name: string; message: string; actual?: unknown };
  return `${JSON.stringify(actual)}${message}`.includes('arbiterAway') ? 'arbiterAway' : name;
}

/** Throws unless random schedules tell the mutant from the model. */
export async function expectFoundBySchedules(make: MakeBench): Promise<void> {
  const property = fc.asyncProperty(schedules, (schedule) => compare([modelBench, make], schedule));
  const { errorInstance } = await fc.check(property, { numRuns: PROPERTY_RUNS, endOnFailure: true, seed: 1 });
  expect(errorInstance).toBeInstanceOf(Disagreement);
  expect(JSON.stringify((errorInstance as Disagreement).answers)).not.toContain('arbiterAway');
}
