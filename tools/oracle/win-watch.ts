/**
 * An observer beside the clients who reads what Redis decided: the stream of provisional wins, and on the
 * outlet which of them the ledger gave back. For S9, which no client can judge alone. A win that was settled
 * and trimmed between two reads is missed; what is read is read in the order of the decisions.
 *
 *   reading → waiting   Redis is away: the connection comes back by itself
 *   waiting → reading   in a new era: what it decided before may be forgotten
 */
import type { Redis } from 'ioredis';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createRedis } from '../../server/platform/redis.ts';
import type { Happening } from './line.ts';

const BLOCK_MS = 500;
const ENTRIES_PER_READ = 500;

type Stream = [key: string, entries: [id: string, fields: string[]][]];

export class WinWatch implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #keys: { wins: string; out: string; epoch: string };
  readonly #record: (happening: Happening) => void;
  readonly #cursors: { wins: string; out: string } = { wins: '0-0', out: '0-0' };
  readonly #reading: Promise<void>;
  /** Grows with the epoch, and each time this Redis may have become another one. */
  #era = 0;
  #epoch: string | null = null;
  #isOver = false;

  private constructor(redis: Redis, cell: string, record: (happening: Happening) => void) {
    this.#redis = redis;
    const prefix = `{${cell}}:`;
    this.#keys = { wins: `${prefix}wins`, out: `${prefix}out`, epoch: `${prefix}highest-epoch` };
    this.#record = record;
    redis.on('close', () => this.#era++);
    this.#reading = this.#read();
  }

  /** @param url of the Redis itself, by no link that a fault may hold up */
  static async start(url: string, cell: string, record: (happening: Happening) => void): Promise<WinWatch> {
    const redis = createRedis(url, 'stream', { random: createSystemRandom(), onError: () => undefined });
    await redis.connect();
    return new WinWatch(redis, cell, record);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#redis.disconnect();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { wins, out, epoch } = this.#keys;
    while (!this.#isOver) {
      try {
        // Both are sent at once: the epoch is read in the moment in which the wait for wins ends.
        const [streams, epochNow] = await Promise.all([
          this.#redis.xread(
            ...(['COUNT', ENTRIES_PER_READ, 'BLOCK', BLOCK_MS, 'STREAMS'] as const),
            ...[wins, out, this.#cursors.wins, this.#cursors.out],
          ),
          this.#redis.get(epoch),
        ]);
        if (epochNow !== this.#epoch) this.#era++;
        this.#epoch = epochNow;
        for (const [key, entries] of (streams ?? []) as Stream[]) this.#heard(key, entries);
      } catch {
        if (!this.#isOver && this.#redis.status !== 'ready') await this.#isBack();
      }
    }
  }

  #heard(key: string, entries: Stream[1]): void {
    const isWins = key === this.#keys.wins;
    for (const [id, fields] of entries) {
      this.#cursors[isWins ? 'wins' : 'out'] = id;
      if (isWins) this.#won(id, fields);
      else if (fields[1]?.includes('"reopened"') === true) this.#settled(fields[1]);
    }
  }

  #won(order: string, fields: string[]): void {
    const value = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
    if (!fields.includes('o')) return;
    const win = { offerId: value('o'), repId: value('r'), requestId: value('q'), order };
    this.#record({ kind: 'win', ...win, epoch: this.#era });
  }

  #settled(text: string): void {
    const { notice } = JSON.parse(text) as { notice?: { offerId: string; order: string; outcome: string } };
    if (notice?.outcome !== 'reopened') return;
    this.#record({ kind: 'reopened', offerId: notice.offerId, order: notice.order });
  }

  #isBack(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#redis.off('ready', done);
        this.#redis.off('end', done);
        resolve();
      };
      this.#redis.on('ready', done);
      this.#redis.on('end', done);
    });
  }
}
