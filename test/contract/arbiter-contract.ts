/** The suite every arbiter passes: one test a probe, each on a bench of its own. */
import { describe, test } from 'vitest';
import type { MakeBench } from './arbiter-bench.ts';
import { contractProbes } from './arbiter-contract-probes.ts';

export function arbiterContract(name: string, makeBench: MakeBench): void {
  describe(`${name}: the arbiter's contract`, () => {
    for (const probe of contractProbes) {
      test(probe.title, async () => {
        const bench = await makeBench();
        try {
          await probe.run(bench);
        } finally {
          await bench.end();
        }
      });
    }
  });
}
