/** What a committed credit is told to: the boards' fold, the rep concerned, the wall. */
import { repRoom } from '../alerts/announcer.ts';
import type { Credit } from './transactions/credit.ts';
import type { World } from './world.ts';

/** Moves the boards and tells each rep of the points just booked. */
export function announceCredit(world: World, credit: Credit): void {
  world.boards.apply(credit.deltas);
  for (const { entryId, repId, leadId, rule, points, at } of credit.awards) {
    world.announcer.emit('points:awarded', [repRoom(repId)], {
      id: entryId,
      leadId,
      rule,
      points,
      balance: world.boards.balance(repId),
      at: new Date(at).toISOString(),
    });
  }
}
