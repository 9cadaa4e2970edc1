/** What follows a committed step of a lead. */
import { assignByRule } from './assigning.ts';
import type { Planned } from './offering.ts';
import { opsAlarm } from './ops-queue.ts';
import { putUp } from './putting-up.ts';
import type { World } from './world.ts';

/** What follows a committed `NextStep`: the offer goes up, the rule's rep is given the lead, or the waiting timer is armed. */
export async function follow(world: World, planned: Planned, openedSeq: number | null): Promise<void> {
  if ('waiting' in planned.next) {
    const { leadId } = planned;
    world.timersChanged(planned.next.waiting.dueAt);
    if (planned.push !== null) await assignByRule(world, { ...planned.push, leadId, closes: null });
    else if (planned.stuck !== null) opsAlarm(world, leadId, planned.stuck);
  }
  if (planned.toOpen !== null && openedSeq !== null) await putUp(world, planned.toOpen, openedSeq);
}
