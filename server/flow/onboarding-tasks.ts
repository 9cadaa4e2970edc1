/**
 * What a newcomer learns while it watches (FAIR-13) and is coached on in the cohort (FAIR-14): lists of the policy, which
 * a manager ticks off. They open nothing by themselves: that a rep is ready is the manager's word (FAIR-17).
 */
import type { RepRow } from '../people/people-store.ts';
import { type Policy, policyOf } from '../policy/policy-rules.ts';

type List = 'training' | 'coaching';

interface Tick {
  list: List;
  item: string;
  by: string;
  at: string;
}

export interface TaskDone {
  list: List;
  item: string;
  done: boolean;
}

function itemsOf(policy: Policy, rep: RepRow, list: List): string[] {
  const { onboarding } = policyOf(policy, rep.team);
  if (onboarding === null) return [];
  return list === 'training' ? onboarding.trainingTasks : onboarding.coachingTasks;
}

/** `reps.onboarding_ticks` after a manager's word; null: no such task is on the list. */
export function withTick(
  policy: Policy,
  rep: RepRow,
  task: TaskDone,
  by: { actor: string; at: string },
): string | null {
  const { list, item, done } = task;
  if (!itemsOf(policy, rep, list).includes(item)) return null;
  const ticks = JSON.parse(rep.onboardingTicks) as Tick[];
  const isThis = (tick: Tick) => tick.list === list && tick.item === item;
  // Said again, it stays as it was said first.
  if (done && ticks.some(isThis)) return rep.onboardingTicks;
  const others = ticks.filter((tick) => !isThis(tick));
  return JSON.stringify(done ? [...others, { list, item, by: by.actor, at: by.at }] : others);
}

/** The policy's lists as they stand for this rep; what is no longer on them is not shown. */
export function tasksView(policy: Policy, rep: RepRow) {
  const ticks = JSON.parse(rep.onboardingTicks) as Tick[];
  const shown = (list: List) =>
    itemsOf(policy, rep, list).map((item) => {
      const tick = ticks.find((one) => one.list === list && one.item === item);
      return { item, done: tick !== undefined, at: tick?.at ?? null, by: tick?.by ?? null };
    });
  return { training: shown('training'), coaching: shown('coaching') };
}
