/**
 * Both arbiters and the plain model of SPEC.md under the same random schedules. A schedule that fails is
 * shrunk and printed with its seed; what it found becomes a probe of the contract, which every mutant meets.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { connect, embeddedBench, patientClock, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { modelBench } from './arbiter-model.ts';
import { compare, schedules } from './arbiter-schedules.ts';

/** Give SAMBAR_TEST_RUNS for a longer look, and SAMBAR_TEST_SEED to run the schedules of a title again. */
const SCHEDULES = Number(process.env.SAMBAR_TEST_RUNS ?? 400);
const SEED = Number(process.env.SAMBAR_TEST_SEED ?? Math.floor(createSystemRandom().unit() * 2 ** 31));

let server: TestRedis;
let redis: TestConnection;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
});

afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

test(`the model and both arbiters give the same answers in ${SCHEDULES} schedules (seed ${SEED})`, async () => {
  const seen = new Map<string, number>();
  const benches = [modelBench, embeddedBench, () => redisBench(redis, { clock: patientClock() })];
  const property = fc.asyncProperty(schedules, async (schedule) => {
    await compare(benches, schedule, seen);
    await redis.flushdb();
  });
  await fc.assert(property, { numRuns: SCHEDULES, seed: SEED });
  expectCoverage(seen);
}, 3_600_000);

/** The least share of the claims that must end so, in percent: a schedule that never gets somewhere compares nothing there. */
const OUTCOMES: Record<string, number> = {
  'pending mine': 3,
  'pending mine again': 2,
  'pending mine after another win': 1,
  'pending of another': 3,
  owned: 1,
  lost: 3,
  early: 3,
  'refused notInOffer': 3,
  'refused notReady': 1,
  'refused inactive': 1,
  'refused dailyCap': 1,
  'refused attemptRate': 3,
  'gone expired': 1,
  'gone withdrawn': 3,
  'gone assigned': 0.5,
  'retry rebuilding': 2,
  'retry tooLate': 3,
  unknown: 3,
  requestReused: 3,
};

function expectCoverage(seen: Map<string, number>): void {
  const claims = seen.get('claims') ?? 0;
  const share = (outcome: string) => (100 * (seen.get(outcome) ?? 0)) / claims;
  const rare = Object.entries(OUTCOMES).filter(([outcome, least]) => share(outcome) < least);
  expect(rare, `too rare in ${JSON.stringify(Object.fromEntries(seen))}`).toEqual([]);
  seen.delete('claims');
  expect([...seen.keys()].filter((outcome) => !(outcome in OUTCOMES))).toEqual([]);
}
