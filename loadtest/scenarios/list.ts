/** Every scenario, in the order of `all`; torture, which measures nothing, stands apart. */
import { arbiter } from './arbiter.ts';
import { board } from './board.ts';
import { fanout } from './fanout.ts';
import { history } from './history.ts';
import { intake } from './intake.ts';
import { race } from './race.ts';
import { restart } from './restart.ts';
import type { Scenario } from './scenario.ts';
import { sockets } from './sockets.ts';

/** A scenario whose size only it knows. */
export type AnyScenario = Scenario<never>;
const any = <Size>(scenario: Scenario<Size>) => scenario as unknown as AnyScenario;

export const SCENARIOS: readonly AnyScenario[] = [
  any(race),
  any(arbiter),
  any(fanout),
  any(board),
  any(intake),
  any(history),
  any(sockets),
  any(restart),
];
