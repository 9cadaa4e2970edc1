/**
 * The process with the file frozen (SIGSTOP): it keeps the kernel's lock and SQLite's, so its standby ends
 * it, and nobody else. One that only waits for its disk is left alone; one that wakes under an old
 * generation commits nothing.
 */
import { readFileSync, rmSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { percentile } from '../../server/kernel/percentile.ts';
import type { Judgement } from '../../tools/oracle/oracle.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type Program, type ServerProcess, spawnServer, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { alertedRace, expectOneWinner, type Race, tapUntilJudged, winnerOnFile } from './alerted-race.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { markNow } from './kit/ended.ts';
import { HeldDisk } from './kit/held-disk.ts';
import { isFull, rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { StaffedCell } from './kit/staffed-cell.ts';
import type { Racer } from './racers.ts';

const BETWEEN_ROUNDS = rounds({ quick: 1, full: 20 });
const WITHIN_ROUNDS = rounds({ quick: 1, full: 20 });
const ROUND_MS_MAX = 120_000;
const SERVING_MS_MAX = 5_000;
/** The server's exit code when somebody else has its file. */
const EXIT_STALE = 70;
/** Together more than a standby would need to take its silence for death. */
const BEATS = 5;
/** A gateway waits two seconds for a ledger that is frozen: together longer than a take-over ever needs. */
const TRIES_OF_A_CONTROL = 8;

let redis: TestRedis;
let race: Race | null = null;

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  for (const racer of race?.racers ?? []) racer.leave();
  await endServers();
});

afterAll(async () => {
  await redis.stop();
});

it(
  'between two transactions: the standby ends it and serves, with the same verdicts',
  async () => {
    const part = new Part('frozen-ledger', 'between');
    await using staffed = await StaffedCell.start({ redis, name: 'frozen', gateways: 1, racers: 4 });
    const servingMs: number[] = [];
    await part.eachRound(BETWEEN_ROUNDS, async (round) => {
      const standby = await staffed.addStandby();
      const kept = await staffed.keptLead();
      const struck = staffed.afterClaims(1 + (round % 4));
      const lead = staffed.postLead();
      await struck;
      staffed.strikes('SIGSTOP of the ledger');
      const frozenAtMs = staffed.clock.monotonicMs();
      staffed.ledger.freeze();
      const [racer] = staffed.racers as [Racer];
      expect(await staffed.judged(racer, `kept-${round}`, kept)).toMatchObject({ verdict: 'won' });
      servingMs.push(Math.round(staffed.clock.monotonicMs() - frozenAtMs));
      expect(await staffed.ledger.process.ended).toBeNull();
      staffed.ledger = await standby.listens();
      await lead;
      await staffed.expectSound();
      await staffed.expectNothingMissed();
    });
    part.count(staffed.judgement);
    if (isFull) expect(Math.max(...servingMs)).toBeLessThan(SERVING_MS_MAX);
    part.report(
      { what: 'the standby ends nobody', found: await foundOfAMeekStandby(), mustSay: /^retry / },
      { servingMsP50: percentile(servingMs, 0.5), servingMsMax: Math.max(...servingMs) },
    );
  },
  BETWEEN_ROUNDS * ROUND_MS_MAX + ROUND_MS_MAX,
);

async function foundOfAMeekStandby(): Promise<string[]> {
  const meek = brokenBuild({ file: 'server/platform/processes.js', from: "process.kill(pid, 'SIGKILL');", to: ';' });
  await using staffed = await StaffedCell.start({ redis, name: 'meek', gateways: 1, racers: 1 });
  const kept = await staffed.keptLead();
  await staffed.addStandby(meek);
  staffed.ledger.freeze();
  const [racer] = staffed.racers as [Racer];
  const { verdict } = await staffed.judged(racer, 'never', kept, TRIES_OF_A_CONTROL);
  return verdict === 'won' ? [] : [`${verdict} long after a standby should serve`];
}

/** Resolves when the holder of the file has said so often that it is alive. */
async function beats(file: string, count: number): Promise<void> {
  const watcher = watch(dirname(file));
  let last = '';
  let left = count;
  await new Promise<void>((resolve) => {
    watcher.on('change', (_, name) => {
      if (String(name) !== `${basename(file)}.holder`) return;
      const said = readFileSync(`${file}.holder`, 'utf8');
      if (said !== last && --left === 0) resolve();
      last = said;
    });
  });
  watcher.close();
}

/** A standby of the race's server, which may have its port as well. */
async function standbyOf({ file, server }: Race): Promise<ServerProcess> {
  const env = { DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent', STANDBY: 'true' };
  const standby = spawnServer({ ...env, PORT: new URL(server.url).port });
  await standby.standsBy;
  return standby;
}

async function freezeInACommit(): Promise<Judgement> {
  const file = join(tempFolder(), 'sambar.db');
  const disk = new HeldDisk(file);
  race = await alertedRace(file, disk.env);
  const of = race;
  const standby = await standbyOf(of);
  markNow(of.history, of);
  const held = disk.hold();
  const tap = (racer: Racer) => racer.claimAs(`${racer.person.id}-tap`, of);
  const [first, ...others] = of.racers as [Racer, ...Racer[]];
  const taps = [tap(first)];
  await held;
  // However long the disk takes: who beats is left alone.
  await beats(file, BEATS);
  // On their way when the holder freezes under its commit: nobody but its successor will answer them.
  taps.push(...others.map(tap));
  of.history.record({ kind: 'fault', what: 'SIGSTOP under a commit' });
  of.server.signal('SIGSTOP');
  expect(await of.server.ended).toBeNull();
  const url = await standby.listening;
  expect(url).toBe(of.server.url);
  await Promise.all(taps);
  await Promise.all(of.racers.map((racer) => racer.join(url)));
  expectOneWinner(await tapUntilJudged(of), of);
  for (const racer of of.racers) racer.leave();
  await endServers();
  markNow(of.history, of);
  return of.history.judge(file, { isOver: true });
}

it(
  'inside a transaction: a slow disk ends nobody, a freeze does, and the file says who won',
  async () => {
    const part = new Part('frozen-ledger', 'in-transaction');
    await part.eachRound(WITHIN_ROUNDS, async () => part.count(await freezeInACommit()));
    expect(await foundOfAZombie()).toEqual([]);
    part.report({ what: 'a commit does not compare its generation', found: await foundOfAZombie(UNCOMPARED) });
  },
  WITHIN_ROUNDS * ROUND_MS_MAX + ROUND_MS_MAX,
);

const UNCOMPARED = brokenBuild({ file: 'server/ledger/group-commit.js', from: 'found === mine', to: 'true' });

/**
 * A holder freezes, its lock gets lost (somebody tidied the folder up), a successor begins, and the holder
 * wakes and is claimed at: nothing, unless its commit is on file.
 */
async function foundOfAZombie(program?: Program): Promise<string[]> {
  const file = join(tempFolder(), 'sambar.db');
  race = await alertedRace(file, {}, program);
  const of = race;
  of.server.signal('SIGSTOP');
  rmSync(`${file}.role`);
  await startServer({ DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent' });
  of.server.signal('SIGCONT');
  const [racer] = of.racers as [Racer];
  const verdict = await racer.claim(of);
  const committed = winnerOnFile(file, of.offerId) !== null;
  expect(verdict?.verdict === 'won').toBe(committed);
  if (!committed) expect(await of.server.ended).toBe(EXIT_STALE);
  for (const each of of.racers) each.leave();
  await endServers();
  return committed ? ['an old generation has committed'] : [];
}
