/**
 * kill -9 in the middle of races (invariants 1, 2, 3, 5, 7): the server dies at a drawn line of what
 * its clients say and hear, starts again on the same file, and everything anybody was told must hold.
 * On Redis every other round the Redis dies with it and comes back empty.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { openReader } from '../../server/platform/sqlite.ts';
import { brokenRules } from '../../tools/oracle/history.ts';
import type { Line } from '../../tools/oracle/line.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Company, type Strike } from './kit/company.ts';
import { FaultyDisk } from './kit/disks.ts';
import { Limits } from './kit/limits.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { put, type Racer } from './racers.ts';

/** Give the one that was printed to draw the same moments again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 3, full: 200 });
const ROUND_MS_MAX = 30_000;
/** Of the broken build; it loses wins at once. */
const CONTROL_ROUNDS_MAX = 6;
const RACERS = 8;
/** More than anybody wins in a round: of its 500 lines each race takes more than thirty. */
const ROOM = 30;
/** Of the leads, one in so many is still open when the server dies. */
const LEAVES_ALONE = 5;

/** A server that tells who won at the arbiter's yes, and commits afterwards: the fault that this row is about. */
const TELLS_BEFORE_COMMIT = brokenBuild({
  file: 'server/flow/settlement.js',
  from: 'const result = await write(win);',
  to: `const early = { winnerId: win.repId, winnerName: null, claimedAtMs: win.claimedAtMs, claimSpeedMs: 0 };
    world.settled({ offerId: win.offerId, order: win.order, outcome: 'committed', ...early });
    const result = await write(win);`,
});
/** Under the control: long enough that what it tells early meets a kill before its commit. */
const CONTROL_SYNC_MS = 100;

const clock = createSystemClock();
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

const KILL: Strike = {
  what: 'kill -9',
  at: ({ kind }) => kind === 'sent',
  lines: [60, 500],
  turnsMax: 20,
  does: (server) => server.kill(),
};

/** What was said since this was asked last, and which offers' winners anybody was ever told of. */
class Told {
  readonly #company: Company;
  readonly #named = new Set<string>();
  #seen = 0;

  constructor(company: Company) {
    this.#company = company;
  }

  newLines(): Line[] {
    const lines = this.#company.history.lines.slice(this.#seen);
    this.#seen += lines.length;
    for (const line of lines) {
      if (line.kind === 'answered' && ['won', 'lost'].includes(line.verdict.verdict)) {
        this.#named.add(line.offerId as string);
      }
      if (line.kind === 'heard' && line.event === 'lead:taken') {
        this.#named.add((line.payload as { offerId: string }).offerId);
      }
    }
    return lines;
  }

  /** The file holds wins that nobody has heard of: their commit was on its way. */
  isBehind(): boolean {
    using onFile = new OnFile(this.#company.file);
    const won = onFile.all<{ id: string }>(`SELECT offer_id AS id FROM ownerships WHERE via = 'claim'`);
    return won.some(({ id }) => !this.#named.has(id));
  }
}

/** Every timer that an open offer owes: `offer kind lane at`. */
function timersOf(file: string): string[] {
  const { sqlite } = openReader(file);
  const timers = sqlite
    .prepare(`SELECT offer_id || ' ' || kind || ' ' || coalesce(lane, '') || ' ' || due_at FROM deadlines
      WHERE offer_id IS NOT NULL ORDER BY 1`)
    .pluck()
    .all();
  sqlite.close();
  return timers as string[];
}

/** Every open offer is in every rep's snapshot, has its timer, and can be won. */
async function expectOpenOffersClaimable(company: Company, limits: Limits): Promise<void> {
  const open = company.openOnFile();
  const ids = open.map(({ offerId }) => offerId);
  const expiring = timersOf(company.file).filter((timer) => timer.includes(' offerExpires '));
  expect(expiring.map((timer) => timer.split(' ')[0])).toEqual(ids);
  for (const { snapshot } of company.racers) {
    expect(snapshot.offers.map(({ offerId }) => offerId).sort()).toEqual(ids);
  }
  const free = company.racers.filter(({ person }) => !limits.binds(person.id));
  const verdicts = open.map((offer) => {
    const racer = company.chance.oneOf(free);
    return racer.claimUntilJudged(`${racer.person.id}-fresh-${offer.offerId}`, offer);
  });
  for (const { verdict } of await Promise.all(verdicts)) expect(verdict).toBe('won');
}

interface Seen {
  /** Claims whose answer the deaths cut off. */
  cutOff: number;
  /** Deaths after which the file held wins that nobody had heard of. */
  commitsHit: number;
  downMs: number[];
}

interface Scene {
  company: Company;
  limits: Limits;
  told: Told;
  seen: Seen;
}

/** Two of the racers are at limits, by counters that each start must have right. */
function limitsIn(company: Company): Limits {
  const [atCap, atOpen, ...others] = company.racers as [Racer, Racer, ...Racer[]];
  const { file } = company;
  const aside = (count: number) => company.aside(count);
  return new Limits({ file, url: () => company.server.url, aside }, { atCap, atOpen, others, room: ROOM });
}

/** One death, and what must hold after it; on Redis it may die as well, and come back with nothing in it. */
async function killAndRecover({ company, limits, told, seen }: Scene, redisDies: boolean): Promise<void> {
  const { history, file } = company;
  await company.enter();
  await limits.moveOn();
  const { verdicts } = await company.raceUntil(KILL);
  company.leave();
  seen.cutOff += verdicts.filter((verdict) => verdict === null).length;
  expect(brokenRules(history.judge(file))).toEqual([]);
  const lines = told.newLines();
  if (told.isBehind()) seen.commitsHit++;
  if (redisDies) {
    await redis.stopServer('SIGKILL');
    await redis.startServer();
  }
  const fromMs = clock.monotonicMs();
  await company.start();
  seen.downMs.push(clock.monotonicMs() - fromMs);
  await company.postAgain();
  await company.enter();
  await limits.expectRefused();
  await expectOpenOffersClaimable(company, limits);
  for (const { verdict } of await company.askAgain(lines)) expect(['won', 'lost']).toContain(verdict);
  expect(brokenRules(await company.judgeEnded())).toEqual([]);
  company.leave();
  told.newLines();
  const { counted } = verifyFile(file);
  expect(counted).toMatchObject({ leads: company.posted, claims: company.posted, pointEntries: company.posted });
  history.oracle.retire(file, clock.monotonicMs(), 0);
}

/** The same death of a server that tells before its commit, on a disk that takes its time; answers the rules that broke. */
async function controlBreaks(redisOf: TestRedis | null): Promise<string[]> {
  const disk = new FaultyDisk();
  const { env, file } = disk;
  const broken = { redis: redisOf, name: 'kill-control', seed: SEED, racers: RACERS, program: TELLS_BEFORE_COMMIT };
  await using company = new Company({ ...broken, env, file });
  const early = (line: Line) => line.kind === 'answered' && line.verdict.verdict === 'lost';
  for (let round = 0; round < CONTROL_ROUNDS_MAX; round++) {
    await company.start();
    await company.enter();
    disk.is({ syncMs: CONTROL_SYNC_MS });
    await company.raceUntil({ ...KILL, at: early, turnsMax: 0 });
    company.leave();
    disk.is({});
    const rules = brokenRules(company.history.judge(file));
    if (rules.length > 0) return rules;
  }
  return [];
}

describe.each(['embedded', 'redis'])(`kill -9 in the middle of races, %s, FAULT_SEED=${SEED}`, (arbiter) => {
  const onRedis = () => (arbiter === 'redis' ? redis : null);

  it(
    'no win is lost or doubled, every lead is there, every open offer can be won, answers stay',
    async () => {
      const part = new Part('kill-server', arbiter);
      const seed = `${SEED} ${arbiter}`;
      const of = { redis: onRedis(), name: 'kill', seed, racers: RACERS, leavesAlone: LEAVES_ALONE };
      await using company = new Company(of);
      await company.start();
      const seen: Seen = { cutOff: 0, commitsHit: 0, downMs: [] };
      const scene = { company, limits: limitsIn(company), told: new Told(company), seen };
      await part.eachRound(ROUNDS, (round) => {
        return killAndRecover(scene, arbiter === 'redis' && round % 2 === 1);
      });
      expect(seen.cutOff).toBeGreaterThan(0);
      part.count(await company.judgeEnded());
      const found = await controlBreaks(onRedis());
      part.report(
        { what: "told at the arbiter's yes, before the commit", found, mustSay: /^S[23] / },
        {
          killsThatHitACommit: seen.commitsHit,
          claimsCutOff: seen.cutOff,
          refusedByALimit: company.history.count('refused'),
          startMsMax: Math.round(Math.max(...seen.downMs)),
        },
      );
    },
    (ROUNDS + CONTROL_ROUNDS_MAX) * ROUND_MS_MAX,
  );

  it('an offer of several lanes is up again as it was, its timers with it', async () => {
    const tierOf = (n: number) => (n % 3) + 1;
    await using company = new Company({ redis: onRedis(), name: 'kill-lanes', seed: SEED, racers: 6, tierOf });
    await company.start();
    await put(company.server.url, '/policy', { preset: 'tiered' });
    for (let n = 0; n < 5; n++) await company.post();
    await company.enter();
    const { racers, file } = company;
    const before = racers.map(({ cards }) => cards);
    const timers = timersOf(file);
    expect(timers).toHaveLength(5 * 3);
    company.leave();
    await company.server.kill();
    await company.start();
    await company.enter();
    expect(racers.map(({ cards }) => cards)).toEqual(before);
    expect(timersOf(file)).toEqual(timers);
    const [first, second, third] = racers as [Racer, Racer, Racer];
    for (const { offerId, leadId, opensAt } of second.snapshot.offers) {
      expect(await second.claim({ offerId, leadId })).toMatchObject({ verdict: 'early', opensAt });
      expect(await third.claim({ offerId, leadId })).toMatchObject({ verdict: 'early' });
      expect(await first.claim({ offerId, leadId })).toMatchObject({ verdict: 'won' });
    }
    expect(timersOf(file)).toEqual([]);
    expect(verifyFile(file).violations).toEqual([]);
  });
});
