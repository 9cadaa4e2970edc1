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
  'a nearer timer is not overslept when the time that was asked for earlier is answered later': {
    seed: '5044',
    settings: {
      isFar: true,
      reps: 5,
      pairs: 1,
      preset: 'open',
      dailyCap: null,
      isQuick: true,
      reflex: 0.2,
      reactionMs: 4000,
      weather: { delayMs: 5, jitterMs: 0, loses: 0.02, doubles: 0.02, reorders: 0.3 },
      commitMs: 1,
    },
    steps: [
      { afterMs: 3826, kind: 'leads', picks: [0.278, 0.664, 0.444] },
      { afterMs: 5557, kind: 'activity', picks: [0.597, 0.23, 0.074] },
      { afterMs: 386791, kind: 'leads', picks: [0.194, 0.608, 0.947] },
      { afterMs: 70081, kind: 'forgets', picks: [0.496, 0.86, 0.878] },
      { afterMs: 4533, kind: 'leads', picks: [0.298, 0.857, 0.551] },
      { afterMs: 216, kind: 'release', picks: [0.507, 0.129, 0.013] },
      { afterMs: 5020, kind: 'stale', picks: [0.217, 0.215, 0.647] },
      { afterMs: 4, kind: 'activity', picks: [0.037, 0.668, 0.05] },
      { afterMs: 2, kind: 'leads', picks: [0.745, 0.921, 0.417] },
      { afterMs: 79099, kind: 'jump', picks: [0.385, 0.532, 0.236] },
      { afterMs: 1544796, kind: 'leads', picks: [0.977, 0.875, 0.461] },
      { afterMs: 45543, kind: 'freeze', picks: [0.676, 0.946, 0.639] },
    ],
  },
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
  'a win by a request that another lead was asked with, too, is a win that others may have lost to': {
    seed: '980',
    settings: {
      ...QUIET,
      reps: 7,
      pairs: 1,
      reactionMs: 4000,
      weather: { delayMs: 1, jitterMs: 0, loses: 0.02, doubles: 0.15, reorders: 0.3 },
      commitMs: 200,
    },
    steps: [
      { afterMs: 56, kind: 'leads', picks: [0.555, 0.697, 0.994] },
      { afterMs: 48854, kind: 'rush', picks: [0.711, 0.055, 0.624] },
      { afterMs: 6, kind: 'reuse', picks: [0.69, 0.399, 0.056] },
    ],
  },
  'a win by a claim whose answer was lost lies before the claim that hears of it': {
    seed: '5403',
    settings: {
      ...QUIET,
      reps: 6,
      preset: 'fast-tiered',
      isQuick: true,
      weather: { delayMs: 1, jitterMs: 50, loses: 0, doubles: 0, reorders: 0 },
    },
    steps: [
      { afterMs: 1, kind: 'leads', picks: [0.035, 0.259, 0.625] },
      { afterMs: 3, kind: 'kill', picks: [0.067, 0.287, 0.635] },
      { afterMs: 1016410, kind: 'kill', picks: [0.091, 0.386, 0.318] },
      { afterMs: 5397, kind: 'trap', picks: [0.197, 0.441, 0.647] },
      { afterMs: 36915, kind: 'kill', picks: [0.382, 0.102, 0.212] },
      { afterMs: 1222393, kind: 'leads', picks: [0.838, 0.422, 0.953] },
      { afterMs: 19956, kind: 'reuse', picks: [0.662, 0.082, 0.063] },
      { afterMs: 39686, kind: 'again', picks: [0.921, 0.938, 0.648] },
    ],
  },
};
