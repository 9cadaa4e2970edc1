/**
 * Stands in for vitest in a test file that is run inside a test: it takes the cases down and lets them be run against
 * a mutant, one after the other. It knows what the unit tests of rules use, and nothing else.
 */
import { expect } from 'vitest';

export { expect };

interface Case {
  title: string;
  run(): unknown;
}

let collected: Case[] = [];

export function describe(_title: string, cases: () => void): void {
  cases();
}

export function test(title: string, run: () => unknown): void {
  collected.push({ title, run });
}

/** Each row is one case; a row that is no list is its only argument. */
test.each =
  (rows: readonly unknown[]) =>
  (title: string, run: (...row: never[]) => unknown): void => {
    for (const row of rows) test(title, () => run(...((Array.isArray(row) ? row : [row]) as never[])));
  };

export const it = test;

/** The cases that `load` brings. */
export async function casesOf(load: () => Promise<unknown>): Promise<Case[]> {
  collected = [];
  await load();
  return collected;
}

/** The title of the first case that fails; null: all hold. */
export async function firstFailing(cases: readonly Case[]): Promise<string | null> {
  for (const { title, run } of cases) {
    try {
      await run();
    } catch {
      return title;
    }
  }
  return null;
}
