/** What follows a committed step of a lead. */
import type { LeadRow } from '../leads/leads-store.ts';
import { LedgerError } from '../ledger/ledger-error.ts';
import { assignByRule } from './assigning.ts';
import { committed } from './mixing.ts';
import { type Planned, planNext, routableOf } from './offering.ts';
import { opsAlarm } from './ops-queue.ts';
import { putUp } from './putting-up.ts';
import type { World } from './world.ts';

/** So often a lead is looked at again at once whose rep had no room any more, then its timer does. */
const AGAIN_AT_ONCE_MAX = 3;

/** What follows a committed `NextStep`: the offer goes up, the rule's rep is given the lead, or the waiting timer is armed. */
export async function follow(
  world: World,
  planned: Planned,
  openedSeq: number | null,
  again = AGAIN_AT_ONCE_MAX,
): Promise<void> {
  if ('waiting' in planned.next) {
    const { leadId, push } = planned;
    const { id: deadlineId, dueAt } = planned.next.waiting;
    world.timersChanged(dueAt);
    if (push !== null) await giveNowOrByTimer(world, { ...push, leadId, deadlineId, again });
    else if (planned.stuck !== null) opsAlarm(world, leadId, planned.stuck);
  }
  if (planned.toOpen !== null && openedSeq !== null) await putUp(world, planned.toOpen, openedSeq);
}

type Order = NonNullable<Planned['push']> & { leadId: string; deadlineId: string; again: number };

/** What went before is on disk, and its caller hears so: an assignment that the ledger can't take now is the timer's. */
async function giveNowOrByTimer(world: World, order: Order): Promise<void> {
  try {
    await give(world, order);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    world.log.warn('an assignment by rule waits for its timer', { leadId: order.leadId, code: error.code });
  }
}

/**
 * A waiting lead to the rep whom its rule named. Its timer stands until the rep has it; a rep who was given others
 * meanwhile has no room, and routing looks again.
 */
async function give(world: World, order: Order): Promise<void> {
  const { leadId, deadlineId, again, ...push } = order;
  const given = await assignByRule(world, { ...push, leadId, closes: null });
  const lead = world.leads.row(leadId);
  if (!('refused' in given) || given.refused !== 'noRoom' || lead?.status !== 'waiting' || again === 0) return;
  await routeWaiting(world, { lead, deadlineId, isListed: false }, again - 1);
}

/** Routes a lead that waits with this timer. @param of.isListed in the ops queue already: no second alarm */
export async function routeWaiting(
  world: World,
  of: { lead: LeadRow; deadlineId: string; isListed: boolean },
  again?: number,
): Promise<void> {
  const { lead, deadlineId, isListed } = of;
  const at = await world.arbiter.now();
  const planned = planNext(world, routableOf(lead, world.leads.interest(lead.id)), at);
  const order = { leadId: lead.id, deadlineId, at, next: planned.next };
  const { result } = await committed(world, planned, world.ledger.write('routeAgain', order));
  if (result.done) await follow(world, isListed ? { ...planned, stuck: null } : planned, result.openedSeq, again);
}
