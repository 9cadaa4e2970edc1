/**
 * Tells watching walls the feed again and again, also when nothing changes: a screen whose data grows
 * old then knows that it hears nobody, not that nothing happens.
 *
 *   resting → beating  the first screen watches
 *   beating → resting  the last one is gone
 */
import type { Clock, Timer } from '../kernel/clock.ts';
import type { Sockets } from '../platform/sockets.ts';
import { WALL_ROOM } from './announcer.ts';
import type { House } from './house.ts';

const BEAT_EVERY_MS = 10_000;

export function createWallPulse(
  sockets: Pick<Sockets, 'emit' | 'roomSize'>,
  deps: { house: Pick<House, 'wallFeed'>; clock: Clock; onError(error: unknown): void },
): { watched(): void; left(): void } {
  let next: Timer | null = null;

  function rest(): void {
    next?.cancel();
    next = null;
  }

  async function beat(): Promise<void> {
    sockets.emit('wall:feed', [WALL_ROOM], await deps.house.wallFeed());
  }

  function watched(): void {
    next ??= deps.clock.after(BEAT_EVERY_MS, () => {
      next = null;
      if (sockets.roomSize(WALL_ROOM) === 0) return;
      watched();
      beat().catch(deps.onError);
    });
  }

  return {
    watched,
    left: () => {
      if (sockets.roomSize(WALL_ROOM) === 0) rest();
    },
  };
}
