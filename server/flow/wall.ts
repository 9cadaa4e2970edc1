/** What wallboards show beside the ranks: the pool, today's claims, the latest ones. No contact data. */
import type { WallFeed } from '../../client-sdk/protocol/down.ts';
import { WALL_ROOM } from '../alerts/announcer.ts';
import { localDay } from '../kernel/calendar.ts';
import type { Timer } from '../kernel/clock.ts';
import type { Wall, World } from './world.ts';

/** Enough to fill a screen. */
const LATEST_CLAIMS = 8;
/** Walls are told of changes at most four times a second. */
const WALL_COALESCE_MS = 250;
/** Under load a wall may be two seconds late, not silent. */
const TELLINGS_LEFT_OUT_MAX = 8;

export function createWall(world: World): Wall {
  let due: Timer | null = null;
  let stopped = false;

  function feed(): WallFeed {
    const nowMs = world.clock.nowMs();
    const { policy } = world.policy.at(nowMs);
    const name = (repId: string) =>
      policy.competition.showWinnerName ? (world.directory.rep(repId)?.name ?? null) : null;
    return {
      asOf: new Date(nowMs).toISOString(),
      poolSize: world.offers.size(),
      claimsToday: world.boards.total('claims', localDay(nowMs, policy.calendar.timeZone)),
      latest: world.owners.latest('claim', LATEST_CLAIMS).map((claim) => ({
        leadId: claim.leadId,
        repId: claim.repId,
        repName: name(claim.repId),
        at: new Date(claim.startedAt).toISOString(),
        claimSpeedMs: claim.claimSpeedMs,
      })),
    };
  }

  function tellLater(waits = 0): void {
    if (due !== null || stopped) return;
    due = world.clock.after(WALL_COALESCE_MS, () => {
      due = null;
      if (waits < TELLINGS_LEFT_OUT_MAX && world.boardsMustWait()) tellLater(waits + 1);
      else world.announcer.emit('wall:feed', [WALL_ROOM], feed());
    });
  }

  return {
    feed,
    changed: () => tellLater(),
    stop() {
      stopped = true;
      due?.cancel();
    },
  };
}
