/** A wallboard that believes every delta it is sent, and is then compared with a fresh snapshot. */
import { isDeepStrictEqual } from 'node:util';
import type { BoardState, BoardWatch, SambarClient } from '../../client-sdk/src/sambar-client.ts';
import type { Clock } from '../../server/kernel/clock.ts';

/** A delta that has not come this long after the snapshot that emitted it is lost. */
const DELTA_WAIT_MS = 5_000;

export class BoardFollower {
  deltas = 0;
  /** Numbers missing in between: a board that skips is wrong even if it catches up. */
  gaps = 0;
  #state: BoardState | undefined;
  #heard: (() => void) | undefined;
  readonly #client: SambarClient;
  readonly #query: BoardWatch;
  readonly #clock: Clock;

  constructor(client: SambarClient, query: BoardWatch, clock: Clock) {
    this.#client = client;
    this.#query = query;
    this.#clock = clock;
  }

  /** Resolves with the first rows. */
  async begin(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.watchBoard(
        this.#query,
        (state) => {
          this.#hear(state);
          resolve();
        },
        reject,
      );
    });
  }

  get rows(): BoardState['rows'] {
    return this.#state?.rows ?? [];
  }

  /** The snapshot names its number; once that number was heard, the rows must be the same. */
  async matchesFresh(): Promise<boolean> {
    const { board, period, top = 10 } = this.#query;
    const fresh = await this.#client.api.get<Omit<BoardState, 'stream' | 'board'>>(
      `/leaderboards/${board}?period=${period}&top=${top}`,
    );
    if (!(await this.#reaches(fresh))) return false;
    return this.gaps === 0 && isDeepStrictEqual(this.rows, fresh.rows);
  }

  async #reaches({ epoch, seq }: { epoch: string; seq: number }): Promise<boolean> {
    const isThere = () => this.#state?.epoch === epoch && this.#state.seq >= seq;
    if (isThere()) return true;
    return new Promise((resolve) => {
      const timer = this.#clock.after(DELTA_WAIT_MS, () => resolve(false));
      this.#heard = () => {
        if (!isThere()) return;
        timer.cancel();
        resolve(true);
      };
    });
  }

  #hear(state: BoardState): void {
    const before = this.#state;
    if (before !== undefined) {
      this.deltas++;
      if (before.epoch === state.epoch && state.seq > before.seq + 1) this.gaps++;
    }
    this.#state = state;
    this.#heard?.();
  }
}
