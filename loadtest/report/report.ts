/** What a run of one or more scenarios found, as it is printed, kept and drawn. */
import type { Machine } from '../measure/machine.ts';
import type { Findings } from '../scenarios/scenario.ts';

export interface ScenarioReport extends Findings {
  scenario: string;
  shows: string;
  /** As they were asked for: rounds, racers, how many of what. */
  settings: Record<string, unknown>;
  seconds: number;
}

export interface Report {
  /** Nothing was answered wrongly. */
  ok: boolean;
  /** Targets with a figure, and how many of them are held; one whose rates do not count is not. */
  targets: { judged: number; held: number };
  machine: Machine;
  scenarios: ScenarioReport[];
}

export function reportOf(machine: Machine, scenarios: ScenarioReport[]): Report {
  const judged = scenarios.flatMap(({ figures }) => figures).filter(({ held }) => held !== null);
  return {
    ok: scenarios.every(({ broken }) => broken.length === 0),
    targets: { judged: judged.length, held: judged.filter(({ held, counts }) => held && counts).length },
    machine,
    scenarios,
  };
}
