/** FAIR-23 as a property of both arbiters, and of arbiters that are wrong about it, which it must catch. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scripts } from '../../server/claims/redis-scripts.ts';
import { connect, embeddedBench, patientClock, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { edited, importEdited } from '../support/mutated-source.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import type { MakeBench } from './arbiter-bench.ts';
import { attemptRateProperty } from './attempt-rate-property.ts';

const ENTRY = 'server/claims/embedded-arbiter.ts';
type Arbiters = typeof import('../../server/claims/embedded-arbiter.ts');

/** All four kinds of taps were judged, each often enough to mean something. */
async function holds(makeBench: MakeBench, runs: number): Promise<void> {
  const met = await attemptRateProperty(makeBench, runs);
  for (const [kind, count] of Object.entries(met)) expect([kind, count >= runs]).toEqual([kind, true]);
}

describe('FAIR-23, embedded', () => {
  test('what is counted is early tries and repeats, and nothing else', () => holds(embeddedBench, 200));

  test.each([
    ['first claims counted', 'if (early || offer.tried.has(repId))', 'if (true)'],
    ['repeats not counted', 'if (early || offer.tried.has(repId))', 'if (early)'],
    ['early tries not counted', 'if (early || offer.tried.has(repId))', 'if (offer.tried.has(repId))'],
  ])('%s: caught', async (_, from, to) => {
    const { createEmbeddedArbiter } = await importEdited<Arbiters>(ENTRY, { file: ENTRY, from, to });
    await expect(attemptRateProperty(() => embeddedBench(createEmbeddedArbiter), 200)).rejects.toThrow();
  });
});

describe('FAIR-23, redis', () => {
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
  const benchOf = (texts: typeof scripts) => () => redisBench(redis, { scripts: texts, clock: patientClock() });

  test('what is counted is early tries and repeats, and nothing else', () => holds(benchOf(scripts), 25));

  test.each([
    ['first claims counted', 'true'],
    ['repeats not counted', 'early'],
    ['early tries not counted', 'tried'],
  ])('%s: caught', async (_, to) => {
    const claim = edited(scripts.claim, { file: 'claim-grant.lua', from: '(early or tried)', to: `(${to})` });
    await redis.script('LOAD', claim);
    await expect(attemptRateProperty(benchOf({ ...scripts, claim }), 25)).rejects.toThrow();
  });
});
