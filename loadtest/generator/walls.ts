/**
 * Wallboards: sockets of one screen that follow a board of claims and the wall's feed, and keep what they
 * were shown with the instant at which they were.
 */
import type { BoardState } from '../../client-sdk/src/sambar-client.ts';
import { createSystemClock, within } from '../../server/kernel/clock.ts';
import type { Subject } from '../bench.ts';
import { Latencies } from '../measure/histogram.ts';
import { Http, sideBySide } from './http.ts';
import { Wire } from './wire.ts';

const WIDTH = 50;
const WATCH = { board: 'claims', period: 'all', top: 10 };
const WATCH_ACK = '430[';
const DELTA = '42["board:delta",';
/** A board is told a few times a second; who has not seen the last claim by then never will. */
const LAST_WITHIN_MS = 10_000;

const sumOf = ({ rows }: BoardState) => rows.reduce((sum, { value }) => sum + value, 0);
const stateOf = (packet: string): BoardState =>
  packet.startsWith(DELTA)
    ? (JSON.parse(packet.slice(2)) as [string, BoardState])[1]
    : (JSON.parse(packet.slice(WATCH_ACK.length - 1)) as [BoardState])[0];

interface Wall {
  wire: Wire;
  shown: { at: number; packet: string }[];
}

export class Walls {
  readonly #walls: Wall[];
  readonly #clock = createSystemClock();
  #look: () => void = () => undefined;

  private constructor(walls: Wall[]) {
    this.#walls = walls;
    for (const { wire, shown } of walls) {
      wire.onPacket = (packet) => {
        if (!packet.startsWith(DELTA) && !packet.startsWith(WATCH_ACK)) return;
        shown.push({ at: performance.now(), packet });
        this.#look();
      };
    }
  }

  /** So many walls, each of which has been shown the board as it is. */
  static async hang(subject: Subject, count: number): Promise<Walls> {
    using http = new Http(subject);
    const { token } = await http.post<{ token: string }>('/screens', { name: 'Load test' });
    const list: Wall[] = new Array(count);
    await sideBySide(count, WIDTH, async (n) => {
      list[n] = { wire: await Wire.open(subject.url, token), shown: [] };
    });
    const walls = new Walls(list);
    for (const { wire } of list) {
      wire.put(`420${JSON.stringify(['board:watch', WATCH])}`);
      wire.say(`421${JSON.stringify(['wall:watch', {}])}`);
    }
    if (!(await walls.#all((wall) => wall.shown.length > 0))) throw new Error('a wall was shown no board');
    return walls;
  }

  /**
   * How old what each wall showed was when it was shown: from the moment at which the oldest win that it had
   * not shown before was answered. Forgets what it has looked at.
   * @param winsAt when each win since the last time was answered, in order
   * @returns null: some wall never showed the last of them
   */
  async ages(winsAt: readonly number[]): Promise<Latencies | null> {
    const before = this.#walls.map(({ shown }) => sumOf(stateOf((shown[0] as Wall['shown'][number]).packet)));
    const isDone = ({ shown }: Wall, n: number) => {
      const last = shown.at(-1);
      return last !== undefined && sumOf(stateOf(last.packet)) >= (before[n] ?? 0) + winsAt.length;
    };
    if (!(await this.#all(isDone))) return null;
    const ages = new Latencies();
    this.#walls.forEach((wall, n) => {
      let seen = 0;
      for (const { at, packet } of wall.shown) {
        const sum = sumOf(stateOf(packet)) - (before[n] ?? 0);
        if (sum <= seen) continue;
        ages.record(Math.max(0, at - (winsAt[seen] ?? at)));
        seen = sum;
      }
      wall.shown.splice(0, wall.shown.length - 1);
    });
    return ages;
  }

  take(): void {
    for (const { wire } of this.#walls) wire.close();
  }

  #all(isDone: (wall: Wall, n: number) => boolean): Promise<boolean> {
    const done = new Promise<void>((resolve) => {
      let first = 0;
      this.#look = () => {
        // Walls are done one after the other; those that are need no second look.
        while (first < this.#walls.length && isDone(this.#walls[first] as Wall, first)) first++;
        if (first === this.#walls.length) resolve();
      };
      this.#look();
    });
    return within(this.#clock, LAST_WITHIN_MS, done).finally(() => {
      this.#look = () => undefined;
    });
  }
}
