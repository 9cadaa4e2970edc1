/**
 * More than a server can serve (row `overload`), while reps race for leads: 2,000 sockets come back at once;
 * 200 wallboards follow twenty boards each and read one byte a second. Claims stay within three times their
 * calm p99, and memory is bounded. The controls are builds that let everybody in at once, and that never let a
 * slow reader go. Timing decides, so only `npm run test:faults` runs it, with nothing else to do.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { percentile } from '../../tools/simulation/percentile.ts';
import { endServers, type Program } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { reportRow, rounds } from './kit/matrix.ts';
import { makePeople, markedLead, post, Racer } from './racers.ts';
import { compileShim } from './shims/compile.ts';
import type { Crowd } from './storm-child.ts';

const RACERS = 20;
const WARM_LEADS = 20;
const CALM_LEADS = rounds({ quick: 60, full: 150 });
/** Raced once everybody is in. */
const STORM_LEADS = rounds({ quick: 60, full: 300 });
const RATIO_MAX = 3;
/** A p99 below this is noise of the machine: three times nothing is nothing. */
const CALM_FLOOR_MS = 15;
/** A server's own growth under races, beside what the crowd costs. */
const GROWTH_MB_MAX = 150;
const TEST_MS = 900_000;
const BOARDS = ['points', 'claims', 'claimSpeed', 'conversion', 'opportunities'].flatMap((board) =>
  ['day', 'week', 'month', 'all'].map((period) => ({ board, period, top: 100 })),
);

const racers: Racer[] = [];
const crowds: ChildProcess[] = [];

afterEach(async () => {
  for (const racer of racers.splice(0)) racer.leave();
  for (const crowd of crowds.splice(0)) crowd.kill('SIGKILL');
  await endServers();
});

/** The kernel keeps megabytes of what a peer does not read, and hides for minutes what a server does about it. */
function poorNetwork(): Record<string, string> {
  return { LD_PRELOAD: compileShim('small-buffers', tempFolder()), BUFFER_BYTES: '16384' };
}

/** Resolves when everybody is in. */
async function gather(crowd: Crowd): Promise<void> {
  const script = new URL('./storm-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(crowd)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...poorNetwork() },
  });
  crowds.push(child);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the crowd has gone')));
  ended.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), ended]);
}

const megabytes = ({ pid }: Member) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** The longest that the server's loop has stood since it was asked last, by its own gauge. */
async function stallMs({ url }: Member): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^\S*eventloop_lag_max_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) * 1000;
}

interface Phase {
  p99Ms: number;
  claims: number;
}

/** Leads one after the other, everybody taps each; until `enough` says so. */
async function race(server: Member, enough: (leads: number) => boolean): Promise<Phase> {
  const tookMs: number[] = [];
  for (let leads = 0; !enough(leads); leads++) {
    const judged = racers.map(
      (racer) =>
        new Promise<void>((resolve) => {
          racer.onAlert = (card) => {
            const atMs = performance.now();
            void racer.claimUntilJudged(`${racer.person.id}-${card.offerId}`, card).then(() => {
              tookMs.push(performance.now() - atMs);
              resolve();
            });
          };
        }),
    );
    await post(server.url, '/leads', markedLead(leads));
    await Promise.all(judged);
  }
  return { p99Ms: percentile(tookMs, 0.99), claims: tookMs.length };
}

interface Seen {
  calm: Phase;
  storm: Phase;
  growthMb: number;
  stallMs: number;
}

/** Calm, then the same races while the crowd is there. */
async function racesBeside(cell: Cell, crowdOf: CrowdOf, program?: Program): Promise<Seen> {
  const history = new History();
  const server = await cell.start({ role: 'all', env: poorNetwork(), ...(program === undefined ? {} : { program }) });
  const people = await makePeople(server.url, RACERS);
  for (const person of people) racers.push(new Racer(person, history));
  await Promise.all(racers.map((racer) => racer.join(server.url)));
  await race(server, (leads) => leads === WARM_LEADS);
  const calm = await race(server, (leads) => leads === CALM_LEADS);
  const before = megabytes(server);
  await stallMs(server);
  const tokens = await crowdOf.tokens(server, people);
  let isIn = false;
  const gathered = gather({ url: server.url, tokens, ...crowdOf.crowd }).then(() => {
    isIn = true;
  });
  const coming = await race(server, () => isIn);
  await gathered;
  const there = await race(server, (leads) => leads === STORM_LEADS);
  const storm = { p99Ms: Math.max(coming.p99Ms, there.p99Ms), claims: coming.claims + there.claims };
  const seen = { calm, storm, growthMb: megabytes(server) - before, stallMs: await stallMs(server) };
  expect(brokenRules(history.judge(cell.file))).toEqual([]);
  expect(verifyFile(cell.file).violations).toEqual([]);
  for (const racer of racers.splice(0)) racer.leave();
  for (const crowd of crowds.splice(0)) crowd.kill('SIGKILL');
  await server.kill();
  return seen;
}

interface CrowdOf {
  crowd: Pick<Crowd, 'sockets' | 'boards'>;
  tokens(server: Member, people: { token: string }[]): Promise<string[]>;
}

const COMEBACK: CrowdOf = {
  crowd: { sockets: rounds({ quick: 500, full: 2_000 }), boards: [] },
  tokens: async (_, people) => people.map(({ token }) => token),
};

const WALLS: CrowdOf = {
  crowd: { sockets: 200, boards: BOARDS },
  async tokens({ url }) {
    const screens = Array.from({ length: 4 }, (_, n) =>
      post<{ token: string }>(url, '/screens', { name: `wall ${n}` }),
    );
    return (await Promise.all(screens)).map(({ token }) => token);
  },
};

const EVERYBODY_AT_ONCE = brokenBuild({
  file: 'server/platform/overload.js',
  from: 'handshakes: { burst: 100, perTick: 10, tickMs: 20, lineMax: 5_000 }',
  to: 'handshakes: { burst: 1e6, perTick: 1e6, tickMs: 20, lineMax: 1e6 }',
});
const NOBODY_LET_GO = brokenBuild({
  file: 'server/platform/overload.js',
  from: 'behindBytes: 64 * 1024,\n    shedBytes: 2 * 1024 * 1024',
  to: 'behindBytes: Infinity,\n    shedBytes: Infinity',
});

const isHeld = ({ calm, storm, growthMb }: Seen) =>
  storm.p99Ms <= RATIO_MAX * Math.max(calm.p99Ms, CALM_FLOOR_MS) && growthMb <= GROWTH_MB_MAX;

it.each([
  { part: 'reconnects', crowdOf: COMEBACK, broken: EVERYBODY_AT_ONCE, what: 'everybody is let in at once' },
  { part: 'slow-walls', crowdOf: WALLS, broken: NOBODY_LET_GO, what: 'a slow reader is never let go' },
])(
  '$part: claims stay near calm, memory is bounded',
  async ({ part, crowdOf, broken, what }) => {
    await using cell = new Cell({ redis: null, name: part });
    const seen = await racesBeside(cell, crowdOf);
    await using other = new Cell({ redis: null, name: `${part}-control` });
    const control = await racesBeside(other, crowdOf, broken);
    const measured = JSON.stringify({ seen, control });
    expect(isHeld(seen), measured).toBe(true);
    expect(isHeld(control), measured).toBe(false);
    reportRow({
      row: 'overload',
      part,
      rounds: 1,
      faults: crowdOf.crowd.sockets,
      hitsInFlight: seen.storm.claims,
      claims: seen.calm.claims + seen.storm.claims,
      wins: verifyFile(cell.file).counted.claims ?? 0,
      lost: 0,
      doubled: 0,
      figures: {
        calmP99Ms: Math.round(seen.calm.p99Ms),
        stormP99Ms: Math.round(seen.storm.p99Ms),
        growthMb: Math.round(seen.growthMb),
        stallMs: Math.round(seen.stallMs),
        controlP99Ms: Math.round(control.storm.p99Ms),
        controlGrowthMb: Math.round(control.growthMb),
      },
      control: { what, caught: true },
    });
  },
  TEST_MS,
);
