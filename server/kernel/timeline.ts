/**
 * Simulated time: everything that takes time in a simulation waits here, and one thing happens at a
 * time. After each, the program runs until it has nothing left to do, so the order of what happens is
 * the order of this list and of nothing else.
 */
import type { Clock, Timer } from './clock.ts';

interface Entry {
  dueMs: number;
  order: number;
  task: () => void;
}

const isBefore = (one: Entry, other: Entry) =>
  one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);

export class Timeline {
  /** Milliseconds since the simulation began; nothing sets it back. */
  nowMs = 0;
  /** How many things have happened: a run that repeats itself has the same count. */
  happened = 0;
  #order = 0;
  /** A binary heap, the nearest first. */
  readonly #heap: Entry[] = [];

  /** Runs `task` after `delayMs`, rounded up to whole milliseconds: those due at once, in the order asked. */
  after(delayMs: number, task: () => void): Timer {
    const entry = { dueMs: this.nowMs + Math.max(0, Math.ceil(delayMs)), order: this.#order++, task };
    this.#push(entry);
    return {
      cancel: () => {
        entry.task = nothing;
      },
    };
  }

  nextDueMs(): number | null {
    while (this.#heap[0]?.task === nothing) this.#pop();
    return this.#heap[0]?.dueMs ?? null;
  }

  /** Lets happen what is due until `untilMs`, or until `enough`. */
  async run(untilMs: number, enough: () => boolean = () => false): Promise<void> {
    await settled();
    while (!enough()) {
      const dueMs = this.nextDueMs();
      if (dueMs === null || dueMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return;
      }
      const { task } = this.#pop();
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.happened++;
      task();
      await settled();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function nothing(): void {}

/** Every promise that could go on has gone on: a turn of the loop comes after all of them. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A machine's wall clock, which an operator or NTP may set. */
export class WallClock {
  readonly #timeline: Timeline;
  #zeroMs: number;

  constructor(timeline: Timeline, startMs: number) {
    this.#timeline = timeline;
    this.#zeroMs = startMs;
  }

  nowMs(): number {
    return this.#zeroMs + this.#timeline.nowMs;
  }

  jump(byMs: number): void {
    this.#zeroMs += byMs;
  }
}

/**
 * The clock of one process: as the server's own, it reads the wall once, at its start, and goes on by
 * itself. A process that has ended has no timers.
 */
export class ProcessClock implements Clock {
  readonly #timeline: Timeline;
  readonly #zeroMs: number;
  #hasEnded = false;
  #armed = 0;

  constructor(timeline: Timeline, wall: WallClock) {
    this.#timeline = timeline;
    this.#zeroMs = wall.nowMs() - timeline.nowMs;
  }

  /** Timers that are still to run: none after a clean stop. */
  get armed(): number {
    return this.#armed;
  }

  nowMs(): number {
    return this.#zeroMs + this.#timeline.nowMs;
  }

  monotonicMs(): number {
    return this.#timeline.nowMs;
  }

  after(delayMs: number, task: () => void): Timer {
    let isArmed = true;
    this.#armed++;
    const disarm = () => {
      if (!isArmed) return;
      isArmed = false;
      this.#armed--;
    };
    const timer = this.#timeline.after(delayMs, () => {
      disarm();
      if (!this.#hasEnded) task();
    });
    return {
      cancel: () => {
        disarm();
        timer.cancel();
      },
    };
  }

  end(): void {
    this.#hasEnded = true;
  }
}
