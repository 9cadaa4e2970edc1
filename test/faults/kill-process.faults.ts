/**
 * kill -9 of one of three gateways, and of the ledger process with a standby beside it, in the middle of
 * races: the others go on, and every claim that was in flight gets one and the same verdict.
 */
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { percentile } from '../../server/kernel/percentile.ts';
import { readHolder } from '../../server/ledger/role-lock.ts';
import { brokenRules } from '../../tools/oracle/history.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers } from '../support/server-process.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { isFull, rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { StaffedCell } from './kit/staffed-cell.ts';
import type { Racer } from './racers.ts';

const GATEWAY_ROUNDS = rounds({ quick: 1, full: 50 });
const LEDGER_ROUNDS = rounds({ quick: 1, full: 25 });
const ROUND_MS_MAX = 120_000;
const RACERS = 6;
const LEADS = 4;
/** Each lead is claimed once at least; whoever is late finds it taken, and sends no claim that could be counted. */
const CLAIMS_SURE = LEADS;
const TAKE_OVER_MS_MAX = 5_000;
/** Each waits up to two seconds for an answer: together longer than a take-over ever needs. */
const TRIES_OF_A_CONTROL = 6;

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(endServers);

afterAll(async () => {
  await redis.stop();
});

it(
  'one of three gateways: its reps go on at the others, with the same verdicts',
  async () => {
    const part = new Part('kill-process', 'gateway');
    await using staffed = await StaffedCell.start({ redis, name: 'kill-gateway', gateways: 3, racers: RACERS });
    const limits = await staffed.bind();
    await part.eachRound(GATEWAY_ROUNDS, async (round) => {
      await limits.moveOn();
      const struck = staffed.afterClaims(1 + (round % CLAIMS_SURE));
      const leads = Promise.all(Array.from({ length: LEADS }, () => staffed.postLead()));
      await struck;
      staffed.strikes('kill -9 of a gateway');
      await staffed.kill(staffed.gateways[round % 3] as (typeof staffed.gateways)[0]);
      await leads;
      await limits.expectRefused();
      await staffed.expectSound();
      await staffed.expectNothingMissed();
      await staffed.addGateway();
    });
    part.count(staffed.judgement);
    part.report({
      what: 'a gateway gives a repeated claim a new claim id',
      found: await foundOfNewClaimIds(),
      mustSay: /^S4 /,
    });
  },
  GATEWAY_ROUNDS * ROUND_MS_MAX + ROUND_MS_MAX,
);

async function foundOfNewClaimIds(): Promise<string[]> {
  const gatewayProgram = brokenBuild({
    file: 'server/claims/claims.js',
    from: 'const verdict = await deps.record.judge(attempt);',
    to: 'const verdict = { ...(await deps.record.judge(attempt)), claimId: String(Math.random()) };',
  });
  await using staffed = await StaffedCell.start({
    redis,
    name: 'kill-control',
    gateways: 2,
    racers: 2,
    gatewayProgram,
  });
  const offer = await staffed.keptLead();
  const [racer] = staffed.racers as [Racer];
  await staffed.judged(racer, 'once', offer);
  await staffed.kill(staffed.gateways[0] as (typeof staffed.gateways)[0]);
  await staffed.judged(racer, 'once', offer);
  return brokenRules(staffed.history.judge(staffed.cell.file));
}

it(
  'the ledger: its standby takes over, the gateways keep their reps, claims in flight are judged once',
  async () => {
    const part = new Part('kill-process', 'ledger');
    await using staffed = await StaffedCell.start({ redis, name: 'kill-ledger', gateways: 2, racers: RACERS });
    const limits = await staffed.bind();
    const takeOverMs: number[] = [];
    await part.eachRound(LEDGER_ROUNDS, async (round) => {
      await limits.moveOn();
      const standby = await staffed.addStandby();
      const kept = await staffed.keptLead();
      const struck = staffed.afterClaims(1 + (round % CLAIMS_SURE));
      const leads = Promise.all(Array.from({ length: LEADS }, () => staffed.postLead()));
      await struck;
      staffed.strikes('kill -9 of the ledger');
      const killedAtMs = staffed.clock.monotonicMs();
      await staffed.ledger.kill();
      // Sent after the death, so that only the successor can have it judged.
      const [racer] = staffed.racers as [Racer];
      expect(await staffed.judged(racer, `kept-${round}`, kept)).toMatchObject({ verdict: 'won' });
      takeOverMs.push(Math.round(staffed.clock.monotonicMs() - killedAtMs));
      staffed.ledger = await standby.listens();
      await leads;
      await limits.expectRefused();
      await staffed.expectSound();
      await staffed.expectNothingMissed();
    });
    part.count(staffed.judgement);
    if (isFull) expect(Math.max(...takeOverMs)).toBeLessThan(TAKE_OVER_MS_MAX);
    part.report(
      { what: 'the standby never takes the free file', found: await foundWithoutTakeOver(), mustSay: /^retry / },
      { takeOverMsP50: percentile(takeOverMs, 0.5), takeOverMsMax: Math.max(...takeOverMs) },
    );
  },
  LEDGER_ROUNDS * ROUND_MS_MAX + ROUND_MS_MAX,
);

it('the ledger and Redis at once: the standby takes the file and waits for Redis, and the race goes on', async () => {
  await using own = await OwnRedis.start();
  await using staffed = await StaffedCell.start({ redis: own.redis, name: 'kill-both', gateways: 1, racers: 2 });
  const standby = await staffed.addStandby();
  const kept = await staffed.keptLead();
  await own.redis.stopServer('SIGKILL');
  const holder = readHolder(staffed.cell.file)?.pid;
  await staffed.ledger.kill();
  await changes(staffed.cell.file, () => readHolder(staffed.cell.file)?.pid !== holder);
  await own.redis.startServer();
  staffed.ledger = await standby.listens();
  const [racer] = staffed.racers as [Racer];
  expect(await staffed.judged(racer, 'kept', kept)).toMatchObject({ verdict: 'won' });
  await staffed.expectSound();
});

/** Resolves when what is written beside the file says so. */
async function changes(file: string, isSo: () => boolean): Promise<void> {
  const watcher = watch(dirname(file));
  await new Promise<void>((resolve) => {
    const look = () => {
      if (isSo()) resolve();
    };
    watcher.on('change', look);
    look();
  });
  watcher.close();
}

/** One that may be killed without harm to other tests. */
class OwnRedis implements AsyncDisposable {
  readonly redis: TestRedis;

  private constructor(made: TestRedis) {
    this.redis = made;
  }

  static async start(): Promise<OwnRedis> {
    return new OwnRedis(await startRedis());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.stop();
  }
}

async function foundWithoutTakeOver(): Promise<string[]> {
  const idle = brokenBuild({
    file: 'server/ledger/standby.js',
    from: 'return acquireRole(file, { nowMs: clock.nowMs(), waitMs: 0 });',
    to: 'throw new DatabaseInUseError(file, null);',
  });
  await using staffed = await StaffedCell.start({ redis, name: 'idle-standby', gateways: 1, racers: 1 });
  const kept = await staffed.keptLead();
  await staffed.addStandby(idle);
  await staffed.ledger.kill();
  const [racer] = staffed.racers as [Racer];
  const { verdict } = await staffed.judged(racer, 'never', kept, TRIES_OF_A_CONTROL);
  return verdict === 'won' ? [] : [`${verdict} long after a standby should serve`];
}
