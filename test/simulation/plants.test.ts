/** The simulation bites: each planted bug is found, and its script cut down to what is needed. */
import { describe, expect, test } from 'vitest';
import { PLANTS } from './plants.ts';
import { play } from './play.ts';
import { drawScript, type Script } from './script.ts';
import { ruleOf, shrink } from './shrink.ts';
import type { Plant } from './sim-server.ts';

/** A bug that needs more seeds than this to be found would slip through `npm test`. */
const SEEDS_MAX = 60;

/** The first script that shows a planted bug, and what it shows. */
async function firstFailing(plant: Plant): Promise<{ script: Script; violations: string[] } | null> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const script = drawScript(String(seed));
    const { violations } = await play(script, plant);
    if (violations.length > 0) return { script, violations };
  }
  return null;
}

describe('a planted bug is found:', () => {
  test.each(Object.entries(PLANTS))('%s', { timeout: 120_000 }, async (_, plant) => {
    expect(await firstFailing(plant)).not.toBeNull();
  });
});

test.each(['a snapshot misses the newest offer', 'a rule gives a lead without asking the file for room'])(
  '%s: its failing script is cut down to a few steps that fail in the same way',
  { timeout: 120_000 },
  async (name) => {
    const plant = PLANTS[name]!;
    const found = await firstFailing(plant);
    const rule = ruleOf(found?.violations[0] ?? '');
    const script = found?.script ?? drawScript('1');
    const shortest = await shrink(script, rule, plant);
    expect(shortest.steps.length).toBeLessThan(script.steps.length / 2);
    expect((await play(shortest, plant)).violations.map(ruleOf)).toContain(rule);
  },
);
