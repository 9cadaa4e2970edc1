/**
 * The fewest steps that still fail: parts of a script are left out, larger ones first, as long as what
 * is left breaks the same rule (delta debugging).
 */
import { play } from './play.ts';
import type { Script, Step } from './script.ts';
import type { Plant } from './sim-server.ts';

/** A violation without its ids and numbers: the rule that was broken. */
export function ruleOf(violation: string): string {
  return violation
    .replace(/[a-z]+_[0-9a-z]{26}/g, 'id')
    .replace(/[{["].*$/s, '')
    .replace(/\d+/g, '0');
}

/** How many scripts are tried at most: a shrunk script is a help, not a proof. */
const TRIES_MAX = 150;

export async function shrink(script: Script, rule: string, plant: Plant = {}): Promise<Script> {
  let tries = 0;
  const fails = async (steps: Step[]): Promise<boolean> => {
    if (tries++ >= TRIES_MAX) return false;
    const { violations } = await play({ ...script, steps }, plant);
    return violations.some((violation) => ruleOf(violation) === rule);
  };
  let { steps } = script;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = steps.length - size; from > -size; from -= size) {
      const at = Math.max(0, from);
      const left = steps[at];
      // The time of what is left out still passes.
      const without = [...steps.slice(0, at), ...waited(steps.slice(at, at + size), steps.slice(at + size))];
      if (left !== undefined && (await fails(without))) steps = without;
    }
  }
  return { ...script, steps };
}

function waited(leftOut: Step[], [next, ...rest]: Step[]): Step[] {
  if (next === undefined) return [];
  const passedMs = leftOut.reduce((sum, { afterMs }) => sum + afterMs, 0);
  return [{ ...next, afterMs: next.afterMs + passedMs }, ...rest];
}
