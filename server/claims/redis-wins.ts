/**
 * Reads the stream of provisional wins in order and hands each to the settler, on a connection of its
 * own: a blocking read holds up everything behind it.
 *
 *   idle    → reading  `start` with a cursor: everything after it is handed over, again after a fault
 *   reading → idle     `stop`: the connection is cut, which is the only way to end a blocked read
 */
import type { Redis } from 'ioredis';
import type { ProvisionalWin } from './arbiter.ts';

/** How long one read waits in Redis; bounds how long a dead connection goes unnoticed. */
const BLOCK_MS = 1_000;
const BATCH = 256;
const PAUSE_AFTER_FAULT_MS = 200;

type Entry = [id: string, fields: string[]];

export interface WinsReaderOptions {
  stream: Redis;
  key: string;
  hand(win: ProvisionalWin): void;
  /** A wait that ends early when everything stops. */
  pause(delayMs: number): Promise<void>;
  onFault(fault: unknown): void;
}

export class WinsReader {
  readonly #options: WinsReaderOptions;
  /** Handed over and not settled, oldest first; the stream is never trimmed above the first. */
  readonly #unsettled = new Set<string>();
  #cursor = '0-0';
  #reading: Promise<void> | null = null;
  #stopped = false;
  #wake: () => void = () => {};
  #waiting: { upTo: string; resolve: () => void }[] = [];

  constructor(options: WinsReaderOptions) {
    this.#options = options;
  }

  /** Again with an older cursor: the wins after it come once more. */
  start(cursor: string): void {
    this.#cursor = wholeId(cursor);
    this.#unsettled.clear();
    this.#reading ??= this.#read();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.stream.disconnect();
    this.#wake();
    await this.#reading;
    for (const { resolve } of this.#waiting) resolve();
  }

  /** Resolves when every win up to `upTo` was handed over and settled. */
  drained(upTo: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ upTo: wholeId(upTo), resolve });
      this.#tell();
    });
  }

  settled(order: string): void {
    this.#unsettled.delete(order);
    this.#tell();
  }

  /** The oldest id that must stay in the stream once `order` is settled. */
  keepFrom(order: string): string {
    for (const other of this.#unsettled) if (other !== order) return other;
    const [time, sequence] = this.#cursor.split('-');
    return `${time}-${BigInt(sequence ?? '0') + 1n}`;
  }

  /** A settler that throws has not taken the win: the next read starts with it. */
  #handOver(win: ProvisionalWin, before: string): void {
    try {
      this.#options.hand(win);
    } catch (fault) {
      this.#cursor = before;
      throw fault;
    }
  }

  #tell(): void {
    this.#waiting = this.#waiting.filter(({ upTo, resolve }) => {
      const drained = this.#unsettled.size === 0 && compareIds(this.#cursor, upTo) >= 0;
      if (drained) resolve();
      return !drained;
    });
  }

  /** A read that is queued on a cut connection outlives the cut, and would hold up `stop`. */
  async #untilReady(): Promise<void> {
    const { stream, onFault } = this.#options;
    const ready = new Promise<void>((resolve) => {
      this.#wake = resolve;
      stream.once('ready', resolve);
    });
    if (stream.status === 'wait') stream.connect().catch(onFault);
    await ready;
    stream.off('ready', this.#wake);
  }

  async #read(): Promise<void> {
    const { stream, key, pause, onFault } = this.#options;
    while (!this.#stopped) {
      try {
        if (stream.status !== 'ready') {
          await this.#untilReady();
          continue;
        }
        const from = this.#cursor;
        const reply = await stream.xread('COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', key, from);
        // A restart with another cursor while the read was under way: what came is read again.
        if (this.#stopped || from !== this.#cursor) continue;
        let before = from;
        for (const [id, fields] of (reply?.[0]?.[1] ?? []) as Entry[]) {
          const win = decodeEntry(id, fields);
          if (win !== null) this.#unsettled.add(id);
          // Before the hand-over, whose settlement may come at once and trims up to the cursor.
          this.#cursor = id;
          if (win !== null) this.#handOver(win, before);
          before = id;
        }
        this.#tell();
      } catch (fault) {
        if (this.#stopped) return;
        onFault(fault);
        await pause(PAUSE_AFTER_FAULT_MS);
      }
    }
  }
}

/** Null: an entry that only moves the stream's last id (take-over.lua). */
function decodeEntry(id: string, fields: string[]): ProvisionalWin | null {
  const named = new Map<string, string>();
  for (let place = 0; place + 1 < fields.length; place += 2) {
    named.set(fields[place] as string, fields[place + 1] as string);
  }
  const offerId = named.get('o');
  if (offerId === undefined) return null;
  return {
    offerId,
    leadId: named.get('l') ?? '',
    repId: named.get('r') ?? '',
    requestId: named.get('q') ?? '',
    claimedAtMs: Number(named.get('at')),
    order: id,
  };
}

function wholeId(id: string): string {
  return id.includes('-') ? id : `${id}-0`;
}

function compareIds(left: string, right: string): number {
  const [leftTime = '0', leftSequence = '0'] = left.split('-');
  const [rightTime = '0', rightSequence = '0'] = right.split('-');
  return Number(leftTime) - Number(rightTime) || Number(leftSequence) - Number(rightSequence);
}
