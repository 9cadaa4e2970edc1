/** Every scenario, in the order of `all`; torture, which measures nothing, stands apart. */
import { race } from './race.ts';
import type { Scenario } from './scenario.ts';

// Each has a size of its own, which only it and its own command look at.
export const SCENARIOS = [race] as unknown as readonly Scenario<never>[];
