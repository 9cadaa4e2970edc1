/** Which rule a lead falls under and, of a push, whose turn it is (ROUTE-01, 09, 15). Pure. */
import { type Policy, policyOf } from '../policy/policy-rules.ts';
import {
  EVERYBODY,
  type Method,
  type RoutingPolicy,
  type RoutingRule,
  type Step,
  type Target,
  WEIGHTS,
} from '../policy/routing-policy.ts';
import { holds, type LeadFacts, sameText } from './condition-rules.ts';

/** The rule's name, null where the policy has none; its target first, then its fallbacks. */
export interface Route {
  rule: string | null;
  steps: readonly Step[];
}

/** The target of a rule and its fallbacks; a team pool stands for the reps of its team. */
export function stepsOf({ teamPools }: RoutingPolicy, rule: RoutingRule): Step[] {
  return [rule, ...rule.fallback].map(({ target, method, weights }): Step => {
    if (!('teamPool' in target)) return { target, method, weights };
    const { teamPool } = target;
    const pool = Object.hasOwn(teamPools, teamPool) ? teamPools[teamPool] : undefined;
    return { target: { teams: pool === undefined ? [] : [pool.team] }, method, weights, teamPool };
  });
}

const ONE_RACE: Route = { rule: null, steps: [{ target: EVERYBODY, method: 'race' }] };

/** First match wins. No rules: one race for everybody. Null: there are rules and none is for this lead (ROUTE-15). */
export function routeOf(routing: RoutingPolicy, lead: LeadFacts): Route | null {
  if (routing.rules.length === 0) return ONE_RACE;
  const rule = routing.rules.find(({ when }) => when === undefined || holds(when, lead));
  if (rule === undefined) return null;
  return { rule: rule.name, steps: stepsOf(routing, rule) };
}

/** The steps under a rule's name: for an offer that was opened with one. Null: this policy has no such rule. */
export function routeNamed(routing: RoutingPolicy, rule: string | null): Route | null {
  if (rule === null) return ONE_RACE;
  const named = routing.rules.find((one) => one.name === rule);
  return named === undefined ? null : { rule, steps: stepsOf(routing, named) };
}

/** COMP-11: the rules that a release goes by: those of the one team its step names; the company's where it names none, or several. */
export function rulesOfRelease(policy: Policy, step: Pick<Step, 'target'> | undefined): Policy {
  const [team, ...others] = step === undefined ? [] : teamsNamed(step.target);
  if (team === undefined || others.length > 0) return policy;
  const known = Object.hasOwn(policy.teams, team) ? team : Object.keys(policy.teams).find((one) => sameText(one, team));
  return policyOf(policy, known);
}

function teamsNamed(target: Target): readonly string[] {
  if ('teams' in target) return target.teams;
  return ('segment' in target && target.segment.teams) || [];
}

export type PushMethod = Exclude<Method, 'race' | 'queue' | 'pool'>;

export function isPush(method: Method): method is PushMethod {
  return method !== 'race' && method !== 'queue' && method !== 'pool';
}

export function weightOf(step: Pick<Step, 'weights'>, tier: number): number {
  const weights = step.weights ?? WEIGHTS;
  return weights[Math.min(tier, weights.length) - 1] ?? 1;
}

export interface PushRep {
  id: string;
  /** The number of the rep's last turn; 0: none yet. */
  turn: number;
  /** How much of a weighted rotation the rep has had. */
  served: number;
}

/**
 * Whose turn it is. `roundRobin`: the longest ago. `weighted`: who has had the least by weight, among equals the longest
 * ago. Then the smaller id. Null: nobody is there.
 */
export function nextTurnOf(method: 'roundRobin' | 'weighted', reps: readonly PushRep[]): string | null {
  const [next] = [...reps].sort(
    (a, b) => (method === 'weighted' ? a.served - b.served : 0) || a.turn - b.turn || (a.id < b.id ? -1 : 1),
  );
  return next?.id ?? null;
}
