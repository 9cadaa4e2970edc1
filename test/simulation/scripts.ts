/** Scripts that failed once, cut down, each with what it found: played by `npm test` for good. */
import type { Script, Settings } from './script.ts';

/** A company in which nothing happens but the script. */
export const QUIET: Settings = {
  isFar: false,
  reps: 3,
  pairs: 0,
  preset: 'open',
  dailyCap: null,
  isQuick: false,
  reflex: 0,
  reactionMs: 400,
  weather: { delayMs: 5, jitterMs: 0, loses: 0, doubles: 0, reorders: 0 },
  commitMs: 1,
};

export const SCRIPTS: Readonly<Record<string, Script>> = {
  'a rep on a break is not told that something comes, which no snapshot would show': {
    seed: '639',
    settings: { ...QUIET, reps: 4, preset: 'tiered' },
    steps: [
      // Planned while the rep is there, on disk when it is not.
      { afterMs: 100, kind: 'slow', picks: [0.25, 0.99, 0.5] },
      { afterMs: 10, kind: 'leads', picks: [0.1, 0.98, 0.4] },
      { afterMs: 5, kind: 'pause', picks: [0.6, 0.1, 0.5] },
      { afterMs: 1, kind: 'leads', picks: [0.1, 0.98, 0.4] },
    ],
  },
  'a lane that was alerted does not open a second time, at the arbiter alone, after the clock was set back': {
    seed: '103',
    settings: { ...QUIET, reps: 6, preset: 'fast-tiered' },
    steps: [
      { afterMs: 100, kind: 'leads', picks: [0.9, 0.3, 0.2] },
      { afterMs: 10_000, kind: 'jump', picks: [0.55, 0.1, 0.1] },
      { afterMs: 10_000, kind: 'pause', picks: [0, 0, 0] },
      { afterMs: 1_000, kind: 'rush', picks: [0.1, 0.5, 0.5] },
      { afterMs: 5_000, kind: 'wait', picks: [0.1, 0.5, 0.5] },
    ],
  },
};
