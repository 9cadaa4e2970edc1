/** A clock that stands still until told to advance; due timers run in the order of their time. */
import type { Clock, Timer } from '../../server/kernel/clock.ts';

interface Pending {
  dueMs: number;
  order: number;
  task: () => void;
}

export class SimClock implements Clock {
  #nowMs: number;
  #order = 0;
  #pending: Pending[] = [];

  constructor(start: string | number = '2026-11-23T03:00:00.000Z') {
    this.#nowMs = typeof start === 'number' ? start : Date.parse(start);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Timer {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, task };
    this.#pending.push(entry);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry);
      },
    };
  }

  /** When the nearest timer is due; null when there is none. */
  nextDueMs(): number | null {
    return this.#pending.reduce<number | null>(
      (nearest, { dueMs }) => (nearest === null ? dueMs : Math.min(nearest, dueMs)),
      null,
    );
  }

  /** Moves time to `targetMs`, running every timer due on the way at its own time. */
  advanceTo(targetMs: number): void {
    for (;;) {
      const next = this.#pending
        .filter((entry) => entry.dueMs <= targetMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
      if (next === undefined) break;
      this.#pending = this.#pending.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.task();
    }
    this.#nowMs = Math.max(this.#nowMs, targetMs);
  }

  advance(byMs: number): void {
    this.advanceTo(this.#nowMs + byMs);
  }
}
