/**
 * The race on record, beside its facts: every receipt and every attempt, in the order in which the
 * server took them. Gathered in memory and written every 5 s, one packed row for each
 * offer that has any: a crash may lose seconds of these, never an alert, a win or a fact. They are written a few
 * at a time, so that no claim's commit waits for more than a few.
 */
import type { Clock, Timer } from '../kernel/clock.ts';

export interface AttemptNote {
  repId: string;
  requestId: string;
  atMs: number;
  verdict: string;
  /** The refusing rule, or the reason of a gone or a retry. */
  rule?: string;
  winnerId?: string;
  byMs?: number;
}

export interface ReceiptNote {
  repId: string;
  kind: 'delivered' | 'seen';
  atMs: number;
}

/** One packed row of `race_notes`. */
export interface PackedNotes {
  attempts: AttemptNote[];
  receipts: ReceiptNote[];
}

interface Gathered extends PackedNotes {
  /** Kind and rep of its receipts. */
  received: Set<string>;
}

export interface RaceNotes {
  attempt(offerId: string, note: AttemptNote): void;
  receipt(offerId: string, note: ReceiptNote): void;
  /** What is not on disk yet. */
  pending(offerId: string): PackedNotes;
  /** Writes everything gathered; resolves when it is on disk. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export const NOTES_FLUSH_MS = 5_000;
/** Offers whose notes are written in one call: a millisecond of the ledger's thread. */
export const NOTED_OFFERS_AT_ONCE = 100;
/** Notes held of one offer between two writes; a flood beyond it is counted by the metrics alone. */
export const NOTES_PER_OFFER_MAX = 5_000;

/** Offers with notes between two writes: ten times what 5 s of a busy cell touch. */
export const NOTED_OFFERS_MAX = 50_000;

export function createRaceNotes(deps: {
  clock: Clock;
  write(notes: { offerId: string; notes: string }[]): Promise<unknown>;
  onError(error: unknown): void;
}): RaceNotes {
  let gathered = new Map<string, Gathered>();
  let writing = new Map<string, Gathered>();
  let timer: Timer | null = null;
  let inFlight: Promise<void> = Promise.resolve();

  function notesOf(offerId: string): Gathered {
    let notes = gathered.get(offerId);
    if (notes === undefined && gathered.size >= NOTED_OFFERS_MAX)
      return { attempts: [], receipts: [], received: new Set() };
    if (notes === undefined) {
      notes = { attempts: [], receipts: [], received: new Set() };
      gathered.set(offerId, notes);
      timer ??= deps.clock.after(NOTES_FLUSH_MS, () => void flush());
    }
    return notes;
  }

  async function writeOut(): Promise<void> {
    if (gathered.size === 0) return;
    writing = gathered;
    gathered = new Map();
    const all = [...writing];
    for (let first = 0; first < all.length; first += NOTED_OFFERS_AT_ONCE) {
      const some = all.slice(first, first + NOTED_OFFERS_AT_ONCE);
      const packed = some.map(([offerId, { attempts, receipts }]) => ({
        offerId,
        notes: JSON.stringify({ attempts, receipts }),
      }));
      await deps.write(packed).catch(deps.onError);
      for (const [offerId] of some) writing.delete(offerId);
    }
  }

  function flush(): Promise<void> {
    timer?.cancel();
    timer = null;
    inFlight = inFlight.then(writeOut);
    return inFlight;
  }

  return {
    attempt(offerId, note) {
      const { attempts } = notesOf(offerId);
      if (attempts.length < NOTES_PER_OFFER_MAX) attempts.push(note);
    },
    receipt(offerId, note) {
      const { receipts, received } = notesOf(offerId);
      const receipt = `${note.kind} ${note.repId}`;
      // A phone that heard no answer says it again: the first one counts, and its copies must not take others' room.
      if (receipts.length >= NOTES_PER_OFFER_MAX || received.has(receipt)) return;
      received.add(receipt);
      receipts.push(note);
    },
    pending(offerId) {
      const parts = [writing.get(offerId), gathered.get(offerId)].filter((part) => part !== undefined);
      return {
        attempts: parts.flatMap((part) => part.attempts),
        receipts: parts.flatMap((part) => part.receipts),
      };
    },
    flush,
    async stop() {
      await flush();
    },
  };
}
