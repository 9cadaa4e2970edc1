/**
 * A disk that refuses (contract 5): full or read-only, which is a clean no, or failing under a commit, of
 * which nobody can tell the outcome.
 */
import { watch } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules } from '../../tools/oracle/history.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type Program, spawnServer } from '../support/server-process.ts';
import {
  alertedRace,
  expectOneWinner,
  RACERS,
  type Race,
  serverOn,
  tapUntilJudged,
  winnerOnFile,
} from './alerted-race.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { FaultyDisk, SmallDisk } from './kit/disks.ts';
import { reportRow, rounds } from './kit/matrix.ts';
import { markedLead, post } from './racers.ts';

/** The server's exit code when a commit has an unknown outcome. */
const EXIT_UNKNOWN = 70;
const ROUNDS = rounds({ quick: 1, full: 20 });
const ROUND_MS_MAX = 40_000;
const GROUP_COMMIT = 'server/ledger/group-commit.js';
const COMMIT_IGNORED = brokenBuild({
  file: GROUP_COMMIT,
  from: 'this.#frame.commit();',
  to: 'try { this.#frame.commit(); } catch { this.#frame.rollback(); }',
});
const UNKNOWN_TAKEN_FOR_REFUSED = brokenBuild({
  file: GROUP_COMMIT,
  from: 'const BROKEN = /^SQLITE_(IOERR|CORRUPT|NOTADB)/;',
  to: 'const BROKEN = /^SQLITE_(CORRUPT|NOTADB)/; REFUSED.compile("^SQLITE_(FULL|READONLY|BUSY|IOERR)");',
});

let redis: TestRedis;
let race: Race | null = null;
let cells = 0;

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

const ARBITERS = ['embedded', 'redis'] as const;

function envOf(arbiter: (typeof ARBITERS)[number]): Record<string, string> {
  return arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: `bad-disk-${++cells}` } : {};
}

/** Everybody taps once; null: no answer came. */
function tapOnce(of: Race): Promise<(Verdict | null)[]> {
  return Promise.all(of.racers.map((racer) => racer.claimAs(`${racer.person.id}-tap`, of)));
}

const told = (of: Race) => of.history.lines.filter((line) => line.kind === 'heard' && line.event === 'lead:taken');

/** Both arbiters, round after round; what is counted for the row's report. */
async function eachRound(run: (env: Record<string, string>) => Promise<void>): Promise<void> {
  for (const arbiter of ARBITERS) {
    for (let round = 0; round < ROUNDS; round++) {
      await run(envOf(arbiter));
      for (const racer of race?.racers ?? []) racer.leave();
      await endServers();
    }
  }
}

/** Every round: all racers were in flight when the disk refused, and one of them won in the end. */
function held(row: 'disk' | 'commit-fault', part: string, what: string): void {
  const count = ROUNDS * ARBITERS.length;
  reportRow({
    row,
    part,
    rounds: count,
    faults: count,
    hitsInFlight: count,
    claims: count * RACERS,
    wins: count,
    lost: 0,
    doubled: 0,
    control: { what, caught: true },
  });
}

/** Resolves when the server has tried to write its heartbeat twice: it must outlive that, too. */
async function refusesAHeartbeat({ folder }: SmallDisk): Promise<void> {
  const watcher = watch(folder);
  let tries = 0;
  await new Promise<void>((resolve) => {
    watcher.on('change', (_, name) => {
      if (String(name).includes('.holder.') && ++tries === 2) resolve();
    });
  });
  watcher.close();
}

async function tapOnAFullDisk(env: Record<string, string>, program?: Program): Promise<[Race, SmallDisk]> {
  const disk = new SmallDisk();
  race = await alertedRace(disk.file, env, program);
  disk.fill();
  return [race, disk];
}

it(
  'full: everybody is told to ask again, the offer is open again, and one wins when there is room',
  async () => {
    await eachRound(async (env) => {
      const [of, disk] = await tapOnAFullDisk(env);
      const { racers, server, file, offerId } = of;
      const reasons = (await tapOnce(of)).map((verdict) => verdict?.verdict === 'retry' && verdict.reason);
      expect(new Set(reasons)).toEqual(new Set(['notStored']));
      await expect(post(server.url, '/leads', markedLead(2))).rejects.toThrow('503');
      expect(told(of)).toEqual([]);
      const died = server.ended.then((code) => Promise.reject(new Error(`the server ended with ${code}`)));
      await Promise.race([refusesAHeartbeat(disk), died]);
      died.catch(() => undefined);
      for (const racer of racers) await racer.refresh();
      const shown = racers.map(({ snapshot }) => snapshot.offers.map((offer) => offer.offerId));
      expect(shown).toEqual(racers.map(() => [offerId]));
      disk.free();
      expectOneWinner(await tapUntilJudged(of), of);
      await post(server.url, '/leads', markedLead(2));
      expect(verifyFile(file)).toMatchObject({ violations: [], counted: { leads: 2, claims: 1, pointEntries: 1 } });
    });
    const [control] = await tapOnAFullDisk({}, COMMIT_IGNORED);
    await tapOnce(control);
    expect(brokenRules(control.history.judge(control.file))).not.toEqual([]);
    held('disk', 'full', 'a failed COMMIT is ignored');
  },
  (2 * ROUNDS + 1) * ROUND_MS_MAX,
);

it(
  'read-only: a server does not start on it and says why; one that runs tells nobody, and the next goes on',
  async () => {
    await eachRound(async (env) => {
      const disk = new SmallDisk();
      race = await alertedRace(disk.file, env);
      const { racers, server } = race;
      await server.end('SIGTERM');
      disk.setReadOnly(true);
      const refused = spawnServer({ DATABASE_FILE: disk.file, ...env });
      expect(await refused.ended).toBe(1);
      expect(refused.output()).toMatch(/read-?only/i);
      expect(refused.output()).toContain(disk.file);
      disk.setReadOnly(false);
      const again = await serverOn(disk.file, env);
      await Promise.all(racers.map((racer) => racer.join(again.url)));
      expectOneWinner(await tapUntilJudged(race), race);
    });
    await eachRound((env) => failsUnderACommit(env, { writesFail: 'EROFS' }));
    await expectControlAnswers({ writesFail: 'EROFS' });
    held('disk', 'read-only', 'an I/O error is taken for a refusal');
  },
  (4 * ROUNDS + 1) * ROUND_MS_MAX,
);

/** Nobody is answered, the process ends, and the file says who won. */
async function failsUnderACommit(env: Record<string, string>, fault: Parameters<FaultyDisk['is']>[0]): Promise<void> {
  const disk = new FaultyDisk();
  race = await alertedRace(disk.file, { ...env, ...disk.env });
  const { racers, server, file, offerId } = race;
  disk.is(fault);
  expect(await tapOnce(race)).toEqual(racers.map(() => null));
  expect(told(race)).toEqual([]);
  expect(await server.ended).toBe(EXIT_UNKNOWN);
  const onFile = winnerOnFile(file, offerId);
  disk.is({});
  const again = await serverOn(file, env);
  await Promise.all(racers.map((racer) => racer.join(again.url)));
  const winner = expectOneWinner(await tapUntilJudged(race), race);
  expect(onFile ?? winner).toBe(winner);
}

/** A server that takes an unknown outcome for a refusal answers: that is what the rounds above must not see. */
async function expectControlAnswers(fault: Parameters<FaultyDisk['is']>[0]): Promise<void> {
  const disk = new FaultyDisk();
  race = await alertedRace(disk.file, disk.env, UNKNOWN_TAKEN_FOR_REFUSED);
  disk.is(fault);
  expect(await tapOnce(race)).not.toEqual(race.racers.map(() => null));
}

it.each([
  { part: 'fsync', fault: { syncsFail: 'EIO' } },
  { part: 'write', fault: { writesFail: 'EIO' } },
] as const)(
  'an I/O error at $part under a commit: nobody is answered, the process ends, and the file says who won',
  async ({ part, fault }) => {
    await eachRound((env) => failsUnderACommit(env, fault));
    await expectControlAnswers(fault);
    held('commit-fault', part, 'an I/O error is taken for a refusal');
  },
  (2 * ROUNDS + 1) * ROUND_MS_MAX,
);
