/**
 * More than a server can serve (row `overload`), while reps race for leads: 2,000 phones lose their connection and
 * come back at once; 200 wallboards follow twenty boards each and read one byte a second. Claims stay within three
 * times their calm p99, and memory is bounded. The controls are builds that let the whole line in together, and
 * that never let a slow reader go.
 *
 * Calm and storm take turns, and each p99 is of all rounds together. The phones are there in the calm as well, and
 * belong to reps whom the raced leads are not for: what is measured is their coming back. Time judges, so only
 * `npm run test:faults` runs it, with nothing else to do; the server has a core to itself, its clients share another
 * (kit/cores.ts), and the crowd, which stands for other machines, has what the racers leave of it.
 */
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import { percentile } from '../../server/kernel/percentile.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import type { Judgement } from '../../tools/oracle/oracle.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { BUILT_SERVER, endServers, type Program } from '../support/server-process.ts';
import { endCrowds, Gathering, poorNetwork } from './crowd.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { pinClients, pinServer } from './kit/cores.ts';
import { judgeEnded } from './kit/ended.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { makePeople, markedLead, type Person, post, put, Racer } from './racers.ts';
import type { Crowd } from './storm-child.ts';

const RACERS = 20;
const PHONE_REPS = 100;
/** Open all the time, in the snapshot of everybody who comes back. */
const STANDING_LEADS = 20;
const WARM_LEADS = 40;
const CALM_LEADS = rounds({ quick: 40, full: 60 });
const ROUNDS = rounds({ quick: 2, full: 5 });
const PAUSE_MS = 25;
/** As often as somebody taps, in the calm. */
const TAP_EVERY_MS = 15;
const RATIO_MAX = 3;
/** A p99 below this is noise of the machine: three times nothing is nothing. */
const CALM_FLOOR_MS = 15;
const TEST_MS = 600_000;
const BOARDS = ['points', 'claims', 'claimSpeed', 'conversion', 'opportunities'].flatMap((board) =>
  ['day', 'week', 'month', 'all'].map((period) => ({ board, period, top: 100 })),
);

const clock = createClientClock();
const racers: Racer[] = [];

beforeAll(() => void pinClients());

afterEach(async () => {
  for (const racer of racers.splice(0)) racer.leave();
  endCrowds();
  await endServers();
});

/** A server that collects its garbage when it is told to (by a signal that ends nothing): what is left is what it holds, not what it has not swept yet. */
const SWEEPING: Program = [
  '--expose-gc',
  '--import',
  `data:text/javascript,${encodeURIComponent("process.on('SIGWINCH', () => globalThis.gc())")}`,
];

interface Gauges {
  /** The longest that its loop has stood since it was asked last. */
  stallMs: number;
  /** Sockets that do not keep up. */
  behind: number;
  heldMb: number;
}

async function gauges({ url }: Member): Promise<Gauges> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^\\S*${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
  const heldBytes = read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes');
  return {
    stallMs: read('eventloop_lag_max_seconds') * 1000,
    behind: read('sockets_behind'),
    heldMb: heldBytes / 2 ** 20,
  };
}

async function heldMb(server: Member): Promise<number> {
  server.process.signal('SIGWINCH');
  // The signal is heard before this is answered, and the garbage collected before the next.
  await gauges(server);
  return (await gauges(server)).heldMb;
}

/**
 * What a claim took, and what those who would have tapped meanwhile would have waited: a server that stands still must
 * count for as long as it stood, though everybody was waiting for one answer (coordinated omission).
 */
function corrected(tookMs: number): number[] {
  const omitted = Math.max(0, Math.floor(tookMs / TAP_EVERY_MS) - 1);
  return [tookMs, ...Array.from({ length: omitted }, (_, n) => tookMs - (n + 1) * TAP_EVERY_MS)];
}

/**
 * Leads one after the other, for the racers alone, who all tap each; until `enough` says so. Answers how long the claims
 * took. There is a pause after each, or the racers would leave the crowd no time to be one.
 */
async function race(server: Member, enough: (leads: number) => boolean): Promise<number[]> {
  const tookMs: number[] = [];
  for (let leads = 0; !enough(leads); leads++) {
    const judged = racers.map(
      (racer) =>
        new Promise<void>((resolve) => {
          racer.onAlert = (card) => {
            const atMs = performance.now();
            void racer.claimUntilJudged(`${racer.person.id}-${card.offerId}`, card).then(() => {
              tookMs.push(...corrected(performance.now() - atMs));
              resolve();
            });
          };
        }),
    );
    await post(server.url, '/leads', markedLead(leads, 'demo request'));
    await Promise.all(judged);
    await sleep(clock, PAUSE_MS);
  }
  return tookMs;
}

async function raceDuring(server: Member, work: Promise<void>): Promise<number[]> {
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  const tookMs = await race(server, () => isDone);
  await ended;
  return tookMs;
}

interface Scene {
  server: Member;
  history: History;
  /** Not in the race: tier 2. */
  phoneReps: Person[];
}

/** Hot leads are for tier 1, the racers; the others have leads of their own, which nobody takes. */
async function setTheScene(cell: Cell, program: Program): Promise<Scene> {
  const server = await cell.start({ role: 'all', env: poorNetwork(), program: [...SWEEPING, ...program] });
  pinServer(server.pid);
  const { url } = server;
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const policy = (await (await fetch(`${url}/v1/policy`, { headers })).json()) as { competition: object };
  const delays = { premium: { default: [0, null] }, standard: { default: [0, 0] } };
  await put(url, '/policy', {
    ...policy,
    mode: 'TIERED',
    // Boards are told more often than the preset does.
    leaderboard: { coalesceMs: 100, rateMinClaims: 1 },
    competition: { ...policy.competition, delays },
  });
  const people = await makePeople(url, RACERS);
  const phoneReps = await makePeople(url, PHONE_REPS, () => 2, RACERS);
  const history = new History();
  for (const person of people) racers.push(new Racer(person, history));
  await Promise.all(racers.map((racer) => racer.join(url)));
  for (let n = 0; n < STANDING_LEADS; n++) await post(url, '/leads', markedLead(n, 'newsletter signup'));
  return { server, history, phoneReps };
}

interface Seen {
  calmP99Ms: number;
  stormP99Ms: number;
  /** The most that one storm added to what the server holds. */
  growthMb: number;
  /** The longest that the server's loop has stood in a storm. */
  stallMs: number;
  /** The most sockets that the server held to be behind. */
  behind: number;
  judgement: Judgement;
}

interface Storm {
  crowd: Pick<Crowd, 'sockets' | 'boards'>;
  tokens(scene: Scene): Promise<string[]> | string[];
  /** Whether they are there in the calm, too. */
  isRegular: boolean;
  /** For how long leads are raced beside them once they are in. */
  besideMs: number;
  growthMbMax: number;
  /** Whoever taps while the loop stands waits as long, whether or not a racer happened to: a p99 of claims alone may miss it. */
  stallMsMax: number;
}

async function weather(scene: Scene, storm: Storm, eachRound: (run: () => Promise<void>) => Promise<void>) {
  const { server, history } = scene;
  const tokens = await storm.tokens(scene);
  let isStorm = false;
  const gathering = new Gathering({ url: server.url, tokens, ...storm.crowd }, () => {
    if (isStorm) history.record({ kind: 'fault', what: 'a socket of the crowd' });
  });
  await race(server, (leads) => leads === WARM_LEADS);
  if (storm.isRegular) await raceDuring(server, gathering.tell('come'));
  const calm: number[] = [];
  const stormy: number[] = [];
  const seen = { growthMb: 0, stallMs: 0, behind: 0 };
  await eachRound(async () => {
    calm.push(...(await race(server, (leads) => leads === CALM_LEADS)));
    const before = await heldMb(server);
    isStorm = true;
    const coming = await raceDuring(server, gathering.tell('come'));
    // The walls' storm begins when all are in and have ceased to read.
    if (storm.isRegular) stormy.push(...coming);
    const untilMs = performance.now() + storm.besideMs;
    stormy.push(...(await race(server, () => performance.now() >= untilMs)));
    isStorm = false;
    const { stallMs, behind } = await gauges(server);
    seen.stallMs = Math.max(seen.stallMs, stallMs);
    seen.behind = Math.max(seen.behind, behind);
    seen.growthMb = Math.max(seen.growthMb, (await heldMb(server)) - before);
    if (!storm.isRegular) await gathering.tell('go');
  });
  return { calmP99Ms: percentile(calm, 0.99), stormP99Ms: percentile(stormy, 0.99), ...seen };
}

/** Calm and storm in turns, and the oracle's judgement of it all. */
async function racesIn(
  cell: Cell,
  storm: Storm,
  eachRound: (run: () => Promise<void>) => Promise<void>,
  program: Program = BUILT_SERVER,
): Promise<Seen> {
  const scene = await setTheScene(cell, program);
  const seen = await weather(scene, storm, eachRound);
  const judgement = await judgeEnded(scene.history, cell, racers);
  expect(brokenRules(judgement)).toEqual([]);
  expect(verifyFile(cell.file).violations).toEqual([]);
  for (const racer of racers.splice(0)) racer.leave();
  endCrowds();
  await scene.server.kill();
  return { ...seen, judgement };
}

const COMEBACK: Storm = {
  crowd: { sockets: 2_000, boards: [] },
  tokens: ({ phoneReps }) => phoneReps.map(({ token }) => token),
  isRegular: true,
  besideMs: 0,
  growthMbMax: 60,
  stallMsMax: 170,
};

const WALLS: Storm = {
  crowd: { sockets: 200, boards: BOARDS },
  async tokens({ server: { url } }) {
    const screens = Array.from({ length: 4 }, (_, n) =>
      post<{ token: string }>(url, '/screens', { name: `wall ${n}` }),
    );
    return (await Promise.all(screens)).map(({ token }) => token);
  },
  isRegular: false,
  besideMs: 20_000,
  growthMbMax: 35,
  stallMsMax: 170,
};

/** Whoever stands in line is let in together, once a second. */
const TOGETHER = brokenBuild(
  {
    file: 'server/platform/overload.js',
    from: 'handshakes: { burst: 10, perTick: 1, tickMs: 6, lineMax: 3_000 }',
    to: 'handshakes: { burst: 1e6, perTick: 1e6, tickMs: 1_000, lineMax: 1e6 }',
  },
  { file: 'server/platform/admission.js', from: 'let free = rate.burst;', to: 'let free = 0;' },
  { file: 'server/platform/admission.js', from: 'free -= turn.length;', to: 'free = 0;' },
);
const NOBODY_LET_GO = brokenBuild({
  file: 'server/platform/overload.js',
  from: 'behindBytes: 64 * 1024,\n    shedBytes: 2 * 1024 * 1024',
  to: 'behindBytes: Infinity,\n    shedBytes: Infinity',
});

/** What the promise does not allow, in words. */
function wrongs({ calmP99Ms, stormP99Ms, growthMb, stallMs }: Seen, { growthMbMax, stallMsMax }: Storm): string[] {
  const allowedMs = RATIO_MAX * Math.max(calmP99Ms, CALM_FLOOR_MS);
  return [
    ...(stormP99Ms > allowedMs ? [`claims: p99 ${stormP99Ms.toFixed(0)} ms, allowed ${allowedMs.toFixed(0)}`] : []),
    ...(stallMs > stallMsMax ? [`claims: the loop stood for ${stallMs.toFixed(0)} ms, allowed ${stallMsMax}`] : []),
    ...(growthMb > growthMbMax ? [`memory: grew by ${growthMb.toFixed(0)} MB, allowed ${growthMbMax}`] : []),
  ];
}

it.each([
  {
    part: 'reconnects',
    storm: COMEBACK,
    broken: TOGETHER,
    what: 'the line is let in together, once a second',
    mustSay: /^claims/,
  },
  {
    part: 'slow-walls',
    storm: WALLS,
    broken: NOBODY_LET_GO,
    what: 'a slow reader is never let go',
    mustSay: /^memory/,
  },
])(
  '$part: claims stay near calm, memory is bounded',
  async ({ part: name, storm, broken, what, mustSay }) => {
    const part = new Part('overload', name);
    await using cell = new Cell({ redis: null, name });
    const seen = await racesIn(cell, storm, (run) => part.eachRound(ROUNDS, run));
    expect(wrongs(seen, storm), JSON.stringify({ ...seen, judgement: null })).toEqual([]);
    part.count(seen.judgement);
    await using other = new Cell({ redis: null, name: `${name}-control` });
    const control = await racesIn(other, storm, (run) => run().then(run), broken);
    const round = Math.round;
    part.report(
      { what, found: wrongs(control, storm), mustSay },
      {
        calmP99Ms: round(seen.calmP99Ms),
        stormP99Ms: round(seen.stormP99Ms),
        growthMb: round(seen.growthMb),
        stallMs: round(seen.stallMs),
        behindMax: seen.behind,
        controlP99Ms: round(control.stormP99Ms),
        controlGrowthMb: round(control.growthMb),
        controlStallMs: round(control.stallMs),
      },
    );
  },
  TEST_MS,
);
