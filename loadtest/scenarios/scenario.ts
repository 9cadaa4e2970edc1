/** What every scenario is: a name, what it shows, which targets it owes a figure, and a run. */
import type { Bench } from '../bench.ts';
import type { Spread } from '../measure/rounds.ts';
import { ratioOf } from '../measure/rounds.ts';
import type { Run } from '../measure/run.ts';
import { isHeld, TARGETS, type TargetId } from '../targets.ts';

export interface Scenario<Size> {
  name: string;
  /** In a sentence. */
  shows: string;
  owes: readonly TargetId[];
  /** `full` is what the table is made of; `smoke` shows that it works, and measures nothing. */
  sizes: { full: Size; smoke: Size };
  /** Whether it can be aimed at a server that runs already. */
  takesUrl: boolean;
  run(bench: Bench, size: Size): Promise<Findings>;
}

export interface Findings {
  figures: Figure[];
  runs: Run[];
  /** What was answered wrongly, in words. Anything here fails the run, however fast it was. */
  broken: string[];
}

/** A figure beside its limit, or one that is told without a limit. */
export interface Figure {
  id: TargetId | null;
  what: string;
  unit: string;
  spread: Spread;
  limit: number | null;
  better: 'less' | 'more' | null;
  /** Null: there is no limit. */
  held: boolean | null;
  /** False: the rates it rests on are the generator's, not the server's. */
  counts: boolean;
  note?: string | undefined;
}

/** The figure of a target. @param runs on whose rates it rests; left out: it rests on none */
export function figure(
  id: TargetId,
  spread: Spread,
  { runs = [], note }: { runs?: readonly Run[]; note?: string } = {},
): Figure {
  const { what, unit, limit, better } = TARGETS[id];
  const held = isHeld(TARGETS[id], spread.median);
  return { id, what, unit, spread, limit, better, held, counts: runs.every(({ counts }) => counts), note };
}

export function told(what: string, unit: string, spread: Spread): Figure {
  return { id: null, what, unit, spread, limit: null, better: null, held: null, counts: true };
}

/** Microseconds of server CPU per operation, round by round. */
export const cpuOfRuns = (runs: readonly Run[]) => runs.map(({ cpuMicros }) => cpuMicros?.total ?? Number.NaN);
export const ratesOf = (runs: readonly Run[]) => runs.map(({ perSecond }) => perSecond);

export const cpuRatio = (over: readonly Run[], under: readonly Run[]) => ratioOf(cpuOfRuns(over), cpuOfRuns(under));
export const rateRatio = (over: readonly Run[], under: readonly Run[]) => ratioOf(ratesOf(over), ratesOf(under));
