/**
 * The epoch, bound to the Redis that it was said to: its text names the server's run id. A Redis that came back
 * from a snapshot, and a replica in its master's place, hold the epoch of another, still alive for a second or
 * three and beside it gates, tokens and offers as they once were; nobody is judged by it (AR45).
 */
import type { Redis } from 'ioredis';

/** What the epoch's key holds. */
export function epochText(epoch: number, runId: string): string {
  return `${epoch}@${runId}`;
}

/** Of `INFO server`; '' where there is none. */
export function runIdOf(info: string): string {
  return /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
}

export interface ServerIdentity {
  runId: string;
  replicationId: string;
}

export async function identityOf(redis: Redis): Promise<ServerIdentity> {
  const [server, replication] = await Promise.all([redis.info('server'), redis.info('replication')]);
  return { runId: runIdOf(server), replicationId: /^master_replid:(\w+)/m.exec(replication)?.[1] ?? '' };
}

/** Null: it still is the Redis that was known. */
export function differenceOf(known: ServerIdentity | null, seen: ServerIdentity): 'restarted' | 'failedOver' | null {
  if (known === null || known.runId !== seen.runId) return 'restarted';
  return known.replicationId === seen.replicationId ? null : 'failedOver';
}

/** The epoch as one connection sees it. A new connection may lead to another Redis: it is read again then. */
export class KnownEpoch {
  readonly #redis: Redis;
  readonly #key: string;
  #runId: string | null = null;
  #text: string | null = null;

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
    redis.on('close', this.#closed);
  }

  readonly #closed = (): void => {
    this.#runId = null;
    this.#text = null;
  };

  /** What a claim may be judged by; null: to be read first. */
  get text(): string | null {
    return this.#text;
  }

  /** '' where this Redis has no epoch of its own. Rejects when it does not answer. */
  async read(): Promise<string> {
    const [text, runId] = await Promise.all([this.#redis.get(this.#key), this.#serverRunId()]);
    if (text === null || !text.endsWith(`@${runId}`)) return '';
    // Read over a connection that has ended meanwhile, it says nothing of the next one.
    if (this.#runId === runId) this.#text = text;
    return text;
  }

  async #serverRunId(): Promise<string> {
    this.#runId ??= runIdOf(await this.#redis.info('server'));
    return this.#runId;
  }

  forget(): void {
    this.#text = null;
  }

  detach(): void {
    this.#redis.off('close', this.#closed);
  }
}
