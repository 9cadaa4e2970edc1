/**
 * A rep's open leads go on to somebody: to one colleague, or back into the race. Which leads those are is written down
 * first, under the caller's key; each then goes by itself, under a key made of that one, so whoever asks again, after a
 * crash too, hands on what is left and nothing twice.
 */
import type { Idempotency } from '../ledger/group-commit.ts';
import type { Access } from './access.ts';
import { assignByManager } from './assigning.ts';
import type { Owning } from './owning.ts';
import type { Presence } from './presence.ts';
import type { World } from './world.ts';

/** Many times what anybody works on; of more, the newest go, and the rest when it is asked again. */
const LEADS_MAX = 10_000;
/** The lead is this rep's no more, or needs nobody: there is nothing left to hand on. */
const DONE_ALREADY: ReadonlySet<string> = new Set(['notOwner', 'notOwned', 'finished', 'unknownLead']);

export interface HandoverOrder {
  repId: string;
  /** Null: back into the race. */
  toRepId: string | null;
  reason: string;
  /** The rep is active no more, and signed in nowhere. */
  leaves: boolean;
  actor: string;
}

export interface HandedOver {
  handedOn: number;
  /** What the rep still owns, and why. */
  left: { leadId: string; code: string }[];
}

export interface Leaving {
  handOver(order: HandoverOrder, idempotency?: Idempotency): Promise<HandedOver | { refused: 'unknownTaker' }>;
}

export function createLeaving(world: World, flows: { access: Access; owning: Owning; presence: Presence }): Leaving {
  const openLeadsOf = (repId: string) =>
    world.owners
      .leadsOf(repId, LEADS_MAX)
      .map(({ leadId }) => leadId)
      .filter((leadId) => world.leads.row(leadId)?.status === 'owned');

  /** Null: this rep has it no more. */
  async function handOne(leadId: string, order: HandoverOrder, idempotency?: Idempotency): Promise<string | null> {
    const { repId, toRepId, reason, actor } = order;
    if (toRepId === null) {
      const released = await flows.owning.release({ leadId, ownerId: repId, actor, reason }, idempotency);
      return 'refused' in released ? released.refused : null;
    }
    const assigned = await assignByManager(
      world,
      { leadId, repId: toRepId, reason, actor, onlyFrom: repId },
      idempotency,
    );
    return assigned.ok ? null : assigned.code;
  }

  return {
    // One handover of a rep at a time: of two at once, the second finds nothing left.
    handOver: (order, idempotency) =>
      world.perLead.run(`handover:${order.repId}`, async () => {
        const { repId, toRepId, leaves, actor } = order;
        const partOf = (name: string): Idempotency | undefined =>
          idempotency && { ...idempotency, key: `${idempotency.key}/${name}` };
        const taker = toRepId === null ? null : world.directory.rep(toRepId);
        const isTaken = taker === null || (taker?.active && taker.id !== repId);
        if (!isTaken && !world.events.answered(idempotency)) return { refused: 'unknownTaker' };
        const at = await world.arbiter.now();
        const note = { repId, toRepId, leaves, leadIds: openLeadsOf(repId), actor, at };
        const { result, replayed } = await world.ledger.write('noteHandover', note, idempotency);
        if (leaves) {
          await flows.presence.change(repId, { active: false }, actor, partOf('leaves'));
          // Asked again, it finishes what a crash cut off; whoever was taken back meanwhile stays.
          if (world.directory.rep(repId)?.active === false) await flows.access.endAll(repId, actor);
        }
        // What was won before the door closed goes with the rest.
        const leadIds = replayed ? result.leadIds : openLeadsOf(repId);
        const handed: HandedOver = { handedOn: 0, left: [] };
        for (const leadId of leadIds) {
          const code = await handOne(leadId, order, partOf(leadId));
          if (code === null) handed.handedOn++;
          else if (!DONE_ALREADY.has(code)) handed.left.push({ leadId, code });
        }
        return handed;
      }),
  };
}
