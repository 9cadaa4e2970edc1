/** What the wallboard shows: three boards and the feed, each with the moment it was true. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type BoardMetric,
  type BoardState,
  type ConnectionState,
  createSambarClient,
  type WallFeed,
} from '../../client-sdk/src/sambar-client.ts';
import { ticking } from '../shared/ticking.ts';

export const WALL_BOARDS = ['points', 'claims', 'conversion'] as const satisfies BoardMetric[];
export type WallBoard = (typeof WALL_BOARDS)[number];

const ROWS = 10;

export interface WallModel {
  connection: Signal<ConnectionState>;
  boards: Record<WallBoard, Signal<BoardState | null>>;
  feed: Signal<WallFeed | null>;
  /** How old the newest of all that is shown is; null: nothing has come yet. */
  ageMs: ReadonlySignal<number | null>;
  stop(): void;
}

export function createWallModel(token: string): WallModel {
  const client = createSambarClient({ url: location.origin, token });
  const clock = ticking(() => client.serverNowMs());
  const connection = signal(client.state);
  const newestMs = signal<number | null>(null);
  const boards = {
    points: signal<BoardState | null>(null),
    claims: signal<BoardState | null>(null),
    conversion: signal<BoardState | null>(null),
  };
  const feed = signal<WallFeed | null>(null);
  const noteAge = (asOf: string): void => {
    newestMs.value = Math.max(newestMs.value ?? 0, Date.parse(asOf));
  };
  client.onState((state) => {
    connection.value = state;
  });
  for (const board of WALL_BOARDS) {
    client.watchBoard({ board, period: 'week', top: ROWS }, (state) => {
      boards[board].value = state;
      noteAge(state.asOf);
    });
  }
  client.watchWall((news) => {
    feed.value = news;
    noteAge(news.asOf);
  });
  client.connect();
  const ageMs = computed(() => (newestMs.value === null ? null : Math.max(0, clock.now.value - newestMs.value)));
  return {
    connection,
    boards,
    feed,
    ageMs,
    stop: () => {
      clock.stop();
      client.close();
    },
  };
}
