/**
 * A slow disk: every sync takes 5 to 500 ms longer. Verdicts wait for it, and nothing else does: the loop
 * that serves the sockets stays free, and no win is told that the disk does not have.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { percentile } from '../../server/kernel/percentile.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules } from '../../tools/oracle/history.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import type { Program } from '../support/server-process.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Company } from './kit/company.ts';
import { FaultyDisk } from './kit/disks.ts';
import { Part, strikesAt } from './kit/part.ts';

const SYNC_MS = [5, 20, 100, 500];
const LEADS = 40;
const RACERS = 6;
/** Leads posted at a time; their races overlap. */
const POSTERS = 4;
/** What a turn of the sockets' loop may be late by, in 99 of 100; more only where the same machine is later on a sound disk. */
const LAG_P99_MS_MAX = 50;
const TEST_MS = 600_000;

/** Commits on the thread that serves the sockets: what the worker thread is there to spare them. */
const LEDGER_ON_THE_LOOP = brokenBuild({
  file: 'server/compose.js',
  from: 'const written = await createWorkerLedger({',
  to: `const written = await (async ({ workerData, onUnknownOutcome }) => {
    const { createInlineLedger } = await import('./ledger/ledger.js');
    const { createTransactions } = await import('./flow/transactions/transactions.js');
    const { openWriter } = await import('./platform/sqlite.js');
    const connection = openWriter(workerData.file);
    const { generation } = workerData;
    const transactions = createTransactions(connection.db);
    return createInlineLedger({ connection, transactions, generation, nowMs: Date.now, onUnknownOutcome });
  })({`,
});

const clock = createSystemClock();
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

interface Measured {
  lagP99Ms: number;
  verdictP99Ms: number;
}

/** What the server's own gauge of its loop says of the time since it was asked last. */
async function lagP99Ms({ server }: Company): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^\S*eventloop_lag_p99_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) * 1000;
}

function companyOn({ file, env }: FaultyDisk, redisOf: TestRedis | null, program?: Program): Promise<Company> {
  const of = { redis: redisOf, name: 'slow', seed: 'slow', racers: RACERS, file, env };
  return Company.open({ ...of, ...(program === undefined ? {} : { program }) });
}

/** Leads are raced for while each sync takes that much longer. */
async function raceOn(company: Company, disk: FaultyDisk, syncMs: number): Promise<Measured> {
  const verdictMs: number[] = [];
  let judged = 0;
  const allJudged = new Promise<void>((resolve, reject) => {
    for (const racer of company.racers) {
      racer.onAlert = (card) => {
        const sentAtMs = clock.monotonicMs();
        const done = () => {
          verdictMs.push(clock.monotonicMs() - sentAtMs);
          if (++judged === LEADS * RACERS) resolve();
        };
        racer.claimUntilJudged(`${racer.person.id}-${card.offerId}`, card).then(done, reject);
      };
    }
  });
  disk.is({ syncMs });
  await lagP99Ms(company);
  await Promise.all(Array.from({ length: POSTERS }, () => postSome(company)));
  await allJudged;
  const lag = await lagP99Ms(company);
  disk.is({});
  return { lagP99Ms: Math.round(lag), verdictP99Ms: Math.round(percentile(verdictMs, 0.99)) };
}

async function postSome(company: Company): Promise<void> {
  for (let n = 0; n < LEADS / POSTERS; n++) await company.postUntilTaken();
}

/** From a disk that is not slowed to one that is, by more and more; answers its calm. */
async function slowsDown(part: Part, arbiter: string, figures: Record<string, number>): Promise<Measured> {
  const disk = new FaultyDisk();
  await using company = await companyOn(disk, arbiter === 'redis' ? redis : null);
  const calm = await raceOn(company, disk, 0);
  figures[`${arbiter}CalmVerdictP99Ms`] = calm.verdictP99Ms;
  figures[`${arbiter}CalmLagP99Ms`] = calm.lagP99Ms;
  await part.eachRound(SYNC_MS.length, async (round) => {
    const syncMs = SYNC_MS[round] as number;
    const slow = await raceOn(company, disk, syncMs);
    figures[`${arbiter}Sync${syncMs}VerdictP99Ms`] = slow.verdictP99Ms;
    figures[`${arbiter}Sync${syncMs}LagP99Ms`] = slow.lagP99Ms;
    expect(slow.lagP99Ms, `${arbiter}, ${syncMs} ms`).toBeLessThan(Math.max(LAG_P99_MS_MAX, calm.lagP99Ms));
    expect(brokenRules(company.history.judge(company.file))).toEqual([]);
  });
  const all = LEADS * (SYNC_MS.length + 1);
  expect(verifyFile(company.file)).toMatchObject({ violations: [], counted: { leads: all, claims: all } });
  // A fault is a sync that was slowed: the calm races have none.
  part.count(await company.judgeEnded(), strikesAt(company.history, disk.struckAt()));
  return calm;
}

it(
  'the sockets do not wait for it, and no win is told before it is there',
  async () => {
    const part = new Part('disk', 'slow');
    const figures: Record<string, number> = {};
    const calms = [await slowsDown(part, 'embedded', figures), await slowsDown(part, 'redis', figures)];
    const calmest = Math.min(...calms.map((calm) => calm.lagP99Ms));
    const disk = new FaultyDisk();
    await using company = await companyOn(disk, null, LEDGER_ON_THE_LOOP);
    const control = await raceOn(company, disk, Math.max(...SYNC_MS));
    const late = control.lagP99Ms - calmest;
    const found = late > LAG_P99_MS_MAX ? [`the sockets were ${late} ms late`] : [];
    part.report(
      { what: 'commits on the thread of the sockets', found },
      { ...figures, controlLagP99Ms: control.lagP99Ms },
    );
  },
  TEST_MS,
);
