/**
 * A simulation's script: what happens when, as plain data drawn from a seed, so that a part of it can
 * be played again. Each seed draws its own mix (some things often, some never): what is rare in the
 * average is then common in some seed, and rare things meet.
 */
import { type Chance, createChance } from '../../server/kernel/chance.ts';
import { BOOK_NAMES, type BookName } from './books.ts';
import type { Weather } from './sim-network.ts';

/** Weight in an average seed. */
const WEIGHTS = {
  // What people do.
  leads: 14,
  tap: 14,
  rush: 10,
  edge: 4,
  early: 6,
  stale: 6,
  again: 3,
  bot: 2,
  reuse: 1,
  release: 6,
  releaseByAdmin: 2,
  assign: 4,
  activity: 7,
  stage: 7,
  assist: 2,
  pause: 5,
  leave: 2,
  tier: 2,
  newcomer: 1,
  revoke: 2,
  shortToken: 1,
  signIn: 3,
  policy: 4,
  rules: 3,
  account: 2,
  timeOff: 1,
  pauseTeam: 2,
  resumeTeam: 2,
  watch: 3,
  forget: 1,
  wait: 6,
  longWait: 1,
  // What breaks.
  cut: 5,
  freeze: 2,
  storm: 1,
  weather: 2,
  restart: 2,
  kill: 2,
  trap: 6,
  jump: 1,
  full: 2,
  slow: 2,
  broken: 2,
  away: 2,
  forgets: 2,
} as const;

export type StepKind = keyof typeof WEIGHTS;
export const STEP_KINDS = Object.keys(WEIGHTS) as StepKind[];
export const FAULTS: readonly StepKind[] = [
  'cut',
  'freeze',
  'storm',
  'weather',
  'restart',
  'kill',
  'trap',
  'jump',
  'full',
  'slow',
  'broken',
  'away',
  'forgets',
];

export interface Step {
  /** Since the step before. */
  afterMs: number;
  kind: StepKind;
  /** Three numbers in [0, 1): who, what, how. What they pick depends on what is there. */
  picks: readonly [number, number, number];
}

export interface Settings {
  /** The arbiter is behind a network and outlives the server's processes. */
  isFar: boolean;
  reps: number;
  /** Reps with a second device. */
  pairs: number;
  preset: 'open' | 'tiered' | 'fast-tiered' | 'fair-mix';
  dailyCap: number | null;
  /** The rules of handing out that it begins with; `plain`: the preset's. */
  book: BookName;
  /** Windows and offers of seconds, so that many open and end within a script. */
  isQuick: boolean;
  /** How likely a device taps by itself when it is alerted, and how fast. */
  reflex: number;
  reactionMs: number;
  weather: Weather;
  /** The disk's usual time for a commit, at most. */
  commitMs: number;
}

export interface Script {
  seed: string;
  settings: Settings;
  steps: Step[];
}

const STEPS_MIN = 14;
const STEPS_MORE = 30;

const rounded = (unit: number) => Math.floor(unit * 1000) / 1000;

function drawWeather(chance: Chance): Weather {
  const isBad = chance.happens(0.5);
  return {
    delayMs: chance.oneOf([1, 5, 20, 80]),
    jitterMs: chance.oneOf([0, 5, 50, 400]),
    loses: isBad ? chance.oneOf([0, 0.02, 0.1]) : 0,
    doubles: isBad ? chance.oneOf([0, 0.02, 0.15]) : 0,
    reorders: isBad ? chance.oneOf([0, 0.1, 0.3]) : 0,
  };
}

function drawSettings(chance: Chance): Settings {
  return {
    isFar: chance.happens(0.4),
    reps: 3 + Math.floor(chance.unit() * 6),
    pairs: Math.floor(chance.unit() * 3),
    preset: chance.oneOf(['open', 'open', 'tiered', 'fast-tiered']),
    dailyCap: chance.oneOf([null, null, 1, 3]),
    isQuick: chance.happens(0.4),
    reflex: chance.oneOf([0, 0.2, 0.7]),
    reactionMs: chance.oneOf([30, 400, 4_000]),
    weather: drawWeather(chance),
    commitMs: chance.oneOf([1, 1, 20, 200]),
    book: chance.happens(0.3) ? 'plain' : chance.oneOf(BOOK_NAMES.slice(1)),
  };
}

/** Each kind's weight in this seed. */
function drawMix(chance: Chance): Map<StepKind, number> {
  const faultless = chance.happens(0.15);
  return new Map(
    STEP_KINDS.map((kind) => {
      const share = chance.happens(0.3) ? 0 : chance.oneOf([0.3, 1, 1, 3]);
      return [kind, faultless && FAULTS.includes(kind) ? 0 : WEIGHTS[kind] * share];
    }),
  );
}

function drawKind(mix: Map<StepKind, number>, chance: Chance): StepKind {
  let left = chance.unit() * [...mix.values()].reduce((sum, weight) => sum + weight, 0);
  for (const [kind, weight] of mix) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'leads';
}

/** Mostly at once or within seconds, now and then long enough for a window to open or an offer to end. */
function drawAfterMs(chance: Chance): number {
  const unit = chance.unit();
  const [mostMs] = unit < 0.3 ? [5] : unit < 0.55 ? [400] : unit < 0.8 ? [6_000] : unit < 0.95 ? [90_000] : [1_500_000];
  return Math.floor(chance.unit() * mostMs);
}

export function drawScript(seed: string): Script {
  const chance = createChance(`script ${seed}`);
  const settings = drawSettings(chance);
  const mix = drawMix(chance);
  const count = STEPS_MIN + Math.floor(chance.unit() * STEPS_MORE);
  const steps = Array.from({ length: count }, (_, at): Step => {
    // A script without a lead is about nothing.
    const kind = at === 0 ? 'leads' : drawKind(mix, chance);
    const picks = [rounded(chance.unit()), rounded(chance.unit()), rounded(chance.unit())] as const;
    return { afterMs: drawAfterMs(chance), kind, picks };
  });
  return { seed, settings, steps };
}

/** One line a step, for people. */
export function printScript({ seed, settings, steps }: Script): string {
  const lines = steps.map(({ afterMs, kind, picks }) => `  +${afterMs} ms ${kind} ${picks.join(' ')}`);
  return [`seed ${seed} ${JSON.stringify(settings)}`, ...lines].join('\n');
}
