/**
 * What waits for the ledger: calls made in one turn leave together, and while a batch is on its way
 * further calls gather for the next one. One batch at a time, answered in the order it was sent.
 */
import type { Call, Outcome, Written } from './group-commit.ts';
import { LedgerError } from './ledger-error.ts';

/**
 * Calls accepted and not yet answered. About a second of work for one disk: a client that waits
 * longer has given up, so taking more would only store what nobody waits for.
 */
export const LEDGER_QUEUE_MAX = 10_000;

/** Calls in one transaction: enough to share an fsync, few enough that the first need not wait for the last. */
export const LEDGER_BATCH_MAX = 512;

/**
 * How many awaits may lie between an answer and what is done about it. What follows one commit (memory
 * changed, facts announced under its number) runs before what follows the next, also where both were in
 * one batch and the first one's caller is a few awaits further away.
 */
const AWAITS_MAX = 16;

const nothing = Promise.resolve();

export interface CallQueue {
  write(call: Call): Promise<Written<unknown>>;
  /** The outcomes of the batch that was sent last. */
  answer(outcomes: readonly Outcome[]): void;
  /** Nothing accepted is answered any more. False: it had failed, or all was over, before. */
  fail(): boolean;
  flush(): Promise<void>;
  /** Calls accepted and not yet answered, and for how long the oldest of them, ms. */
  backlog(): { calls: number; oldestMs: number };
  /** Accepts nothing more; resolves when all is answered, or at once when it has failed. */
  close(): Promise<void>;
}

export interface CallQueueOptions {
  /** Runs the task later in this turn. */
  schedule: (task: () => void) => void;
  send: (calls: Call[]) => void;
  /** Any clock that does not go back: the age of the backlog is told by it. */
  nowMs: () => number;
}

interface Caller {
  sinceMs: number;
  resolve: (written: Written<unknown>) => void;
  reject: (error: Error) => void;
}

interface Flush {
  /** How many calls must have been answered. */
  at: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

function canBeSent(call: Call): boolean {
  try {
    structuredClone(call);
    return true;
  } catch {
    return false;
  }
}

class Queue implements CallQueue {
  readonly #options: CallQueueOptions;
  #state: 'open' | 'closing' | 'failed' = 'open';
  #scheduled = false;
  /** Calls that wait, and beside each its caller. */
  #calls: Call[] = [];
  #callers: Caller[] = [];
  #inFlight: Caller[] = [];
  /** On disk, and not told yet. */
  readonly #toTell: { caller: Caller; outcome: Outcome }[] = [];
  #telling = false;
  #accepted = 0;
  #answered = 0;
  #flushes: Flush[] = [];

  constructor(options: CallQueueOptions) {
    this.#options = options;
  }

  write(call: Call): Promise<Written<unknown>> {
    if (this.#state !== 'open') return Promise.reject(this.#refusal());
    if (this.#accepted - this.#answered >= LEDGER_QUEUE_MAX) {
      return Promise.reject(new LedgerError('overloaded', `${LEDGER_QUEUE_MAX} calls wait for the disk`));
    }
    this.#accepted++;
    return new Promise((resolve, reject) => {
      this.#calls.push(call);
      this.#callers.push({ sinceMs: this.#options.nowMs(), resolve, reject });
      this.#schedule();
    });
  }

  answer(outcomes: readonly Outcome[]): void {
    if (this.#state === 'failed') return;
    const callers = this.#inFlight;
    this.#inFlight = [];
    callers.forEach((caller, place) => {
      this.#toTell.push({ caller, outcome: outcomes[place]! });
    });
    if (!this.#telling) void this.#tell();
    if (this.#calls.length > 0) this.#schedule();
  }

  /** In commit order, each whole before the next; all within the turn in which the batch was answered. */
  async #tell(): Promise<void> {
    this.#telling = true;
    for (let next = this.#toTell.shift(); next !== undefined; next = this.#toTell.shift()) {
      const { caller, outcome } = next;
      if ('error' in outcome) caller.reject(new LedgerError(outcome.error.code, outcome.error.message));
      else caller.resolve(outcome);
      this.#answered++;
      for (let hop = 0; hop < AWAITS_MAX; hop++) await nothing;
    }
    this.#telling = false;
    this.#settleFlushes();
  }

  fail(): boolean {
    if (this.#state === 'failed') return false;
    this.#state = 'failed';
    this.#calls = [];
    this.#callers = [];
    this.#inFlight = [];
    this.#toTell.length = 0;
    for (const flush of this.#flushes.splice(0)) flush.reject(this.#refusal());
    return true;
  }

  flush(): Promise<void> {
    if (this.#state === 'failed') return Promise.reject(this.#refusal());
    if (this.#answered === this.#accepted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#flushes.push({ at: this.#accepted, resolve, reject });
    });
  }

  backlog(): { calls: number; oldestMs: number } {
    const oldest = this.#inFlight[0] ?? this.#callers[0];
    const oldestMs = oldest === undefined ? 0 : this.#options.nowMs() - oldest.sinceMs;
    return { calls: this.#accepted - this.#answered, oldestMs };
  }

  async close(): Promise<void> {
    if (this.#state === 'failed') return;
    this.#state = 'closing';
    await this.flush().catch(() => undefined);
  }

  #refusal(): LedgerError {
    return this.#state === 'failed'
      ? new LedgerError('ledgerFailed', 'the ledger has failed, the process is ending')
      : new LedgerError('closed', 'the ledger is closed');
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight.length > 0) return;
    this.#scheduled = true;
    this.#options.schedule(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    const all = this.#calls.length <= LEDGER_BATCH_MAX;
    const calls = all ? this.#calls : this.#calls.splice(0, LEDGER_BATCH_MAX);
    this.#inFlight = all ? this.#callers : this.#callers.splice(0, LEDGER_BATCH_MAX);
    if (all) {
      this.#calls = [];
      this.#callers = [];
    }
    if (calls.length === 0) return;
    try {
      this.#options.send(calls);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#sendTheSendable(calls);
    }
  }

  /** Something in the batch cannot be cloned: its caller hears it, and the others are sent. */
  #sendTheSendable(calls: Call[]): void {
    const callers = this.#inFlight;
    const good = calls.map(canBeSent);
    callers.forEach((caller, place) => {
      if (!good[place]) caller.reject(new LedgerError('badArguments', 'arguments must be plain data'));
    });
    this.#inFlight = callers.filter((_, place) => good[place]);
    this.#answered += callers.length - this.#inFlight.length;
    this.#settleFlushes();
    if (this.#inFlight.length > 0) this.#options.send(calls.filter((_, place) => good[place]));
    else if (this.#calls.length > 0) this.#schedule();
  }

  #settleFlushes(): void {
    if (this.#flushes.length === 0) return;
    const due = this.#flushes.filter((flush) => flush.at <= this.#answered);
    this.#flushes = this.#flushes.filter((flush) => flush.at > this.#answered);
    for (const flush of due) flush.resolve();
  }
}

export function createCallQueue(options: CallQueueOptions): CallQueue {
  return new Queue(options);
}
