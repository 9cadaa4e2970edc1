/**
 * Sockets that do not read what they are sent. What waits for one is held in this process's memory, so:
 *
 *   keeping up → behind      more than `behindBytes` unsent: of boards and walls only the latest is kept
 *   behind     → keeping up  all was sent: the latest of each board follows
 *   any        → shed        more than `shedBytes` unsent: closed, by name; it comes back to a snapshot
 *   behind     → gone        it answers no ping either: closed by Socket.IO, counted by name as well
 */
import type { Socket } from 'socket.io';
import type { OverloadLimits } from './overload.ts';

/** Sockets in this room are left out of emissions of which only the latest counts. */
export const BEHIND_ROOM = 'behind';

interface Late {
  event: string;
  payload: unknown;
}

/** What `ws` offers under Socket.IO's transport, as far as it is used here. */
interface Wire {
  bufferedAmount?: number;
  readyState?: number;
  terminate?(): void;
  once?(event: 'close', done: () => void): void;
}

/** Packets that Socket.IO has not handed to its transport. */
const unsentPackets = (conn: Socket['conn']) => (conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;

const wireOf = ({ transport }: Socket['conn']): Wire | undefined => (transport as unknown as { socket?: Wire }).socket;

/** Ends a connection at once, whatever waits for it. */
export function cut(conn: Socket['conn']): void {
  const wire = wireOf(conn);
  if (wire?.terminate === undefined) conn.close(true);
  else wire.terminate();
}

/** Resolves when the connection is closed on both sides. */
export function closed(conn: Socket['conn']): Promise<void> {
  const CLOSED = 3;
  const wire = wireOf(conn);
  if (wire?.once === undefined || wire.readyState === CLOSED) return Promise.resolve();
  return new Promise((resolve) => wire.once?.('close', resolve));
}

export interface SlowSockets {
  watch(socket: Socket): void;
  isBehind(socket: Socket): boolean;
  /** Keeps the latest of `key` for each socket that is behind and in one of the rooms. */
  keepLatest(rooms: string[], key: string, late: Late): void;
  count(): number;
}

export function createSlowSockets(
  limits: Pick<OverloadLimits, 'behindBytes' | 'shedBytes'>,
  onShed: (socket: Socket, bytes: number) => void,
): SlowSockets {
  const behind = new Map<Socket, Map<string, Late>>();

  function caughtUp(socket: Socket): void {
    const late = behind.get(socket);
    if (late === undefined || unsentPackets(socket.conn) > 0) return;
    behind.delete(socket);
    void socket.leave(BEHIND_ROOM);
    for (const { event, payload } of late.values()) socket.emit(event, payload);
  }

  function watch(socket: Socket): void {
    const { conn } = socket;
    /** Handed to Socket.IO and not yet to the transport, in characters. */
    let waiting = 0;
    let shed = false;
    conn.on('packetCreate', ({ data }: { data?: unknown }) => {
      const unsent = waiting + (wireOf(conn)?.bufferedAmount ?? 0);
      waiting += typeof data === 'string' ? data.length : ((data as Uint8Array | undefined)?.byteLength ?? 0);
      // What it has just been sent is no fault of its own: only what was unsent before counts.
      if (unsent > limits.shedBytes && !shed) {
        shed = true;
        onShed(socket, unsent);
        cut(conn);
      } else if (unsent > limits.behindBytes && !behind.has(socket)) {
        behind.set(socket, new Map());
        void socket.join(BEHIND_ROOM);
      }
    });
    conn.on('flush', () => {
      waiting = 0;
    });
    const onDrain = () => caughtUp(socket);
    conn.transport.on('drain', onDrain);
    conn.on('upgrade', (transport: Socket['conn']['transport']) => transport.on('drain', onDrain));
    // After the other listeners: they may ask whether it was behind.
    conn.on('close', () => queueMicrotask(() => behind.delete(socket)));
  }

  return {
    watch,
    isBehind: (socket) => behind.has(socket),
    keepLatest(rooms, key, late) {
      for (const [socket, kept] of behind) {
        if (rooms.some((room) => socket.rooms.has(room))) kept.set(key, late);
      }
    },
    count: () => behind.size,
  };
}
