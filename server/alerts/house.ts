/**
 * What socket edges ask of the deciding process: answered here where it is this process, over a link
 * where it is another (a gateway has sockets and no file).
 */

import type { z } from 'zod';
import type { BoardState, PoolSnapshot, WallFeed } from '../../client-sdk/protocol/down.ts';
import type { boardWatch } from '../../client-sdk/protocol/up.ts';

export type BoardAsked = z.output<typeof boardWatch>;

export interface House {
  snapshot(repId: string): PoolSnapshot | Promise<PoolSnapshot>;
  /** The name of the stream that answers this request. */
  streamOf(asked: BoardAsked): string;
  /** Null: too many boards are watched. */
  watchBoard(asked: BoardAsked, watcher: string): BoardState | null | Promise<BoardState | null>;
  releaseBoard(stream: string, watcher: string): void;
  watcherGone(watcher: string): void;
  wallFeed(): WallFeed | Promise<WallFeed>;
  receipt(repId: string, kind: 'delivered' | 'seen', offerIds: string[]): void;
}
