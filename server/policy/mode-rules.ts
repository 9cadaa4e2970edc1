/** Which modes of competition a document uses (COMP-11), and where one is probably not meant (COMP-15, CON-29). Pure. */
import type { Policy } from './policy-rules.ts';
import { WEIGHTS } from './routing-policy.ts';
import type { Advantage, PolicyWarning } from './warning-words.ts';

/** COMP-15: an open race is best for teams of fewer. */
const OPEN_REPS_BELOW = 10;

export const MODES = ['OPEN', 'TIERED', 'SPEED_BOARD', 'QUOTA'] as const;
export type Mode = (typeof MODES)[number];

export function modesOf({ mode, speedBoard, quotaAllocation }: Policy): Mode[] {
  return [
    mode,
    ...(speedBoard === null ? [] : (['SPEED_BOARD'] as const)),
    ...(quotaAllocation === null ? [] : (['QUOTA'] as const)),
  ];
}

/** @param reps the active ones */
export function modeWarnings(
  policy: Policy,
  reps: readonly { team: string | null; territories: readonly string[] }[],
): PolicyWarning[] {
  return [...(policy.mode === 'OPEN' ? openWarnings(policy, reps) : []), ...stackWarnings(policy)];
}

function openWarnings({ routing }: Policy, reps: Parameters<typeof modeWarnings>[1]): PolicyWarning[] {
  const races = routing.rules.length === 0 || stepsIn(routing).some(({ method }) => method === 'race');
  if (!races) return [];
  const teams = new Map<string | null, number>();
  for (const { team } of reps) teams.set(team, (teams.get(team) ?? 0) + 1);
  const isBounded = routing.criteria.premium.includes('territory') && routing.criteria.standard.includes('territory');
  const hasTerritories = !isBounded && reps.some(({ territories }) => territories.length > 0);
  return [
    ...[...teams]
      .filter(([, count]) => count >= OPEN_REPS_BELOW)
      .map(([team, count]) => ({ warning: 'openForMany' as const, rule: null, team, reps: count })),
    ...(hasTerritories ? [{ warning: 'openWithTerritories' as const, rule: null }] : []),
  ];
}

/** CON-29: 3 to 1 by weight, 2 to 1 by quota, and the tiers' access: one on top of the other doubles the effect. */
function stackWarnings(policy: Policy): PolicyWarning[] {
  const { routing, quotaAllocation, competition, fairness, mode } = policy;
  const isUneven = (list: readonly unknown[]) => new Set(list).size > 1;
  const weighs = stepsIn(routing).some(({ method, weights }) => method === 'weighted' && isUneven(weights ?? WEIGHTS));
  const lists = Object.values(competition.delays).flatMap((pool) => Object.values(pool));
  const on: [Advantage, boolean][] = [
    ['weights', weighs],
    ['quotaAllocation', quotaAllocation !== null],
    ['tierAccess', mode === 'TIERED' && lists.some(isUneven)],
  ];
  const advantages = on.filter(([, isOn]) => isOn).map(([advantage]) => advantage);
  return fairness.stackWarn && advantages.length > 1 ? [{ warning: 'advantagesStacked', rule: null, advantages }] : [];
}

function stepsIn({ rules }: Policy['routing']) {
  return rules.flatMap((rule) => [rule, ...rule.fallback]);
}
