/** One clock for all countdowns of a page, so that they move together. */
import { type ReadonlySignal, signal } from '@preact/signals';

const TICK_MS = 250;

export function ticking(nowMs: () => number): { now: ReadonlySignal<number>; stop: () => void } {
  const now = signal(nowMs());
  const timer = setInterval(() => {
    now.value = nowMs();
  }, TICK_MS);
  return { now, stop: () => clearInterval(timer) };
}
