/**
 * SIGTERM in the middle of races (row `sigterm`): the server is told to stop some turns of the loop after a
 * claim was sent. Whatever had been sent before is answered, claims and calls alike, every socket is told when
 * to come back, and the process ends with 0 in its time. The control is a server that is killed instead.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { redisKeys } from '../../server/claims/redis-keys.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { connect } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { Cell } from './kit/cell.ts';
import { Company } from './kit/company.ts';
import { FaultyDisk } from './kit/disks.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { makePeople, markedLead, post, Racer } from './racers.ts';

/** Give the one that was printed to draw the same moments again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 3, full: 50 });
const CONTROL_ROUNDS_MAX = 5;
const TEST_MS = 60_000 + ROUNDS * 30_000;
const RACERS = 8;
/** A commit is still under way when the second signal comes. */
const SLOW_SYNC_MS = 1_500;
/** A commit is still under way when the signal comes, and done long before a claim stops waiting for it. */
const UNDER_WAY_MS = 300;
const READ_MS = 1_000;

const clock = createSystemClock();
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

/** One round: races, the signal in the middle of them; answers what a stop may not do, and how long it took. */
async function endedBy(company: Company, signal: NodeJS.Signals): Promise<{ wrong: string[]; stopMs: number }> {
  await company.start();
  await company.enter();
  let told = 0;
  for (const racer of company.racers) void racer.hears('server:draining').then(() => told++);
  let exitCode: number | null = null;
  let stopMs = 0;
  const { verdicts, refusals } = await company.raceUntil({
    what: signal,
    at: ({ kind }) => kind === 'sent',
    lines: [40, 300],
    turnsMax: 12,
    does: async ({ process }) => {
      const fromMs = clock.monotonicMs();
      exitCode = await process.end(signal);
      stopMs = Math.round(clock.monotonicMs() - fromMs);
    },
  });
  company.leave();
  const claimsCut = verdicts.filter((verdict) => verdict === null).length;
  // A refusal is an answer: 503, nothing stored, come back.
  const callsCut = refusals.filter((message) => !message.includes(': 503 ')).length;
  const wrong = [
    ...(exitCode === 0 ? [] : [`it ended with ${exitCode}`]),
    ...(claimsCut === 0 ? [] : [`${claimsCut} claims were cut`]),
    ...(callsCut === 0 ? [] : [`${callsCut} calls were cut`]),
    ...(told === RACERS ? [] : [`${told} of ${RACERS} were told when to come back`]),
  ];
  return { wrong, stopMs };
}

/** What the same rounds find when the server is killed, up to the first claim that is cut. */
async function controlFindings(redisOf: TestRedis | null): Promise<string[]> {
  const seed = `${SEED} control`;
  await using company = new Company({ redis: redisOf, name: 'drain-control', seed, racers: RACERS });
  for (let round = 0; round < CONTROL_ROUNDS_MAX; round++) {
    const { wrong } = await endedBy(company, 'SIGKILL');
    if (wrong.some((what) => what.includes('claims'))) return wrong;
  }
  return [];
}

describe.each(['embedded', 'redis'])(`SIGTERM in the middle of races, %s, FAULT_SEED=${SEED}`, (arbiter) => {
  it(
    'answers every claim and call that was sent before, tells everybody when to come back, and ends with 0',
    async () => {
      const part = new Part('sigterm', arbiter);
      const of = { redis: arbiter === 'redis' ? redis : null, seed: `${SEED} ${arbiter}`, racers: RACERS };
      await using company = new Company({ ...of, name: 'drain' });
      let stopMsMax = 0;
      await part.eachRound(ROUNDS, async () => {
        const { wrong, stopMs } = await endedBy(company, 'SIGTERM');
        expect(wrong).toEqual([]);
        expect(brokenRules(company.history.judge(company.file))).toEqual([]);
        stopMsMax = Math.max(stopMsMax, stopMs);
      });
      expect(verifyFile(company.file).violations).toEqual([]);
      part.count(company.history.judge(company.file));
      const found = await controlFindings(of.redis);
      part.report({ what: 'SIGKILL in its place', found, mustSay: /claims were cut/ }, { stopMsMax });
    },
    TEST_MS,
  );
});

it('a second SIGTERM ends it at once, with 1: what was being decided is asked again', async () => {
  const disk = new FaultyDisk();
  const { file, env } = disk;
  await using company = await Company.open({ redis: null, name: 'twice', seed: SEED, racers: 2, file, env });
  const targets = await company.aside(1);
  const [racer] = company.racers as [Racer];
  const toldToGo = racer.hears('server:draining');
  disk.is({ syncMs: SLOW_SYNC_MS });
  const taps = company.tapOnce(targets);
  company.server.process.signal('SIGTERM');
  await toldToGo;
  expect(await company.server.process.end('SIGTERM')).toBe(1);
  expect(await taps).toEqual([null, null]);
  disk.is({});
  await company.start();
  await company.enter();
  const verdicts = await company.tapUntilJudged(targets);
  expect(verdicts.map(({ verdict }) => verdict).sort()).toEqual(['lost', 'won']);
  expect(brokenRules(company.history.judge(file))).toEqual([]);
});

it('a gateway answers the claims it has, tells its sockets when to come back, and ends with 0', async () => {
  const disk = new FaultyDisk();
  await using cell = new Cell({ redis, name: 'drain-gateway', file: disk.file });
  const history = new History();
  const ledger = await cell.start({ role: 'ledger', env: disk.env });
  const gateway = await cell.start({ role: 'gateway' });
  const racers = (await makePeople(ledger.url, RACERS)).map((person) => new Racer(person, history));
  const claims: Promise<Verdict | null>[] = [];
  for (const racer of racers) racer.onAlert = (card) => void claims.push(racer.claim(card));
  await Promise.all(racers.map((racer) => racer.join(gateway.url)));
  const told = racers.map((racer) => racer.hears('server:draining'));
  const firstWin = winOnRedis(cell.name);
  disk.is({ syncMs: UNDER_WAY_MS });
  await post(ledger.url, '/leads', markedLead(1));
  await firstWin;
  // The gateway has judged a claim and waits for its commit: only what it reads from now on may be told to ask again.
  expect(await gateway.terminate()).toBe(0);
  await Promise.all(told);
  const verdicts = await Promise.all(claims);
  for (const racer of racers) racer.leave();
  expect(verdicts).not.toContain(null);
  expect(verdicts.filter((verdict) => verdict?.verdict === 'won')).toHaveLength(1);
  expect(brokenRules(history.judge(cell.file))).toEqual([]);
});

/** Resolves when a claim has won there; its commit may still be under way. */
async function winOnRedis(cell: string): Promise<void> {
  const connection = await connect(redis.url, 'stream');
  while ((await connection.xread('BLOCK', READ_MS, 'STREAMS', redisKeys(cell).wins, '0')) === null);
  connection.disconnect();
}
