/**
 * A clock that jumps, as a machine that was asleep does: what was due on the way runs once, late, and
 * what it arms next is due after the jump. Days pass without the million heartbeats in between.
 */
import type { Clock, Timer } from '../../server/kernel/clock.ts';

interface Pending {
  dueMs: number;
  task: () => void;
}

export class JumpClock implements Clock {
  #nowMs: number;
  #pending: Pending[] = [];

  constructor(start = '2026-11-23T03:00:00.000Z') {
    this.#nowMs = Date.parse(start);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Timer {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), task };
    this.#pending.push(entry);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry);
      },
    };
  }

  jump(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#pending.filter(({ dueMs }) => dueMs <= this.#nowMs);
    for (const entry of due.sort((a, b) => a.dueMs - b.dueMs)) {
      // A timer may be cancelled by one that ran before it.
      if (!this.#pending.includes(entry)) continue;
      this.#pending = this.#pending.filter((other) => other !== entry);
      entry.task();
    }
  }
}
