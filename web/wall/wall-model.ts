/** What the wallboard shows: its boards and the feed, each with the moment it was true; a board at a time. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type BoardState,
  type ConnectionState,
  createSambarClient,
  type WallFeed,
} from '../../client-sdk/src/sambar-client.ts';
import { stayAwake } from '../shared/stay-awake.ts';
import { ticking } from '../shared/ticking.ts';
import { Celebrations } from './celebrations.ts';
import { nextScene, ROWS_ASKED, SCENE_NAMES, WALL_SCENES, type WallScene } from './scenes.ts';

/** Long enough to read ten rows. */
const SCENE_MS = 20_000;

export interface WallModel {
  connection: Signal<ConnectionState>;
  boards: Record<WallScene, Signal<BoardState | null>>;
  /** The one on the screen now; those without rows are passed over. */
  scene: Signal<WallScene>;
  feed: Signal<WallFeed | null>;
  celebrations: Celebrations;
  /** How old the newest of all that is shown is; null: nothing has come yet. */
  ageMs: ReadonlySignal<number | null>;
  stop(): void;
}

export function createWallModel(token: string): WallModel {
  const client = createSambarClient({ url: location.origin, token });
  const clock = ticking(() => client.serverNowMs());
  const connection = signal(client.state);
  const newestMs = signal<number | null>(null);
  const boards = Object.fromEntries(
    SCENE_NAMES.map((name) => [name, signal<BoardState | null>(null)]),
  ) as WallModel['boards'];
  const scene = signal<WallScene>('points');
  const feed = signal<WallFeed | null>(null);
  const celebrations = new Celebrations();
  const letSleep = stayAwake(signal(true));
  const noteAge = (asOf: string): void => {
    newestMs.value = Math.max(newestMs.value ?? 0, Date.parse(asOf));
  };
  client.onState((state) => {
    connection.value = state;
  });
  for (const name of SCENE_NAMES) {
    client.watchBoard({ ...WALL_SCENES[name], top: ROWS_ASKED }, (state) => {
      boards[name].value = state;
      noteAge(state.asOf);
    });
  }
  client.watchWall((news) => {
    celebrations.hear(feed.peek(), news);
    feed.value = news;
    noteAge(news.asOf);
  });
  client.connect();
  const turning = setInterval(() => {
    scene.value = nextScene(scene.peek(), (name) => (boards[name].peek()?.rows.length ?? 0) > 0);
  }, SCENE_MS);
  return {
    connection,
    boards,
    scene,
    feed,
    celebrations,
    ageMs: computed(() => (newestMs.value === null ? null : Math.max(0, clock.now.value - newestMs.value))),
    stop: () => {
      clearInterval(turning);
      letSleep();
      celebrations.stop();
      clock.stop();
      client.close();
    },
  };
}
