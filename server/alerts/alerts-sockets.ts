/** Receipts, catching up, and what screens watch. */
import {
  boardUnwatch,
  boardWatch,
  leadDelivered,
  leadSeen,
  poolSync,
  wallWatch,
} from '../../client-sdk/protocol/up.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Admission } from '../platform/admission.ts';
import { FrameProblem, type Sockets, type Speaking } from '../platform/sockets.ts';
import { boardRoom, repRoom, WALL_ROOM } from './announcer.ts';
import type { House } from './house.ts';
import { createSnapshots, type SnapshotsDeps } from './snapshots.ts';
import { createWallPulse } from './wall-pulse.ts';
import { createWatchedBoards } from './watched-boards.ts';

const WATCHERS = ['rep', 'manager', 'admin', 'screen'] as const;

const tooManyBoards = () => new FrameProblem('tooManyBoards', 'Too many boards are watched; unwatch one.');

/** Resolves when the turn has come; false at once: the line is full. */
function inTurn(admission: Pick<Admission, 'ask'>): Promise<boolean> {
  return new Promise((resolve) => {
    if (!admission.ask(() => resolve(true))) resolve(false);
  });
}

export interface AlertEdge {
  /** Something may have been missed: every rep here gets a fresh snapshot. */
  resync(): void;
  stop(): void;
}

export interface AlertDeps extends SnapshotsDeps {
  house: House;
  clock: Clock;
  /** Lets boards be watched at a rate, so that claims come between. Stopped with this. */
  boardAdmission: Pick<Admission, 'ask' | 'stop'>;
}

export function alertSockets(sockets: Sockets, deps: AlertDeps): AlertEdge {
  const { house, clock, onError, boardAdmission } = deps;
  const pulse = createWallPulse(sockets, { house, clock, onError });
  const watched = createWatchedBoards();
  const snapshots = createSnapshots(sockets, deps);

  /** The room first, the snapshot second: what happens in between comes as an event, never not at all. */
  async function welcome(from: Speaking): Promise<void> {
    from.join(repRoom(from.speaker.subjectId));
    from.emit('pool:snapshot', await house.snapshot(from.speaker.subjectId));
  }

  sockets.onConnect((from) => {
    if (from.speaker.role !== 'rep') return;
    welcome(from).catch((error: unknown) => {
      onError(error);
      snapshots.owe(from.speaker.subjectId);
    });
  });

  sockets.onDisconnect((from) => {
    if (from.speaker.role !== 'source') house.watcherGone(from.socketId);
    watched.gone(from.speaker.subjectId, from.socketId);
    pulse.left();
  });

  sockets.on('pool:sync', {
    schema: poolSync,
    allow: ['rep'],
    handle: (_, from) => house.snapshot(from.speaker.subjectId),
  });
  sockets.on('lead:delivered', {
    schema: leadDelivered,
    allow: ['rep'],
    handle({ offerIds }, from) {
      house.receipt(from.speaker.subjectId, 'delivered', offerIds);
      return { ok: true };
    },
  });
  sockets.on('lead:seen', {
    schema: leadSeen,
    allow: ['rep'],
    handle({ offerId }, from) {
      house.receipt(from.speaker.subjectId, 'seen', [offerId]);
      return { ok: true };
    },
  });
  sockets.on('board:watch', {
    schema: boardWatch,
    allow: WATCHERS,
    async handle(asked, from) {
      const { subjectId } = from.speaker;
      const stream = house.streamOf(asked);
      if (!watched.take(subjectId, stream, from.socketId)) throw tooManyBoards();
      if (!(await inTurn(boardAdmission))) {
        watched.release(subjectId, stream, from.socketId);
        throw new FrameProblem('overloaded', 'Too many ask for boards at once; ask again.');
      }
      // It may have unwatched it meanwhile, or have gone.
      if (!watched.has(subjectId, stream, from.socketId)) throw new FrameProblem('unwatched', 'No longer watched.');
      from.join(boardRoom(stream));
      const state = await house.watchBoard(asked, from.socketId);
      if (state === null) {
        from.leave(boardRoom(stream));
        watched.release(subjectId, stream, from.socketId);
        throw tooManyBoards();
      }
      return state;
    },
  });
  sockets.on('board:unwatch', {
    schema: boardUnwatch,
    allow: WATCHERS,
    handle({ stream }, from) {
      from.leave(boardRoom(stream));
      watched.release(from.speaker.subjectId, stream, from.socketId);
      house.releaseBoard(stream, from.socketId);
      return { ok: true };
    },
  });
  sockets.on('wall:watch', {
    schema: wallWatch,
    allow: WATCHERS,
    handle(_, from) {
      from.join(WALL_ROOM);
      pulse.watched();
      return house.wallFeed();
    },
  });

  return {
    resync() {
      for (const { role, subjectId } of sockets.speakers()) if (role === 'rep') snapshots.owe(subjectId);
    },
    stop() {
      snapshots.stop();
      boardAdmission.stop();
    },
  };
}
