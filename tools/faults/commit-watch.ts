/** Watches a database's commits from outside, for a blow that must meet one. */
import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../../server/kernel/clock.ts';
import { type Connection, openReader } from '../../server/platform/sqlite.ts';

export class CommitWatch implements Disposable {
  readonly #connection: Connection;
  readonly #watcher: FSWatcher;
  readonly #claim;

  /** @param file a database that a server has open */
  constructor(file: string) {
    this.#connection = openReader(file);
    this.#claim = this.#connection.sqlite
      .prepare<[string], number>(`SELECT 1 FROM ownerships WHERE offer_id = ? AND via = 'claim'`)
      .pluck();
    this.#watcher = watch(`${file}-wal`);
  }

  /** Calls `look` in the very turn in which the log beside the file is written to, until it says true. */
  until(look: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watcher.on('change', () => {
        if (look()) resolve();
      });
    });
  }

  /**
   * Holds the thread until one of these offers has a claim on file: so nobody here has read of it. False: none
   * had one in time.
   */
  awaitClaim(offerIds: readonly string[], { clock, withinMs }: { clock: Clock; withinMs: number }): boolean {
    const endsAtMs = clock.monotonicMs() + withinMs;
    do {
      if (offerIds.some((offerId) => this.#claim.get(offerId) !== undefined)) return true;
    } while (clock.monotonicMs() < endsAtMs);
    return false;
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
    this.#connection.sqlite.close();
  }
}
