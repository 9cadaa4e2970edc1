/**
 * A Redis that is there and not itself: its scripts thrown away every 100 ms, its memory full, or replaced by
 * its replica while a gateway still speaks to the old one. The next claim is judged, nothing is thrown away,
 * and what the old one grants is nobody's.
 */
import { afterEach, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { parseInfo } from '../../server/platform/redis.ts';
import { connect, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { SILENCE_IS_A_LOSS, TOLD_AT_THE_YES } from './guesses.ts';
import { brokenBuild, type Edit } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { rounds } from './kit/matrix.ts';
import { ANY_EPOCH, epochAt, isAnyEpoch, judgedUnder, ranOut } from './kit/old-epoch.ts';
import { type ControlFindings, Part } from './kit/part.ts';
import { promote, startReplica } from './kit/replica.ts';
import type { Racer } from './racers.ts';
import { Races, type Target } from './races.ts';

const TEST_MS_MAX = 900_000;
const PER_DOOR = 3;
const FLUSH_EVERY_MS = 100;
/** Each round goes on for this many races. */
const FLUSHED_RACES = rounds({ quick: 15, full: 30 });

/** A script that Redis forgot is not sent again. */
const SENT_ONCE: readonly Edit[] = [
  {
    file: 'server/claims/redis-scripts.js',
    from: 'return commands[',
    to: `redis.sent ??= new Map();
      if (!redis.sent.has(name)) redis.sent.set(name, redis.script('LOAD', texts[name]));
      return redis.evalsha(await redis.sent.get(name), keys.length, ...keys, ...args);
      return commands[`,
  },
];

/** A Redis that throws keys away when it is full is as good as any. */
const ANY_EVICTION: readonly Edit[] = [
  { file: 'server/platform/redis.js', from: `if (policy !== 'noeviction') {`, to: 'if (false) {' },
];

const clock = createSystemClock();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Scene {
  redis: TestRedis;
  observer: TestConnection;
  cell: Cell;
  races: Races;
  /** The gateway that the fault is about, and its people. */
  gateway: Member;
  racers: Racer[];
  /** Whether claims by an old epoch are sent with the script that asks for none. */
  isAnyEpoch: boolean;
}

async function opened(redis: TestRedis): Promise<Scene> {
  cleanups.push(() => redis.stop());
  const observer = await connect(redis.url, 'plain');
  cleanups.push(() => observer.disconnect());
  const cell = new Cell({ redis, name: 'odd' });
  cleanups.push(() => cell[Symbol.asyncDispose]());
  const all = await cell.start({ role: 'all', proxied: true });
  const gateway = await cell.start({ role: 'gateway', proxied: true });
  const races = await Races.at({ cell, doors: [all, gateway], perDoor: PER_DOOR });
  cleanups.push(() => races.leave());
  return { redis, observer, cell, races, gateway, racers: races.crowds[1]?.racers as Racer[], isAnyEpoch: false };
}

/** From now on the fault is about a gateway of another build. */
async function withBroken(scene: Scene, name: string, edits: readonly Edit[]): Promise<Scene> {
  const { cell, races } = scene;
  const program = brokenBuild(...edits);
  const gateway = await cell.start({ name, role: 'gateway', proxied: true, program });
  const { racers } = await races.enter(gateway, PER_DOOR);
  return { ...scene, gateway, racers, isAnyEpoch: isAnyEpoch(edits) };
}

async function scriptsAreThrownAway({ observer, races, racers }: Scene): Promise<void> {
  races.start();
  let goesOn = true;
  const flushing = (async () => {
    while (goesOn) {
      await races.strike('SCRIPT FLUSH', () => observer.script('FLUSH'));
      await new Promise<void>((resolve) => void clock.after(FLUSH_EVERY_MS, resolve));
    }
  })();
  await races.won(FLUSHED_RACES);
  goesOn = false;
  await flushing;
  await races.stop();
  const next = await races.aside();
  // Nobody else's claim loads the script again.
  await races.strike('SCRIPT FLUSH', () => observer.script('FLUSH'));
  await races.isJudged(next, racers);
}

async function memoryIsFull({ observer, races, racers }: Scene): Promise<void> {
  races.start();
  await races.won(2);
  const next = await races.aside();
  await races.strikeAClaim('maxmemory', () => observer.config('SET', 'maxmemory', '1'));
  await races.tapInVain(next, racers);
  const evicted = parseInfo(await observer.info('stats')).get('evicted_keys');
  if (evicted !== '0') races.wrong.push(`${evicted} keys were thrown away`);
  // Who takes the cell over after a loss would refuse a Redis that throws keys away.
  await observer.config('SET', 'maxmemory-policy', 'noeviction');
  await observer.config('SET', 'maxmemory', '0');
  await races.tap(next);
  await races.won(2);
}

/** By the epoch of the old master nobody wins what is open: not there, where it ran out, and not at the new one. */
async function oldEpochIsRefused(
  { races, cell, racers, isAnyEpoch }: Scene,
  at: TestRedis,
  epoch: string,
  open: Target,
) {
  const repId = racers[0]?.person.id as string;
  const requestId = `old-epoch-${at.port}-${open.offerId}`;
  const said = await judgedUnder({ ...open, url: at.url, cell: cell.name, epoch, repId, requestId, isAnyEpoch });
  if (said !== 'retry rebuilding') races.wrong.push(`a claim under the old epoch was told ${said}`);
}

/** All but the one gateway follow the replica; to that one the old master is as it was. */
async function masterLivesOn(scene: Scene): Promise<void> {
  const { cell, races, gateway, racers } = scene;
  const old = scene.redis;
  const successor = await startReplica(old.port);
  cleanups.push(() => successor.stop());
  const oldEpoch = await epochAt(old.url, cell.name);
  races.start();
  await races.won(2);
  const claimed = await races.aside();
  const untouched = await races.aside();
  const others = races.racers.filter((racer) => !racers.includes(racer));
  await races.strikeAClaim('failover', async () => {
    await promote(successor);
    for (const member of cell.members) {
      if (member.name === gateway.name) continue;
      member.toRedis?.leadTo(successor.port);
      member.toRedis?.cut();
    }
  });
  await races.tapInVain(claimed, racers);
  await races.tap(claimed, others);
  // The old one runs out of its epoch about now, and the ledger's address beside it: who is quicker than
  // the address asks the ledger itself, and hears from the file who won.
  await races.tapInVain(claimed, racers);
  await ranOut(old.url, cell.name);
  await oldEpochIsRefused(scene, old, oldEpoch, untouched);
  await oldEpochIsRefused(scene, successor, oldEpoch, untouched);
  gateway.toRedis?.leadTo(successor.port);
  gateway.toRedis?.cut();
  await races.tap(claimed);
  await races.won(2);
  scene.redis = successor;
  cell.redis = successor;
  await old.stopServer('SIGKILL');
}

interface Odd {
  part: string;
  count: number;
  strike(scene: Scene): Promise<void>;
  controls: {
    what: string;
    edits: readonly Edit[];
    /** Set before the broken gateway starts. */
    redisSays?: [string, string];
    mustSay: RegExp;
  }[];
}

const ODD: Odd[] = [
  {
    part: 'script-flush',
    count: rounds({ quick: 1, full: 20 }),
    strike: scriptsAreThrownAway,
    controls: [{ what: 'a gateway that sends each script once', edits: SENT_ONCE, mustSay: /instead of a judgement/ }],
  },
  {
    part: 'maxmemory',
    count: rounds({ quick: 1, full: 20 }),
    strike: memoryIsFull,
    controls: [
      { what: 'a claim that Redis refuses is told `lost`', edits: SILENCE_IS_A_LOSS, mustSay: /^S3 / },
      {
        what: 'a Redis that throws keys away is accepted',
        edits: ANY_EVICTION,
        redisSays: ['maxmemory-policy', 'allkeys-lru'],
        mustSay: /keys were thrown away/,
      },
    ],
  },
  {
    part: 'zombie-master',
    // Each needs a replica, and waits for the old master's epoch to run out.
    count: rounds({ quick: 1, full: 10 }),
    strike: masterLivesOn,
    controls: [
      { what: 'a win is told when Redis says yes', edits: TOLD_AT_THE_YES, mustSay: /^S[12] / },
      { what: 'a script that asks for no epoch', edits: ANY_EPOCH, mustSay: /under the old epoch was told pending/ },
    ],
  },
];

it.each(ODD)(
  '$part: the next claim is judged, and no verdict is wrong',
  async ({ part: name, count, strike, controls }) => {
    const part = new Part('redis-odd', name);
    const scene = await opened(await startRedis());
    const { races } = scene;
    await part.eachRound(count, async () => {
      await strike(scene);
      expect(await races.judge()).toEqual([]);
    });
    part.count(races.judgement);
    const findings: ControlFindings[] = [];
    let broken = scene;
    for (const { what, edits, redisSays, mustSay } of controls) {
      if (redisSays !== undefined) await scene.observer.config('SET', ...redisSays);
      // It is the Redis of the round before, which may be another one than that of the scene's beginning.
      broken = await withBroken(broken, what, edits);
      await strike(broken);
      findings.push({ what, found: races.found(), mustSay });
    }
    part.report(findings);
  },
  TEST_MS_MAX,
);
