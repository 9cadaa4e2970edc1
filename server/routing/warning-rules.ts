/** What is probably not meant in the rules of routing, though it is allowed (ROUTE-16, ROUTE-20). Pure. */
import type { RoutingPolicy, Step, Target } from '../policy/routing-policy.ts';
import { isInTarget, type RoutingRep } from './eligibility-rules.ts';
import { stepsOf } from './routing-rules.ts';

/** Told in words with those of the whole document (server/policy/warning-words.ts). `rule` null: about the list. */
export type RoutingWarning =
  | { warning: 'rotationWithoutSegment' | 'nobodyInTarget'; rule: string }
  | { warning: 'neverReached'; rule: string; behind: string }
  | { warning: 'noRuleForTheRest'; rule: null };

/** @param reps the active ones */
export function routingWarnings(routing: RoutingPolicy, reps: readonly RoutingRep[]): RoutingWarning[] {
  const { rules, criteria } = routing;
  const warnings: RoutingWarning[] = [];
  const catchesAll = rules.findIndex(({ when }) => when === undefined);
  const isUnbounded = criteria.premium.length === 0 && criteria.standard.length === 0;
  // Tiers come and go from week to week: one without a rep is no mistake.
  const isEmpty = ({ method, target }: Step) =>
    method !== 'accountOwner' && !isOfTiersAlone(target) && !reps.some((rep) => isInTarget(target, rep));
  for (const [index, rule] of rules.entries()) {
    const { name, when, method, target } = rule;
    const rotates = method === 'roundRobin' || method === 'weighted';
    if (rotates && isUnbounded && when === undefined && 'everybody' in target)
      warnings.push({
        rule: name,
        warning: 'rotationWithoutSegment',
      });
    if (catchesAll !== -1 && index > catchesAll)
      warnings.push({
        rule: name,
        warning: 'neverReached',
        behind: rules[catchesAll]?.name ?? '',
      });
    if (stepsOf(routing, rule).some(isEmpty)) warnings.push({ rule: name, warning: 'nobodyInTarget' });
  }
  if (rules.length > 0 && catchesAll === -1)
    warnings.push({
      rule: null,
      warning: 'noRuleForTheRest',
    });
  return warnings;
}

function isOfTiersAlone(target: Target): boolean {
  return (
    'segment' in target && Object.entries(target.segment).every(([key, list]) => key === 'tiers' || list === undefined)
  );
}
