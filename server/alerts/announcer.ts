/**
 * The port through which the deciding process speaks to sockets, its own or a gateway's. A room is
 * named by what is in it: `rep:<id>`, `board:<stream>`, `wall`. One emission is encoded once for all
 * its receivers, who get it in the order of the rooms given.
 */
import type { DownEvents } from '../../client-sdk/protocol/down.ts';

export interface Emission<E extends keyof DownEvents = keyof DownEvents> {
  event: E;
  rooms: string[];
  payload: Parameters<DownEvents[E]>[0];
}

export interface Announcer {
  emit<E extends keyof DownEvents>(event: E, rooms: string[], payload: Parameters<DownEvents[E]>[0]): void;
  /** Closes every socket of a token, at once here and as soon as a gateway hears it there. */
  closeToken(tokenId: string, reason: 'revoked' | 'expired'): void;
}

export const repRoom = (repId: string) => `rep:${repId}`;
export const boardRoom = (stream: string) => `board:${stream}`;
export const WALL_ROOM = 'wall';

/** Messages that say how all stands: a socket that is behind needs the latest of each alone. */
export const LATEST_ONLY = {
  'board:delta': ({ stream }: { stream: string }) => stream,
  'wall:feed': () => 'wall',
};
