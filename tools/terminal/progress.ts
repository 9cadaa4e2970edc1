/**
 * How far a long task is, on standard error: a bar with the time that is left on a terminal, a whole
 * line now and then in a pipe, and nothing at all for a task that is over before anybody wonders.
 */
import { Presets, SingleBar } from 'cli-progress';
import { type Clock, createSystemClock } from '../../server/kernel/clock.ts';

export interface Progress {
  update(done: number, of: number): void;
  /** The bar ends where it is; to be called in any case. */
  stop(): void;
}

/** Tasks that take less need no bar. */
const SHOWN_AFTER_MS = 800;
/** Between two lines in a pipe. */
const LINE_EVERY_MS = 2_000;

/** With `--json` in a pipe there is nobody to look at it. */
export function createProgress(what: string, options: { isJson: boolean; unit: string; clock?: Clock }): Progress {
  const { isTTY } = process.stderr;
  if (options.isJson && !isTTY) return { update: () => undefined, stop: () => undefined };
  const clock = options.clock ?? createSystemClock();
  const beganAtMs = clock.monotonicMs();
  let drawnAtMs = beganAtMs;
  let bar: SingleBar | undefined;

  function begin(of: number): SingleBar {
    const begun = new SingleBar(
      {
        stream: process.stderr,
        format: `${what} {bar} {percentage}% | {value}/{total} ${options.unit} | ETA {eta_formatted}`,
        noTTYOutput: true,
        notTTYSchedule: LINE_EVERY_MS,
        // The rate of the last hundred steps: tasks of leads and events run evenly.
        etaBuffer: 100,
        hideCursor: true,
        gracefulExit: true,
      },
      Presets.shades_classic,
    );
    begun.start(of, 0);
    return begun;
  }

  return {
    update(done, of) {
      const nowMs = clock.monotonicMs();
      if (bar === undefined && nowMs - beganAtMs < SHOWN_AFTER_MS) return;
      bar ??= begin(of);
      bar.setTotal(of);
      bar.update(done);
      // A task that holds the thread lets no timer draw: lines are then drawn from here.
      if (!isTTY && nowMs - drawnAtMs >= LINE_EVERY_MS) {
        drawnAtMs = nowMs;
        bar.render();
      }
    },
    stop: () => bar?.stop(),
  };
}
