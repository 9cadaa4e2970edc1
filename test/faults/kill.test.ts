/**
 * kill -9 in the middle of races (invariants 1, 2, 3, 5, 7): the server dies at a drawn line of what
 * its clients say and hear, starts again on the same file, and everything anybody was told must hold.
 * On Redis every other round the Redis dies with it and comes back empty.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { openReader } from '../../server/platform/sqlite.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import type { Line } from '../../tools/oracle/line.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import { createChance } from '../../tools/simulation/chance.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type Program, type ServerProcess, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { FaultyDisk } from './kit/disks.ts';
import { reportRow, rounds } from './kit/matrix.ts';
import { makePeople, markedLead, post, put, Racer } from './racers.ts';

/** Give the one that was printed to draw the same moments again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 3, full: 200 });
const ROUND_MS_MAX = 30_000;
/** Of the broken build; it loses wins at once. */
const CONTROL_ROUNDS_MAX = 6;
const RACERS = 8;
/** Leads posted at a time; their races overlap. */
const POSTERS = 3;
/** Leads of this source are left alone until the server is back. */
const IDLE_SOURCE = 'idle';

/** A server that tells who won at the arbiter's yes, and commits afterwards: the fault that this row is about. */
const TELLS_BEFORE_COMMIT = brokenBuild({
  file: 'server/flow/settlement.js',
  from: 'const result = await write(win);',
  to: `const early = { winnerId: win.repId, winnerName: null, claimedAtMs: win.claimedAtMs, claimSpeedMs: 0 };
    world.settled({ offerId, order, outcome: 'committed', ...early });
    const result = await write(win);`,
});
/** Under the control: long enough that what it tells early meets a kill before its commit. */
const CONTROL_SYNC_MS = 100;

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

/** A company on one file: its server, which comes and goes, and its reps. */
class Company {
  readonly history = new History();
  readonly file: string;
  readonly #env: Record<string, string>;
  readonly #chance: ReturnType<typeof createChance>;
  /** Posted and not yet answered 201 or 200: key → number of the lead. */
  readonly #unanswered = new Map<string, number>();
  #posted = 0;
  readonly #program: Program | undefined;
  /** Offers whose winner somebody was told of. */
  readonly #named = new Set<string>();
  #linesSeen = 0;
  /** Claims whose answer the deaths cut off. */
  brokenOff = 0;
  /** Deaths after which the file held wins that nobody had heard of: their commit was on its way. */
  commitsHit = 0;
  readonly downMs: number[] = [];
  server!: ServerProcess;

  constructor(env: Record<string, string>, seed: string, program?: Program, file = join(tempFolder(), 'sambar.db')) {
    this.#program = program;
    this.file = file;
    this.#env = { DATABASE_FILE: this.file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent', ...env };
    this.#chance = createChance(seed);
  }

  async start(): Promise<void> {
    const fromMs = clock.monotonicMs();
    this.server = await startServer(this.#env, this.#program);
    this.downMs.push(clock.monotonicMs() - fromMs);
  }

  /** What was said since this was asked last; notes which winners were named. */
  newLines(): Line[] {
    const lines = this.history.lines.slice(this.#linesSeen);
    this.#linesSeen += lines.length;
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

  noteCommitsHit(): void {
    using onFile = new OnFile(this.file);
    const won = onFile.all<{ id: string }>(`SELECT offer_id AS id FROM ownerships WHERE via = 'claim'`);
    if (won.some(({ id }) => !this.#named.has(id))) this.commitsHit++;
  }

  async enter(): Promise<void> {
    await Promise.all(racers.map((racer) => racer.join(this.server.url)));
  }

  /** Races on and on, until the server is killed at the drawn line, or the first line after it like this. */
  async raceUntilKilled(strikesAt: (line: Line) => boolean = ({ kind }) => kind === 'sent'): Promise<void> {
    const stop = new AbortController();
    const killed = this.#killAtDrawnLine(stop, strikesAt);
    const claims: Promise<Verdict | null>[] = [];
    for (const racer of racers) {
      racer.onAlert = (card) => {
        if (card.source !== IDLE_SOURCE && !stop.signal.aborted) claims.push(racer.claim(card));
      };
    }
    await Promise.all([killed, ...Array.from({ length: POSTERS }, () => this.#postUntil(stop.signal))]);
    this.brokenOff += (await Promise.all(claims)).filter((verdict) => verdict === null).length;
    for (const racer of racers) racer.leave();
  }

  /** Strikes some turns of the loop after a claim was sent: before, in or after its commit. */
  #killAtDrawnLine(stop: AbortController, strikesAt: (line: Line) => boolean): Promise<void> {
    const strikeAt = this.history.lines.length + Math.floor(this.#chance.between(60, 500));
    let turns = this.#program === undefined ? Math.floor(this.#chance.between(0, 20)) : 0;
    return new Promise((resolve, reject) => {
      const strike = () => {
        if (turns-- > 0) return void setImmediate(strike);
        stop.abort();
        this.history.record({ kind: 'fault', what: 'kill -9' });
        this.server.end('SIGKILL').then(() => resolve(), reject);
      };
      this.history.onLine = (line) => {
        if (!strikesAt(line) || this.history.lines.length < strikeAt) return;
        this.history.onLine = () => undefined;
        strike();
      };
    });
  }

  async #postUntil(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const n = ++this.#posted;
      const key = `lead-${n}`;
      this.#unanswered.set(key, n);
      // A server that dies under the call has answered nothing: it is sent again when it is back.
      await this.#post(key, n).catch((error: unknown) => {
        if (!stop.aborted) throw error;
      });
    }
  }

  async #post(key: string, n: number): Promise<void> {
    const lead = markedLead(n, n % 5 === 0 ? IDLE_SOURCE : 'web form');
    const { id } = await post<{ id: string }>(this.server.url, '/leads', lead, key);
    this.#unanswered.delete(key);
    this.history.record({ kind: 'accepted', leadId: id });
  }

  /** Posts again, under its first key, whatever got no answer. */
  async postAgain(): Promise<void> {
    for (const [key, n] of [...this.#unanswered]) await this.#post(key, n);
  }

  async postOne(): Promise<void> {
    const n = ++this.#posted;
    await this.#post(`lead-${n}`, n);
  }

  get posted(): number {
    return this.#posted;
  }

  draw<T>(items: readonly T[]): T {
    return this.#chance.oneOf(items);
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

/** Open offers → their leads. */
function openOnFile(file: string): Map<string, string> {
  using onFile = new OnFile(file);
  return new Map(onFile.openOffers().map(({ offerId, leadId }) => [offerId, leadId]));
}

/** Every open offer is in every rep's snapshot, has its timer, and can be won. */
async function expectOpenOffersClaimable(company: Company): Promise<void> {
  const open = openOnFile(company.file);
  const expiring = timersOf(company.file).filter((timer) => timer.includes(' offerExpires '));
  expect(expiring.map((timer) => timer.split(' ')[0])).toEqual([...open.keys()].sort());
  for (const { snapshot } of racers) {
    expect(new Set(snapshot.offers.map(({ offerId }) => offerId))).toEqual(new Set(open.keys()));
  }
  for (const [offerId, leadId] of open) {
    const racer = company.draw(racers);
    const verdict = await racer.claimUntilJudged(`${racer.person.id}-fresh-${offerId}`, { leadId, offerId });
    expect(verdict).toMatchObject({ verdict: 'won', offerId });
  }
}

/** Every request among these is asked again: its verdict must be a final one now, and the one it had. */
async function askAgain(lines: readonly Line[]): Promise<void> {
  const requests = new Map(lines.flatMap((line) => (line.kind === 'sent' ? [[line.requestId, line]] : [])));
  for (const racer of racers) {
    const own = [...requests.values()].filter(({ repId }) => repId === racer.person.id);
    for (const { requestId, leadId, offerId } of own) {
      const verdict = await racer.claimUntilJudged(requestId, { leadId, offerId: offerId as string });
      expect(['won', 'lost']).toContain(verdict.verdict);
    }
  }
}

interface Round {
  /** Redis dies with the server, and comes back with nothing in it. */
  redisDies: boolean;
}

async function killAndRecover(company: Company, { redisDies }: Round): Promise<void> {
  const { history, file } = company;
  await company.enter();
  await company.raceUntilKilled();
  expect(brokenRules(history.judge(file))).toEqual([]);
  const lines = company.newLines();
  company.noteCommitsHit();
  if (redisDies) {
    await redis.stopServer('SIGKILL');
    await redis.startServer();
  }
  await company.start();
  await company.postAgain();
  await company.enter();
  await expectOpenOffersClaimable(company);
  await askAgain(lines);
  for (const racer of racers) racer.leave();
  company.newLines();
  expect(brokenRules(history.judge(file, { isOver: true }))).toEqual([]);
  const { counted } = verifyFile(file);
  expect(counted).toMatchObject({ leads: company.posted, claims: company.posted, pointEntries: company.posted });
  history.oracle.retire(file, clock.monotonicMs(), 0);
}

/** The same death of a server that tells before its commit, on a disk that takes its time; answers the rules that broke. */
async function controlBreaks(env: Record<string, string>, seed: string): Promise<string> {
  const disk = new FaultyDisk();
  const company = new Company({ ...env, ...disk.env }, seed, TELLS_BEFORE_COMMIT, disk.file);
  await company.start();
  for (const person of await makePeople(company.server.url, RACERS)) racers.push(new Racer(person, company.history));
  for (let round = 0; round < CONTROL_ROUNDS_MAX; round++) {
    await company.enter();
    disk.is({ syncMs: CONTROL_SYNC_MS });
    await company.raceUntilKilled((line) => line.kind === 'answered' && line.verdict.verdict === 'lost');
    disk.is({});
    const broken = brokenRules(company.history.judge(company.file));
    if (broken.length > 0) return broken.join('; ');
    await company.start();
  }
  return 'nothing was lost';
}

describe.each(['embedded', 'redis'])(`kill -9 in the middle of races, %s, FAULT_SEED=${SEED}`, (arbiter) => {
  it(
    'no win is lost or doubled, every lead is there, every open offer can be won, answers stay',
    async () => {
      const onRedis = arbiter === 'redis';
      const env = (cell: string) => (onRedis ? { REDIS_URL: redis.url, CELL: cell } : {}) as Record<string, string>;
      const company = new Company(env('kill'), `${SEED} ${arbiter}`);
      await company.start();
      for (const person of await makePeople(company.server.url, RACERS))
        racers.push(new Racer(person, company.history));
      for (let round = 0; round < ROUNDS; round++) {
        await killAndRecover(company, { redisDies: onRedis && round % 2 === 1 });
      }
      expect(company.brokenOff).toBeGreaterThan(0);
      const { counts, lost, doubled } = company.history.judge(company.file, { isOver: true });
      for (const racer of racers.splice(0)) racer.leave();
      const broken = await controlBreaks(env('kill-control'), SEED);
      expect(broken).toMatch(/^S[23] /);
      const { faults, hitsInFlight, claims, wins } = counts;
      const figures = {
        killsThatHitACommit: company.commitsHit,
        claimsCutOff: company.brokenOff,
        startMsMax: Math.round(Math.max(...company.downMs)),
      };
      const control = { what: "told at the arbiter's yes, before the commit", caught: true };
      const told = { faults, hitsInFlight, claims, wins, lost, doubled };
      reportRow({ row: 'kill-server', part: arbiter, rounds: ROUNDS, ...told, figures, control });
    },
    (ROUNDS + CONTROL_ROUNDS_MAX) * ROUND_MS_MAX,
  );

  it('an offer of several lanes is up again as it was, its timers with it', async () => {
    const company = new Company(arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: 'kill-lanes' } : {}, SEED);
    await company.start();
    const people = await makePeople(company.server.url, 6, (n) => (n % 3) + 1);
    for (const person of people) racers.push(new Racer(person, company.history));
    await put(company.server.url, '/policy', { preset: 'tiered' });
    for (let n = 0; n < 5; n++) await company.postOne();
    await company.enter();
    const before = racers.map(({ cards }) => cards);
    const timers = timersOf(company.file);
    expect(timers).toHaveLength(5 * 3);
    for (const racer of racers) racer.leave();
    await company.server.end('SIGKILL');
    await company.start();
    await company.enter();
    expect(racers.map(({ cards }) => cards)).toEqual(before);
    expect(timersOf(company.file)).toEqual(timers);
    const [first, second, third] = racers as [Racer, Racer, Racer];
    for (const { offerId, leadId, opensAt } of second.snapshot.offers) {
      expect(await second.claim({ offerId, leadId })).toMatchObject({ verdict: 'early', opensAt });
      expect(await third.claim({ offerId, leadId })).toMatchObject({ verdict: 'early' });
      expect(await first.claim({ offerId, leadId })).toMatchObject({ verdict: 'won' });
    }
    expect(timersOf(company.file)).toEqual([]);
    expect(verifyFile(company.file).violations).toEqual([]);
  });
});
