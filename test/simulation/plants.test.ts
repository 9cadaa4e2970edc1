/** The simulation bites: each planted bug is found, and its script cut down to what is needed. */
import { describe, expect, test } from 'vitest';
import { PLANTS } from './plants.ts';
import { play } from './play.ts';
import { drawScript } from './script.ts';
import { ruleOf, shrink } from './shrink.ts';

/** A bug that needs more seeds than this to be found would slip through `npm test`. */
const SEEDS_MAX = 60;

describe('a planted bug is found:', () => {
  test.each(Object.entries(PLANTS))('%s', { timeout: 120_000 }, async (_, plant) => {
    const found: string[] = [];
    for (let seed = 1; seed <= SEEDS_MAX && found.length === 0; seed++) {
      found.push(...(await play(drawScript(String(seed)), plant)).violations);
    }
    expect(found.length).toBeGreaterThan(0);
  });
});

test('a failing script is cut down to a few steps that fail in the same way', { timeout: 120_000 }, async () => {
  const plant = PLANTS['a snapshot misses the newest offer']!;
  const script = drawScript('1');
  const rule = ruleOf((await play(script, plant)).violations[0] ?? '');
  const shortest = await shrink(script, rule, plant);
  expect(shortest.steps.length).toBeLessThan(script.steps.length / 2);
  expect((await play(shortest, plant)).violations.map(ruleOf)).toContain(rule);
});
