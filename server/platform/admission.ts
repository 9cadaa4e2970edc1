/**
 * Lets in what is costly at a rate: a burst at once, then a few each tick; the rest stand in line.
 * A tick that comes late is not made up for, so a loop that lags admits less by itself.
 */
import type { Clock, Timer } from '../kernel/clock.ts';

export interface AdmissionRate {
  /** Let in at once after a quiet time. */
  burst: number;
  perTick: number;
  tickMs: number;
  /** Who finds more than this in line is turned away. */
  lineMax: number;
}

export interface Admission {
  /** Runs `enter` now or in its turn; false: the line is full, it will not run. */
  ask(enter: () => void): boolean;
  waiting(): number;
  /** How long somebody who came now would stand in line, ms. */
  lineMs(): number;
  /** Lets in nobody any more. */
  stop(): void;
}

export function createAdmission(clock: Clock, rate: AdmissionRate): Admission {
  let free = rate.burst;
  let line: (() => void)[] = [];
  let timer: Timer | null = null;
  let stopped = false;

  function tick(): void {
    timer = null;
    free = Math.min(rate.burst, free + rate.perTick);
    const turn = line.splice(0, free);
    free -= turn.length;
    for (const enter of turn) enter();
    wake();
  }

  function wake(): void {
    if (stopped || free >= rate.burst) return;
    timer ??= clock.after(rate.tickMs, tick);
  }

  return {
    ask(enter) {
      if (stopped || line.length >= rate.lineMax) return false;
      if (free > 0) {
        free--;
        enter();
      } else {
        line.push(enter);
      }
      wake();
      return true;
    },
    waiting: () => line.length,
    lineMs: () => Math.ceil((line.length + 1) / rate.perTick) * rate.tickMs,
    stop() {
      stopped = true;
      timer?.cancel();
      line = [];
    },
  };
}
