/**
 * Schedules of faults, drawn by fast-check: races, and in the middle of them processes that are killed, an
 * arbiter that is away or forgets, messages lost, doubled and turned round, clocks set, disks that refuse.
 * Where `drawScript` plays a whole company and draws from a seed, a schedule is hardly anything but races and
 * faults, and is built of values that fast-check can make smaller: steps, picks, times and settings alike.
 */
import fc from 'fast-check';
import { BOOK_NAMES } from './books.ts';
import { coverageGaps, type Floors } from './coverage.ts';
import { play } from './play.ts';
import { FAULTS, type Script, type Settings, type Step, type StepKind } from './script.ts';
import { QUIET } from './scripts.ts';
import { ruleOf, shrink } from './shrink.ts';
import type { Plant } from './sim-server.ts';
import type { Report } from './simulate.ts';

/** What is asked while faults strike: claims above all, again and by old messages too. */
const ASKS: readonly StepKind[] = ['rush', 'tap', 'again', 'stale', 'edge', 'reuse', 'release', 'assign', 'leads'];

/** In [0, 1), and plain to read when it is printed. */
const pick = fc.nat(999).map((thousandth) => thousandth / 1_000);
const picks = fc.tuple(pick, pick, pick);

/** Mostly at once or within seconds, now and then until a window has opened or an offer has ended. */
const afterMs = fc.oneof(
  { weight: 4, arbitrary: fc.nat(5) },
  { weight: 3, arbitrary: fc.nat(400) },
  { weight: 3, arbitrary: fc.nat(6_000) },
  { weight: 1, arbitrary: fc.nat(90_000) },
);

const stepOf = (kinds: readonly StepKind[]): fc.Arbitrary<Step> =>
  fc.record({ afterMs, kind: fc.constantFrom(...kinds), picks });

const steps = fc
  .tuple(
    // A schedule without a lead is about nothing.
    stepOf(['leads']),
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: stepOf(['leads']) },
        { weight: 4, arbitrary: stepOf(ASKS) },
        { weight: 4, arbitrary: stepOf(FAULTS) },
        // One kind of step, and a process killed at each of many places.
        { weight: 2, arbitrary: stepOf(['trap']) },
      ),
      { maxLength: 28, size: 'max' },
    ),
  )
  .map(([first, rest]) => [first, ...rest]);

const settings: fc.Arbitrary<Settings> = fc.record({
  isFar: fc.boolean(),
  reps: fc.integer({ min: QUIET.reps, max: 7 }),
  pairs: fc.nat(2),
  preset: fc.constantFrom('open', 'tiered', 'fast-tiered', 'fair-mix'),
  dailyCap: fc.constantFrom(null, 1, 3),
  book: fc.constantFrom(...BOOK_NAMES),
  isQuick: fc.boolean(),
  reflex: fc.constantFrom(0, 0.2, 0.7),
  reactionMs: fc.constantFrom(30, 400, 4_000),
  weather: fc.record({
    delayMs: fc.constantFrom(1, 5, 20, 80),
    jitterMs: fc.constantFrom(0, 5, 50, 400),
    loses: fc.constantFrom(0, 0.02, 0.1),
    doubles: fc.constantFrom(0, 0.02, 0.15),
    reorders: fc.constantFrom(0, 0.1, 0.3),
  }),
  commitMs: fc.constantFrom(1, 20, 200),
});

const schedules: fc.Arbitrary<Script> = fc.record({ seed: fc.nat(9_999).map(String), settings, steps });

/**
 * What so many of them must have seen (`coverage.ts`): each verdict, each place at which a process ends, each fault
 * that struck, and those that end a memory in the middle of a claim. A third of what is usual, or less.
 */
const SEEN: Floors = {
  'arbiter: away': 12,
  'arbiter: forgot everything': 25,
  'arbiter: taken over': 180,
  'by accountOwner': 12,
  'by queue': 40,
  'by roundRobin': 40,
  'by surplus': 9,
  'by unclaimed': 60,
  'by weighted': 25,
  'claim unanswered': 150,
  'clock: -300000 ms': 4,
  'clock: 3600000 ms': 3,
  'crash: assignment at the arbiter, not on file': 2,
  'crash: assignment kept, nothing announced': 3,
  'crash: claim kept': 3,
  'crash: claim lost': 5,
  'crash: claim settled at the arbiter, nobody told': 3,
  'crash: claim told to one': 3,
  'crash: during the start': 3,
  'crash: expiry at the arbiter, not on file': 2,
  'crash: lead kept, not at the arbiter': 5,
  'crash: lead lost': 5,
  'crash: offer alerted to one': 5,
  'crash: offer at the arbiter, nobody alerted': 3,
  'crash: release kept, nothing announced': 3,
  'crash: timer kept, nothing announced': 3,
  'crash: timer lost': 3,
  'disk: brokenKept': 12,
  'disk: brokenLost': 12,
  'disk: full': 300,
  'disk: slow': 30,
  'hit: the arbiter forgot': 20,
  'hit: the server ended': 150,
  'link: all cut': 35,
  'link: cut': 35,
  'link: frozen': 35,
  'network: doubles': 340,
  'network: loses': 340,
  'network: reorders': 520,
  'restart: clean': 150,
  'restart: killed while serving': 50,
  'settlement committed': 380,
  'settlement notStored': 180,
  'timer laneOpens': 220,
  'timer offerExpires': 140,
  'timer routeAgain': 15,
  'verdict early': 18,
  'verdict gone assigned': 16,
  'verdict gone expired': 25,
  'verdict gone reassigned': 2,
  'verdict gone released': 1,
  'verdict lost': 350,
  'verdict refused dailyCap': 165,
  'verdict retry arbiterAway': 20,
  'verdict retry draining': 6,
  'verdict retry notStored': 180,
  'verdict retry overloaded': 3,
  'verdict retry pendingWin': 9,
  'verdict retry rebuilding': 3,
  'verdict won': 450,
};

/** How many scripts are tried to find the shortest: it is a help, not a proof. */
const TRIES_MAX = 100;

/**
 * Plays `count` schedules, the same ones for the same `seed`, until one fails: that one is cut down to the least
 * that still breaks the same rule.
 */
export async function playSchedules(
  count: number,
  seed: number,
  options: { plant?: Plant; onPlayed?: (played: number) => void } = {},
): Promise<Report> {
  const coverage = new Map<string, number>();
  let played = 0;
  let tries = 0;
  /** Of the last one that failed: it is the shortest, in the end. */
  let violations: string[] = [];
  const property = fc.asyncProperty(schedules, async (script) => {
    const isShrinking = violations.length > 0;
    if (isShrinking && tries++ >= TRIES_MAX) return true;
    const outcome = await play(script, options.plant);
    if (!isShrinking) {
      for (const [what, times] of outcome.coverage) coverage.set(what, (coverage.get(what) ?? 0) + times);
      played++;
      options.onPlayed?.(played);
    }
    // Shrinking must not slip to another failure.
    const rule = ruleOf(violations[0] ?? outcome.violations[0] ?? '');
    if (!outcome.violations.some((violation) => ruleOf(violation) === rule)) return true;
    violations = outcome.violations;
    return false;
  });
  const { counterexample } = await fc.check(property, { numRuns: count, seed });
  const [shortest] = counterexample ?? [];
  if (shortest === undefined) return { played, failures: [], coverage, gaps: coverageGaps(coverage, count, SEEN) };
  // fast-check takes steps away from the front and makes the rest plain; what lies between falls here.
  const script = await shrink(shortest, ruleOf(violations[0] ?? ''), options.plant);
  const failure = { seed: `${seed}, schedule ${played}`, violations, shortest: script };
  return { played, failures: [failure], coverage, gaps: [] };
}
