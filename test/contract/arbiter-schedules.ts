/**
 * One random schedule on several benches at once, the same time standing still on each: not one answer
 * may differ, and what they count and remember is probed at the end. The first bench is the one the
 * others are held to: the plain model of SPEC.md.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { ArbiterOffer, Judgement, Limit } from '../../server/claims/arbiter.ts';
import { claimOf, type MakeBench, T0 } from './arbiter-bench.ts';
import {
  COUNTERS,
  type Command,
  command,
  comparable,
  openings,
  REPS,
  run,
  type Side,
} from './differential-commands.ts';

export interface Schedule {
  /** Up before the first command. */
  offers: ArbiterOffer[];
  commands: Command[];
}

/** Small sizes meet too little: most commands of a short schedule find nothing pending and nothing counted. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  offers: openings,
  commands: fc.array(command, { minLength: 25, maxLength: 60, size: 'max' }),
});

/** Two benches answered the same call in two ways. */
export class Disagreement extends Error {
  override name = 'Disagreement';
  readonly answers: readonly unknown[];

  constructor(call: unknown, answers: readonly unknown[]) {
    super(`${JSON.stringify(call)}: ${answers.map((answer) => JSON.stringify(answer)).join(' but ')}`);
    this.answers = answers;
  }
}

/** Runs the schedule on a fresh bench of each kind; `seen` counts how the claims ended. Throws a `Disagreement`. */
export async function compare(
  makers: readonly MakeBench[],
  { offers, commands }: Schedule,
  seen: Map<string, number> = new Map(),
): Promise<void> {
  const sides: Side[] = [];
  try {
    for (const make of makers) sides.push({ bench: await make(), wins: [], claims: [] });
    for (const offer of offers) await onAll(sides, { open: offer }, ({ bench }) => bench.arbiter.open(offer));
    await compareCommands(sides, commands, seen);
    await compareCounters(sides);
  } finally {
    for (const { bench } of sides) await bench.end();
  }
}

async function onAll(sides: Side[], call: unknown, task: (side: Side) => Promise<unknown>): Promise<unknown> {
  const answers = await Promise.all(sides.map(task));
  if (answers.some((answer) => !isDeepStrictEqual(answer, answers[0]))) throw new Disagreement(call, answers);
  return answers[0];
}

async function compareCommands(sides: Side[], commands: Command[], seen: Map<string, number>): Promise<void> {
  const [first] = sides as [Side];
  let nowMs = T0;
  for (const given of commands) {
    if (given.do === 'advance') nowMs += given.byMs;
    const winsBefore = first.wins.length;
    const answer = await onAll(sides, given, (side) => run(side, given, nowMs));
    if (answer === null || (given.do !== 'claim' && given.do !== 'claimAgain')) continue;
    for (const name of outcomesOf(answer as Judgement, first.wins.length > winsBefore, first)) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
}

/** Finer than the kind: what the coverage is asked for. */
function outcomesOf(answer: Judgement, isNew: boolean, { wins }: Side): string[] {
  if (answer.kind === 'refused') return ['claims', `refused ${answer.rule}`];
  if (answer.kind === 'retry') return ['claims', `retry ${answer.reason}`];
  if (answer.kind === 'gone') return ['claims', `gone ${answer.reason}`];
  if (answer.kind !== 'pending') return ['claims', answer.kind];
  const earlier = wins.filter((win) => win.offerId === answer.offerId).length;
  if (isNew && earlier > 1) return ['claims', 'pending mine', 'pending mine after another win'];
  if (isNew) return ['claims', 'pending mine'];
  return ['claims', answer.mine ? 'pending mine again' : 'pending of another'];
}

/**
 * Reads each counter through the port: an offer whose limits fail one after the other, so that the
 * rule that speaks says in which band the counter is.
 */
async function compareCounters(sides: Side[]): Promise<void> {
  for (const repId of REPS) {
    for (const counter of COUNTERS) {
      const leadId = `probe-${repId}-${counter}`;
      const offer: ArbiterOffer = {
        offerId: leadId,
        leadId,
        lanes: [{ opensAtMs: T0, repIds: [repId] }],
        closesAtMs: Number.MAX_SAFE_INTEGER,
        limits: bandsOf(counter),
        increments: [],
        attemptRate: null,
      };
      const claim = claimOf(repId, { leadId, offerId: leadId });
      await onAll(sides, { counter, of: repId }, async (side) => {
        await side.bench.arbiter.open(offer);
        return comparable(side, await side.bench.arbiter.claim(claim));
      });
    }
  }
}

function bandsOf(counter: string): Limit[] {
  const rules = ['attemptRate', 'dailyCap', 'inactive', 'notReady', 'notInOffer'] as const;
  return rules.map((rule, place) => ({
    rule,
    terms: [{ counter, coefficient: 1 }],
    max: [4, 2, 1, 0, -2][place] ?? 0,
  }));
}
