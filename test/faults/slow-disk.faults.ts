/**
 * A slow disk: every sync takes 5 to 500 ms longer. Verdicts wait for it, and nothing else does: the loop
 * that serves the sockets stays free, and no win is told that the disk does not have.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { percentile } from '../../tools/simulation/percentile.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type Program, type ServerProcess } from '../support/server-process.ts';
import { serverOn } from './alerted-race.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { FaultyDisk } from './kit/disks.ts';
import { reportRow } from './kit/matrix.ts';
import { makePeople, markedLead, post, Racer } from './racers.ts';

const SYNC_MS = [5, 20, 100, 500];
const LEADS = 40;
const RACERS = 6;
/** Leads posted at a time; their races overlap. */
const POSTERS = 4;
/** What a turn of the sockets' loop may be late by, in 99 of 100, beyond what it is on a disk that is not slowed. */
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
const racers: Racer[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  for (const racer of racers.splice(0)) racer.leave();
  await endServers();
});

afterAll(async () => {
  await redis.stop();
});

interface Measured {
  history: History;
  file: string;
  lagP99Ms: number;
  verdictMs: number[];
}

/** What the server's own gauge of its loop says of the time since it was asked last. */
async function lagP99Ms({ url }: ServerProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^\S*eventloop_lag_p99_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) * 1000;
}

async function raceOn(syncMs: number, env: Record<string, string>, program?: Program): Promise<Measured> {
  const disk = new FaultyDisk();
  const history = new History();
  const server = await serverOn(disk.file, { ...env, ...disk.env }, program);
  const people = await makePeople(server.url, RACERS);
  const own = people.map((person) => new Racer(person, history));
  racers.push(...own);
  const verdictMs: number[] = [];
  const claims: Promise<unknown>[] = [];
  for (const racer of own) {
    racer.onAlert = (card) => {
      const sentAtMs = clock.monotonicMs();
      const judged = racer.claimUntilJudged(`${racer.person.id}-${card.offerId}`, card);
      claims.push(judged.then(() => verdictMs.push(clock.monotonicMs() - sentAtMs)));
    };
  }
  await Promise.all(own.map((racer) => racer.join(server.url)));
  disk.is({ syncMs });
  await lagP99Ms(server);
  await Promise.all(Array.from({ length: POSTERS }, (_, poster) => postSome(server, history, poster)));
  await everyLeadIsWon(history);
  await Promise.all(claims);
  const lag = await lagP99Ms(server);
  for (const racer of own) racer.leave();
  await server.end('SIGKILL');
  return { history, file: disk.file, lagP99Ms: lag, verdictMs };
}

async function postSome({ url }: ServerProcess, history: History, poster: number): Promise<void> {
  for (let n = 0; n < LEADS / POSTERS; n++) {
    const { id } = await post<{ id: string }>(url, '/leads', markedLead(poster * LEADS + n));
    history.record({ kind: 'accepted', leadId: id });
  }
}

const wins = (history: History) => history.answers().filter(({ verdict }) => verdict.verdict === 'won').length;

function everyLeadIsWon(history: History): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (wins(history) === LEADS) resolve();
    };
    history.onLine = look;
    look();
  });
}

it(
  'the sockets do not wait for it, and no win is told before it is there',
  async () => {
    const figures: Record<string, number> = {};
    let claims = 0;
    let rounds = 0;
    let calmest = Infinity;
    for (const arbiter of ['embedded', 'redis']) {
      let calmMs = 0;
      for (const syncMs of [0, ...SYNC_MS]) {
        const env = arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: `slow-${syncMs}` } : {};
        const { history, file, lagP99Ms: lag, verdictMs } = await raceOn(syncMs, env as Record<string, string>);
        expect(brokenRules(history.judge(file))).toEqual([]);
        expect(verifyFile(file)).toMatchObject({ violations: [], counted: { leads: LEADS, claims: LEADS } });
        figures[`${arbiter}Sync${syncMs}VerdictP99Ms`] = Math.round(percentile(verdictMs, 0.99));
        figures[`${arbiter}Sync${syncMs}LagP99Ms`] = Math.round(lag);
        if (syncMs === 0) calmMs = lag;
        calmest = Math.min(calmest, lag);
        expect(lag, `${arbiter}, ${syncMs} ms`).toBeLessThan(calmMs + LAG_P99_MS_MAX);
        claims += history.requests().length;
        // The calm round is what the others are compared with: no fault was on in it.
        if (syncMs > 0) rounds++;
      }
    }
    const control = await raceOn(500, {}, LEDGER_ON_THE_LOOP);
    figures.controlLagP99Ms = Math.round(control.lagP99Ms);
    expect(control.lagP99Ms).toBeGreaterThan(calmest + LAG_P99_MS_MAX);
    reportRow({
      row: 'disk',
      part: 'slow',
      rounds,
      faults: rounds,
      hitsInFlight: rounds,
      claims,
      wins: (rounds / SYNC_MS.length) * (SYNC_MS.length + 1) * LEADS,
      lost: 0,
      doubled: 0,
      figures,
      control: { what: 'commits on the thread of the sockets', caught: true },
    });
  },
  TEST_MS,
);
