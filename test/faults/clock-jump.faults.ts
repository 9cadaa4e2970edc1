/**
 * Clocks that are set in the middle of tiered races (invariants 4, 8): of Redis, of a gateway, of the one
 * embedded process. No window opens early, no offer ends early, and each timer has one effect.
 */
import { afterEach, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import type { Judgement } from '../../tools/oracle/oracle.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { startRedis } from '../support/redis.ts';
import type { Program } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { isFull, rounds } from './kit/matrix.ts';
import { Part, strikesAt } from './kit/part.ts';
import { WallClock } from './kit/wall-clock.ts';
import { makePeople, markedLead, post, put, Racer } from './racers.ts';

const JUMPS_MS = [120_000, -300_000, 3_600_000, -3_600_000];
/** Each has all the jumps at once, every one in a cell of its own; the quick one has the jump that hurts most. */
const ROUNDS = rounds({ quick: 1, full: 3 });
const ROUND_MS_MAX = 120_000;
/** Lane two opens while the clock is wrong, lane three after all is over. */
const LANE_TWO_S = 2;
const LANE_THREE_S = 1_500;
/** What fires early does so when a lane falls due: that long is looked on. */
const LOOKED_ON_MS = (LANE_TWO_S + 1.5) * 1_000;
const AGAIN_MS = 250;
const WON_WITHIN_TRIES = 30;

const clock = createClientClock();
/** The history's. */
const machine = createSystemClock();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Scene {
  /** Of the process whose clock is set. */
  wall: WallClock;
  cell: Cell;
  /** Where people connect. */
  door: Member;
}

interface ClockPart {
  part: string;
  open(program?: Program): Promise<Scene>;
  /** The clock of the race is right all the while: lane two opens on time. Else everything waits. */
  goesOn: boolean;
  /** What hurts this process most. */
  jumpMs: number;
  control: { what: string; program: Program };
}

const CLOCK = 'server/kernel/clock.js';
const NOW = 'nowMs: () => Math.floor(wallAtStartMs + (performance.now() - monotonicAtStartMs))';
const WALL_TIME = brokenBuild({ file: CLOCK, from: NOW, to: 'nowMs: () => Date.now()' });
const REDIS_BELIEVED = brokenBuild({
  file: 'server/claims/redis-arbiter.js',
  from: '!this.#time.agrees(nowMs, sentMs)',
  to: 'false',
});
const DATED_BY_THE_GATEWAY = brokenBuild({
  file: 'server/claims/claims.js',
  from: 'const arrivedAtMs = deps.arbiter.nearlyNow();',
  to: 'const arrivedAtMs = Date.now();',
});

function cellOn(redis: Awaited<ReturnType<typeof startRedis>> | null): Cell {
  const cell = new Cell({ redis, name: 'clocks' });
  cleanups.push(() => cell[Symbol.asyncDispose]());
  return cell;
}

const running = (program?: Program) => (program === undefined ? {} : { program });

async function redisScene(program?: Program): Promise<Scene> {
  const wall = new WallClock(tempFolder());
  const redis = await startRedis({ env: wall.env });
  cleanups.push(() => redis.stop());
  const cell = cellOn(redis);
  return { wall, cell, door: await cell.start({ role: 'all', ...running(program) }) };
}

async function gatewayScene(program?: Program): Promise<Scene> {
  const wall = new WallClock(tempFolder());
  const redis = await startRedis();
  cleanups.push(() => redis.stop());
  const cell = cellOn(redis);
  await cell.start({ role: 'ledger' });
  return { wall, cell, door: await cell.start({ role: 'gateway', env: wall.env, ...running(program) }) };
}

async function embeddedScene(program?: Program): Promise<Scene> {
  const wall = new WallClock(tempFolder());
  const cell = cellOn(null);
  return { wall, cell, door: await cell.start({ role: 'all', env: wall.env, ...running(program) }) };
}

const PARTS: ClockPart[] = [
  {
    part: 'redis',
    open: redisScene,
    goesOn: false,
    jumpMs: 3_600_000,
    control: { what: 'a ledger that believes Redis whatever it says', program: REDIS_BELIEVED },
  },
  {
    part: 'gateway',
    open: gatewayScene,
    goesOn: true,
    jumpMs: -300_000,
    control: { what: 'a gateway that dates claims by its own wall clock', program: DATED_BY_THE_GATEWAY },
  },
  {
    part: 'embedded',
    open: embeddedScene,
    goesOn: true,
    jumpMs: 3_600_000,
    control: { what: 'a process that asks the wall clock each time', program: WALL_TIME },
  },
];

interface Target {
  leadId: string;
  offerId: string;
}

/** One request a rep and offer, as a client that asks again sends it. */
function claimOnce(racer: Racer, target: Target): Promise<Verdict | null> {
  return racer.claimAs(`${racer.person.id}-${target.offerId}`, target);
}

/** Three lanes, one rep in each, who write down what they hear. */
class TieredRaces {
  readonly history = new History();
  readonly wrong: string[] = [];
  readonly #scene: Scene;
  #racers: Racer[] = [];
  #posted = 0;

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** What the oracle says, with the file as it is now. */
  judge(): Judgement {
    return this.history.judge(this.#scene.cell.file, { isOver: true });
  }

  static async at(scene: Scene, laneTwoS: () => number = () => LANE_TWO_S): Promise<TieredRaces> {
    const races = new TieredRaces(scene);
    const { url } = scene.door;
    const people = await makePeople(url, 3, (n) => n + 1);
    await put(url, '/policy', { preset: 'tiered' });
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const policy = (await (await fetch(`${url}/v1/policy`, { headers })).json()) as { competition: object };
    const delays = { default: [0, laneTwoS(), LANE_THREE_S] };
    const changed = { delays: { premium: delays, standard: delays }, dailyCap: null, attemptRate: null };
    await put(url, '/policy', { ...policy, competition: { ...policy.competition, ...changed } });
    races.#racers = people.map((person) => new Racer(person, races.history));
    cleanups.push(() => {
      for (const racer of races.#racers) racer.leave();
    });
    await Promise.all(races.#racers.map((racer) => racer.join(url)));
    return races;
  }

  /** From calm to a wrong clock to calm; what is wrong is in `wrong`. */
  async round(jumpMs: number, goesOn: boolean): Promise<void> {
    const [one, two, three] = this.#racers as [Racer, Racer, Racer];
    const target = await this.#alerted(one);
    const fromMs = clock.nowMs();
    const early = [two, three].map((racer) => claimOnce(racer, target));
    this.history.record({ kind: 'fault', what: `${jumpMs} ms` });
    this.#scene.wall.shiftTo(jumpMs);
    for (const verdict of await Promise.all(early)) this.#mayNotWin(verdict);
    while (clock.nowMs() < fromMs + LOOKED_ON_MS && this.wrong.length === 0) {
      this.#mayNotWin(await claimOnce(three, target));
      await sleep(clock, AGAIN_MS);
    }
    if (goesOn) await this.#wins(two, target);
    this.#scene.wall.shiftTo(0);
    this.#lookForEarlyTimers(target, three);
    if (this.wrong.length > 0) return;
    await this.#wins(two, target);
    expect((await claimOnce(three, target))?.verdict).toBe('lost');
    for (const racer of this.#racers) await racer.refresh();
  }

  /** A lead whose second lane opens `AFTER_CHANGE_S` after the change at `changeMs`; nobody touches the clock. */
  async throughChange(changeMs: number): Promise<void> {
    const [one, two, three] = this.#racers as [Racer, Racer, Racer];
    const target = await this.#alerted(one);
    const untilMs = changeMs + AFTER_CHANGE_S * 1_000 - AGAIN_MS;
    const claimOn = async (racer: Racer) => {
      while (clock.nowMs() < untilMs && this.wrong.length === 0) {
        this.#mayNotWin(await claimOnce(racer, target));
        // Around the change one claim follows the other, so that it meets one that is on its way.
        if (Math.abs(clock.nowMs() - changeMs) > AROUND_CHANGE_MS) await sleep(clock, AGAIN_MS);
      }
    };
    await Promise.all([claimOn(two), claimOn(three)]);
    if (this.wrong.length === 0) await this.#wins(two, target);
    this.#lookForEarlyTimers(target, three);
    for (const racer of this.#racers) await racer.refresh();
  }

  async #alerted(racer: Racer): Promise<Target> {
    const card = new Promise<Target>((resolve) => {
      racer.onAlert = resolve;
    });
    const { id } = await post<{ id: string }>(this.#scene.door.url, '/leads', markedLead(++this.#posted));
    this.history.record({ kind: 'accepted', leadId: id });
    return card;
  }

  #mayNotWin(verdict: Verdict | null): void {
    const heard = verdict?.verdict ?? 'nothing';
    if (heard !== 'early' && heard !== 'retry') this.wrong.push(`${heard} before the lane opens`);
  }

  /** The lane is open: some tries, and it is won. */
  async #wins(racer: Racer, target: Target): Promise<void> {
    let heard = '';
    for (let tries = 0; tries < WON_WITHIN_TRIES && heard !== 'won'; tries++) {
      heard = (await claimOnce(racer, target))?.verdict ?? 'nothing';
      if (heard !== 'won') await sleep(clock, AGAIN_MS);
    }
    if (heard !== 'won') this.wrong.push(`${heard} in a lane that is open`);
  }

  #lookForEarlyTimers({ leadId }: Target, { person }: Racer): void {
    for (const line of this.history.lines) {
      if (line.kind !== 'heard' || (line.payload as { leadId?: string }).leadId !== leadId) continue;
      const { reason } = line.payload as { reason?: string };
      if (line.event === 'lead:withdrawn' && reason === 'expired') this.wrong.push('the offer ended');
      if (line.event === 'lead:alert' && line.repId === person.id) this.wrong.push('lane three was opened');
    }
  }
}

it.each(PARTS)(
  '$part: no window opens early, no offer ends early, no timer has two effects',
  async ({ part: name, open, goesOn, jumpMs, control: { what, program } }) => {
    const part = new Part('clock-jump', name);
    const jumps = isFull ? JUMPS_MS : [jumpMs];
    const scenes = await Promise.all(jumps.map(async (jump) => ({ jump, races: await TieredRaces.at(await open()) })));
    await part.eachRound(ROUNDS, async () => {
      await Promise.all(scenes.map(({ jump, races }) => races.round(jump, goesOn)));
      for (const { races } of scenes) expect(races.wrong).toEqual([]);
    });
    for (const { races } of scenes) {
      const judged = races.judge();
      expect(brokenRules(judged)).toEqual([]);
      part.count(judged);
    }
    const broken = await TieredRaces.at(await open(program));
    await broken.round(jumpMs, goesOn);
    part.report({ what, found: broken.wrong });
  },
  (ROUNDS + 1) * ROUND_MS_MAX,
);

/** In Berlin an hour is left out, and an hour comes twice. */
const CHANGES = ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'].map((at) => Date.parse(at));
/** From the start of the process to the change: time enough to make people and rules. */
const BEFORE_CHANGE_MS = 12_000;
const AFTER_CHANGE_S = 2;
const AROUND_CHANGE_MS = 100;
/** Each lives through both changes at once, in a process each. */
const CHANGE_ROUNDS = rounds({ quick: 1, full: 5 });
const LOCAL_TIME = brokenBuild({
  file: CLOCK,
  from: NOW,
  to: `nowMs: () => {
    const ms = Math.floor(wallAtStartMs + (performance.now() - monotonicAtStartMs));
    return ms - new Date(ms).getTimezoneOffset() * 60_000;
  }`,
});

/** A process in Berlin that lives through the change at `changeMs`. */
async function livesThrough(
  changeMs: number,
  program?: Program,
): Promise<{ races: TieredRaces; trueChangeMs: number }> {
  const wall = new WallClock(tempFolder());
  const shiftMs = Math.round(changeMs - BEFORE_CHANGE_MS - clock.nowMs());
  wall.shiftTo(shiftMs);
  const cell = cellOn(null);
  const door = await cell.start({ role: 'all', env: { ...wall.env, TZ: 'Europe/Berlin' }, ...running(program) });
  let laneTwoS = 0;
  const races = await TieredRaces.at({ wall, cell, door }, () => {
    laneTwoS = Math.ceil((changeMs - shiftMs - clock.nowMs()) / 1_000) + AFTER_CHANGE_S;
    return laneTwoS;
  });
  expect(laneTwoS, 'the change is still to come').toBeGreaterThan(AFTER_CHANGE_S);
  await races.throughChange(changeMs - shiftMs);
  return { races, trueChangeMs: changeMs - shiftMs };
}

it(
  'daylight-saving: a window that reaches over the change is as long as any other',
  async () => {
    const part = new Part('clock-jump', 'daylight-saving');
    await part.eachRound(CHANGE_ROUNDS, async () => {
      const lived = await Promise.all(CHANGES.map((changeMs) => livesThrough(changeMs)));
      for (const { races, trueChangeMs } of lived) {
        expect(races.wrong).toEqual([]);
        const judged = races.judge();
        expect(brokenRules(judged)).toEqual([]);
        part.count(judged, strikesAt(races.history, [machine.monotonicMs() + trueChangeMs - machine.nowMs()]));
      }
    });
    const { races: broken } = await livesThrough(CHANGES[0] as number, LOCAL_TIME);
    part.report({ what: 'a process that reckons in local time', found: broken.wrong });
  },
  (CHANGE_ROUNDS + 1) * ROUND_MS_MAX,
);
