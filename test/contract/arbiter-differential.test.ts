/**
 * Both arbiters under the same random schedules, with the same time standing still: not one answer
 * may differ, and what they count and remember is probed at the end of each schedule.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ArbiterOffer, Judgement, Limit } from '../../server/claims/arbiter.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { connect, embeddedBench, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { claimOf, T0 } from './arbiter-bench.ts';
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

const SCHEDULES = 1_000;
/** Give SAMBAR_TEST_SEED to run a schedule again; the seed is in the test's title. */
const SEED = Number(process.env.SAMBAR_TEST_SEED ?? Math.floor(createSystemRandom().unit() * 2 ** 31));

let server: TestRedis;
let redis: TestConnection;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'claims');
});

afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

test(`both arbiters give the same answers in ${SCHEDULES} schedules (seed ${SEED})`, async () => {
  const seen = new Map<string, number>();
  const schedule = fc.array(command, { minLength: 25, maxLength: 45, size: 'max' });
  await fc.assert(
    fc.asyncProperty(openings, schedule, async (offers, commands) => {
      const sides = [await newSide(embeddedBench), await newSide(() => redisBench(redis))] as const;
      try {
        await compareSchedule(sides, offers, commands, seen);
        await compareCounters(sides);
      } finally {
        for (const side of sides) await side.bench.end();
        await redis.flushdb();
      }
    }),
    { numRuns: SCHEDULES, seed: SEED },
  );
  expectCoverage(seen);
});

type Sides = readonly [embedded: Side, redis: Side];

async function newSide(makeBench: () => Promise<Side['bench']>): Promise<Side> {
  return { bench: await makeBench(), wins: [] };
}

async function both(sides: Sides, task: (side: Side) => Promise<unknown>): Promise<unknown> {
  const [embedded, other] = await Promise.all(sides.map(task));
  expect(other).toEqual(embedded);
  return embedded;
}

async function compareSchedule(
  sides: Sides,
  offers: ArbiterOffer[],
  commands: Command[],
  seen: Map<string, number>,
): Promise<void> {
  for (const offer of offers) await both(sides, ({ bench }) => bench.arbiter.open(offer));
  let nowMs = T0;
  for (const given of commands) {
    if (given.do === 'advance') nowMs += given.byMs;
    const winsBefore = sides[0].wins.length;
    const answer = await both(sides, (side) => run(side, given, nowMs));
    if (given.do !== 'claim') continue;
    const isNew = sides[0].wins.length > winsBefore;
    for (const name of outcomesOf(answer as Judgement, isNew, sides[0])) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
}

/** Finer than the kind: what the coverage is asked for. */
function outcomesOf(answer: Judgement, isNew: boolean, { wins }: Side): string[] {
  if (answer.kind === 'refused') return [`refused ${answer.rule}`];
  if (answer.kind === 'retry') return [`retry ${answer.reason}`];
  if (answer.kind === 'gone') return [`gone ${answer.reason}`];
  if (answer.kind !== 'pending') return [answer.kind];
  const earlier = wins.filter((win) => win.offerId === answer.offerId).length;
  if (isNew && earlier > 1) return ['pending mine', 'pending mine after another win'];
  if (isNew) return ['pending mine'];
  return [answer.mine ? 'pending mine again' : 'pending of another'];
}

const OUTCOMES = [
  'pending mine',
  'pending mine again',
  'pending mine after another win',
  'pending of another',
  'owned',
  'lost',
  'early',
  'refused notInOffer',
  'refused notReady',
  'refused inactive',
  'refused dailyCap',
  'refused attemptRate',
  'gone expired',
  'gone withdrawn',
  'gone assigned',
  'retry rebuilding',
  'retry tooLate',
  'unknown',
  'requestReused',
];

/** A schedule that never gets somewhere compares nothing there; this keeps the draw honest. */
function expectCoverage(seen: ReadonlyMap<string, number>): void {
  const rare = OUTCOMES.filter((outcome) => (seen.get(outcome) ?? 0) < SCHEDULES / 20);
  expect(rare, `too rare in ${JSON.stringify(Object.fromEntries(seen))}`).toEqual([]);
  expect([...seen.keys()].filter((outcome) => !OUTCOMES.includes(outcome))).toEqual([]);
}

/**
 * Reads each counter through the port: an offer whose limits fail one after the other, so that the
 * rule that speaks says in which band the counter is.
 */
async function compareCounters(sides: Sides): Promise<void> {
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
      await both(sides, async (side) => {
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
