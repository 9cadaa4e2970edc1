/**
 * A disk that refuses (contract 5): full or read-only, which is a clean no, or failing under a commit, of
 * which nobody can tell the outcome. Everybody taps for several leads at once, and what counts as a hit is an
 * operation of the server that failed, by the disk's own notes, while a tap was not answered.
 */
import { watch } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules } from '../../tools/oracle/history.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type Program, spawnServer } from '../support/server-process.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Company, type Target } from './kit/company.ts';
import { FaultyDisk, SmallDisk } from './kit/disks.ts';
import { rounds } from './kit/matrix.ts';
import { Part, strikesAt } from './kit/part.ts';

/** The server's exit code when a commit has an unknown outcome. */
const EXIT_UNKNOWN = 70;
const ROUNDS = rounds({ quick: 1, full: 20 });
/** Of those with a disk that is read-only before the server starts: it is the same each time. */
const STARTS = rounds({ quick: 1, full: 5 });
const ROUND_MS_MAX = 40_000;
const TEST_MS = (4 * ROUNDS + 2 * STARTS + 1) * ROUND_MS_MAX;
const RACERS = 6;
/** Raced for at once. */
const LEADS = 3;
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
const TAKEN_FOR_A_REFUSAL = 'an I/O error is taken for a refusal';

type Fault = Parameters<FaultyDisk['is']>[0];
type Disk = FaultyDisk | SmallDisk;

let redis: TestRedis;
let cells = 0;

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(endServers);

afterAll(async () => {
  await redis.stop();
});

/** A company on that disk, with everybody there. */
function companyOn({ file, env }: Disk, arbiter: 'embedded' | 'redis', program?: Program): Promise<Company> {
  const of = {
    redis: arbiter === 'redis' ? redis : null,
    name: `bad-disk-${++cells}`,
    seed: file,
    racers: RACERS,
    file,
    env,
  };
  return Company.open({ ...of, ...(program === undefined ? {} : { program }) });
}

/** The same on either arbiter, each on a disk of its own; counted by what the disk noted. */
async function onEach<D extends Disk>(
  part: Part,
  makeDisk: () => D,
  run: (company: Company, disk: D) => Promise<void>,
): Promise<void> {
  for (const arbiter of ['embedded', 'redis'] as const) {
    const disk = makeDisk();
    await using company = await companyOn(disk, arbiter);
    await run(company, disk);
    const judged = await company.judgeEnded();
    expect(brokenRules(judged)).toEqual([]);
    part.count(judged, strikesAt(company.history, disk.struckAt()));
  }
}

/** Of these lines on, who was named as a winner to anybody. */
const namedSince = ({ history }: Company, length: number) =>
  history.lines.slice(length).filter((line) => line.kind === 'heard' && line.event === 'lead:taken');

/** Everybody asks until all is judged: one winner each, and that is who the file has. */
async function expectOneWinnerEach(company: Company, targets: Target[]): Promise<void> {
  const verdicts = await company.tapUntilJudged(targets);
  const of = (verdict: string) => verdicts.filter((one) => one.verdict === verdict).length;
  expect([of('won'), of('lost')]).toEqual([targets.length, targets.length * (RACERS - 1)]);
  expect(brokenRules(company.history.judge(company.file))).toEqual([]);
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

/** The disk fills up, everybody is told to ask again, and goes on when there is room. */
async function fillsUp(company: Company, disk: SmallDisk, round: number): Promise<void> {
  const { racers, server } = company;
  const targets = await company.aside(LEADS);
  const { length } = company.history;
  disk.fill();
  const verdicts = await company.tapOnce(targets);
  const reasons = verdicts.map((verdict) => verdict?.verdict === 'retry' && verdict.reason);
  expect(new Set(reasons)).toEqual(new Set(['notStored']));
  await expect(company.post()).rejects.toThrow('503');
  expect(namedSince(company, length)).toEqual([]);
  if (round === 0) {
    const died = server.process.ended.then((code) => Promise.reject(new Error(`the server ended with ${code}`)));
    await Promise.race([refusesAHeartbeat(disk), died]);
    died.catch(() => undefined);
  }
  for (const racer of racers) await racer.refresh();
  const shown = racers.map(({ snapshot }) => snapshot.offers.map(({ offerId }) => offerId).sort());
  const open = company.openOnFile().map(({ offerId }) => offerId);
  expect(open).toEqual(expect.arrayContaining(targets.map(({ offerId }) => offerId)));
  expect(shown).toEqual(racers.map(() => open));
  disk.free();
  await expectOneWinnerEach(company, targets);
  await company.postAgain();
}

it(
  'full: everybody is told to ask again, the offers are open again, and one wins each when there is room',
  async () => {
    const part = new Part('disk', 'full');
    const makeDisk = () => new SmallDisk();
    await onEach(part, makeDisk, async (company, disk) => {
      await part.eachRound(ROUNDS, (round) => fillsUp(company, disk, round));
      const claims = ROUNDS * LEADS;
      const counted = { leads: company.posted, claims, pointEntries: claims };
      expect(verifyFile(company.file)).toMatchObject({ violations: [], counted });
    });
    const disk = makeDisk();
    await using control = await companyOn(disk, 'embedded', COMMIT_IGNORED);
    const targets = await control.aside(LEADS);
    disk.fill();
    await control.tapOnce(targets);
    const found = brokenRules(control.history.judge(control.file));
    part.report({ what: 'a failed COMMIT is ignored', found, mustSay: /^S[23] / });
  },
  TEST_MS,
);

/** A server does not start on a disk that is read-only, and says why; on one that is not any more it goes on. */
async function isReadOnlyAtTheStart(company: Company, disk: SmallDisk): Promise<void> {
  const targets = await company.aside(LEADS);
  company.leave();
  await company.server.terminate();
  disk.setReadOnly(true);
  const refused = spawnServer({ DATABASE_FILE: disk.file });
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toMatch(/read-?only/i);
  expect(refused.output()).toContain(disk.file);
  disk.setReadOnly(false);
  await company.start();
  await company.enter();
  await expectOneWinnerEach(company, targets);
}

/** What was answered, in words, but for a Redis that a busy machine did not hear in time: that claim met no commit. */
function toldOfACommit(verdicts: (Verdict | null)[]): string[] {
  return verdicts.flatMap((verdict) => {
    const metNone = verdict === null || (verdict.verdict === 'retry' && verdict.reason === 'arbiterAway');
    return metNone ? [] : [`somebody was told ${verdict.verdict}`];
  });
}

/** Nobody is answered, the process ends, and the file says who won. */
async function failsUnderACommit(company: Company, disk: FaultyDisk, fault: Fault): Promise<void> {
  const targets = await company.aside(LEADS);
  const { length } = company.history;
  disk.is(fault);
  expect(toldOfACommit(await company.tapOnce(targets))).toEqual([]);
  expect(namedSince(company, length)).toEqual([]);
  expect(await company.server.process.ended).toBe(EXIT_UNKNOWN);
  disk.is({});
  const decided = winnersOnFile(company);
  await company.start();
  await company.enter();
  await expectOneWinnerEach(company, targets);
  // What was on file before anybody asked again has stayed.
  expect(winnersOnFile(company)).toMatchObject(decided);
}

/** Offer → rep. */
function winnersOnFile({ file }: Company): Record<string, string> {
  using onFile = new OnFile(file);
  const rows = onFile.all<{ offerId: string; repId: string }>(
    `SELECT offer_id AS offerId, rep_id AS repId FROM ownerships WHERE via = 'claim'`,
  );
  return Object.fromEntries(rows.map(({ offerId, repId }) => [offerId, repId]));
}

/** Round after round on the same file, on either arbiter. */
function failsAgainAndAgain(part: Part, fault: Fault): Promise<void> {
  const makeDisk = () => new FaultyDisk();
  return onEach(part, makeDisk, (company, disk) =>
    part.eachRound(ROUNDS, () => failsUnderACommit(company, disk, fault)),
  );
}

/** What a server that takes an unknown outcome for a refusal answers: the rounds above must not see it. */
async function answersOfTheControl(fault: Fault): Promise<string[]> {
  const disk = new FaultyDisk();
  await using company = await companyOn(disk, 'embedded', UNKNOWN_TAKEN_FOR_REFUSED);
  const targets = await company.aside(LEADS);
  disk.is(fault);
  return toldOfACommit(await company.tapOnce(targets));
}

it(
  'read-only: a server does not start on it and says why; one that runs tells nobody, and the next goes on',
  async () => {
    const part = new Part('disk', 'read-only');
    const makeDisk = () => new SmallDisk();
    await onEach(part, makeDisk, (company, disk) => part.eachRound(STARTS, () => isReadOnlyAtTheStart(company, disk)));
    const fault = { writesFail: 'EROFS' } as const;
    await failsAgainAndAgain(part, fault);
    part.report({ what: TAKEN_FOR_A_REFUSAL, found: await answersOfTheControl(fault) });
  },
  TEST_MS,
);

it.each([
  { name: 'fsync', fault: { syncsFail: 'EIO' } },
  { name: 'write', fault: { writesFail: 'EIO' } },
] as const)(
  'an I/O error at $name under a commit: nobody is answered, the process ends, and the file says who won',
  async ({ name, fault }) => {
    const part = new Part('commit-fault', name);
    await failsAgainAndAgain(part, fault);
    part.report({ what: TAKEN_FOR_A_REFUSAL, found: await answersOfTheControl(fault) });
  },
  TEST_MS,
);
