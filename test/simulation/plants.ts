/**
 * Bugs planted on purpose, each a small change of a sound part: the simulation must find every one of
 * them within a few seeds, or it has grown too weak to be believed when it finds nothing.
 */
import type { PoolSnapshot } from '../../client-sdk/protocol/down.ts';
import type { ProvisionalWin } from '../../server/claims/arbiter.ts';
import type { World } from '../../server/flow/world.ts';
import type { Plant } from './sim-server.ts';

type Write = World['ledger']['write'];

/** Another `write` in front of the ledger's own. */
function writing(world: World, change: (write: Write) => Write): void {
  const { ledger } = world;
  world.ledger = { ...ledger, write: change(ledger.write) };
}

export const PLANTS: Readonly<Record<string, Plant>> = {
  'a winner is named at the arbiter, before the commit': {
    world: (world) =>
      writing(world, (write) => (name, args, idempotency) => {
        if (name === 'settleClaim') {
          const { win } = args as unknown as { win: ProvisionalWin };
          const { offerId, order, repId: winnerId, claimedAtMs } = win;
          const notice = { offerId, order, outcome: 'committed', winnerId, winnerName: null, claimedAtMs } as const;
          world.settled({ ...notice, claimSpeedMs: 0 });
        }
        return write(name, args, idempotency);
      }),
  },
  'a new timer wakes nobody': {
    world: (world) => {
      world.timersChanged = () => undefined;
    },
  },
  'a snapshot misses the newest offer': {
    world: (world) => {
      const { snapshot } = world.alerts;
      world.alerts.snapshot = (repId): PoolSnapshot => {
        const whole = snapshot(repId);
        return { ...whole, offers: whole.offers.slice(0, -1) };
      };
    },
  },
  'a lane opens a second early at the arbiter': {
    arbiter: (sound) => ({
      ...sound,
      open: (offer) => {
        const lanes = offer.lanes.map((lane) => ({ ...lane, opensAtMs: lane.opensAtMs - 1_000 }));
        return sound.open({ ...offer, lanes });
      },
    }),
  },
  'a win that the disk refused stays pending': {
    arbiter: (sound) => ({
      ...sound,
      settle: (win, settlement) =>
        settlement.outcome === 'reopened' ? Promise.resolve() : sound.settle(win, settlement),
    }),
  },
  'a restart forgets the counters': {
    arbiter: (sound) => ({ ...sound, restoreCounters: async () => undefined }),
  },
  'an Idempotency-Key is not looked at': {
    world: (world) => writing(world, (write) => (name, args) => write(name, args)),
  },
  'a release leaves its offer off the arbiter': {
    arbiter: (sound) => {
      const seen = new Set<string>();
      return {
        ...sound,
        // The second offer of a lead is taken for the first one again.
        open: async (offer) => {
          if (!seen.has(offer.leadId)) await sound.open(offer);
          seen.add(offer.leadId);
        },
      };
    },
  },
  'what a closed offer did is told to nobody': {
    world: (world) => {
      world.alerts.withdrawn = () => undefined;
    },
  },
  'a rule gives a lead without asking the file for room': {
    transactions: (sound) => ({ ...sound, assignLead: (args) => sound.assignLead({ ...args, limits: [] }) }),
  },
  'a paused team goes on racing': {
    world: (world) => {
      world.pauses.teamsAt = () => new Set();
    },
  },
  'a restart forgets who was assigned a lead': {
    world: (world) => {
      const { snapshot } = world.alerts;
      world.alerts.snapshot = (repId): PoolSnapshot => ({ ...snapshot(repId), assigned: 0 });
    },
  },
  'an assignment ends its offer before it is on disk': {
    arbiter: (sound) => ({
      ...sound,
      hold: async ({ offerId }) => {
        const answer = await sound.close(offerId, 'assigned');
        return answer.kind === 'closed' ? { kind: 'held' } : answer;
      },
    }),
  },
};
