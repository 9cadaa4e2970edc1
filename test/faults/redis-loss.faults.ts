/**
 * Redis is lost in the middle of races (invariants 1 to 4): killed and back as it was, back empty, back as it
 * was some time ago, emptied while it runs, replaced by a replica that had fallen behind. Each time with a
 * provisional win in it that the ledger has not read, so that there is something to forget.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { parseInfo } from '../../server/platform/redis.ts';
import { TcpProxy } from '../../tools/faults/proxy.ts';
import { connect, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import type { Program } from '../support/server-process.ts';
import { SILENCE_IS_A_LOSS, TOLD_AT_THE_YES } from './guesses.ts';
import { brokenBuild, type Edit } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { Limits } from './kit/limits.ts';
import { rounds } from './kit/matrix.ts';
import { type ControlFindings, Part } from './kit/part.ts';
import { promote, startReplica } from './kit/replica.ts';
import type { Racer } from './racers.ts';
import { Races, type Target } from './races.ts';

const ROUNDS = rounds({ quick: 1, full: 20 });
const ROUND_MS_MAX = 60_000;
const PER_DOOR = 3;
/** More than anybody wins in a round. */
const ROOM = 150;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A cell of one server that decides and one gateway, both with a proxy in front of Redis. */
class Scene {
  readonly cell: Cell;
  readonly ledger: Member;
  readonly races: Races;
  /** The one in use. */
  redis: TestRedis;
  /** Those who claim when Redis is lost. */
  atTheGateway: Racer[] = [];
  #observer: TestConnection | null = null;

  private constructor(redis: TestRedis, cell: Cell, ledger: Member, races: Races) {
    this.redis = redis;
    this.cell = cell;
    this.ledger = ledger;
    this.races = races;
  }

  static async set(redis: TestRedis, program?: Program): Promise<Scene> {
    cleanups.push(() => redis.stop());
    const cell = new Cell({ redis, name: 'loss' });
    cleanups.push(() => cell[Symbol.asyncDispose]());
    const ledger = await cell.start({ role: 'all', proxied: true, ...(program === undefined ? {} : { program }) });
    const races = await Races.at({ cell, doors: [ledger], perDoor: PER_DOOR });
    const scene = new Scene(redis, cell, ledger, races);
    cleanups.push(() => {
      races.leave();
      scene.forget();
    });
    await scene.enter(undefined);
    return scene;
  }

  /** One more gateway, of this program, whose people claim from now on when Redis is lost. */
  async enter(program: Program | undefined): Promise<void> {
    const more = program === undefined ? {} : { name: 'broken gateway', program };
    const gateway = await this.cell.start({ role: 'gateway', proxied: true, ...more });
    const { racers } = await this.races.enter(gateway, PER_DOOR);
    this.atTheGateway = racers;
  }

  /** Two of them are at limits, one at each door, by counters that a rebuild must have right. */
  limits(): Limits {
    const { races, ledger, cell } = this;
    const [atOpen] = races.racers as [Racer];
    const [atCap] = this.atTheGateway as [Racer];
    const others = races.racers.filter((racer) => racer !== atOpen && racer !== atCap);
    const aside = (count: number) => Promise.all(Array.from({ length: count }, () => races.aside()));
    const ground = { file: cell.file, url: () => ledger.url, aside };
    return new Limits(ground, { atCap, atOpen, others, room: ROOM });
  }

  async observer(): Promise<TestConnection> {
    this.#observer ??= await connect(this.redis.url, 'plain');
    return this.#observer;
  }

  forget(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  /** Who holds the provisional win; waits for it. */
  async pendingWinner({ offerId }: Target): Promise<string> {
    const observer = await this.observer();
    for (;;) {
      const [state, winner] = await observer.hmget(`{${this.cell.name}}:offer:${offerId}`, 'state', 'winner');
      if (state === 'pending') return winner as string;
    }
  }

  /** The ledger hears Redis again, and nothing of what was held back. */
  reconnect(): void {
    for (const { toRedis } of this.cell.members) {
      toRedis?.cut();
      toRedis?.set('pass');
    }
  }
}

/** The master's history, and the epoch that it has seen last. */
function standing(redis: TestRedis, { name }: Cell): Promise<{ history: string; epoch: string | null }> {
  return redis.use(async (client) => ({
    history: parseInfo(await client.info('replication')).get('master_replid') ?? '',
    epoch: await client.get(`{${name}}:highest-epoch`),
  }));
}

interface Loss {
  part: string;
  redis(): Promise<TestRedis>;
  control: {
    what: string;
    edits: readonly Edit[];
    /** It tells a win too soon: Redis is lost when it has told one. Else as ever. */
    tellsAtTheYes: boolean;
  };
  /** Before anybody claims: what is kept for later. */
  prepare?(scene: Scene): Promise<void>;
  /** With a win that the ledger has not read; Redis is away afterwards, or emptied. */
  lose(scene: Scene): Promise<void>;
  /** Nothing, when it never went away. */
  giveBack?(scene: Scene): Promise<void>;
  /** The provisional win is still there. */
  keepsTheWin?: boolean;
}

const FORGETS_COUNTERS: Edit = {
  file: 'server/flow/counting.js',
  from: 'return world().arbiter.restoreCounters(',
  to: 'return (async () => undefined)(',
};
const AT_THE_YES = { what: 'a win is told when Redis says yes', edits: TOLD_AT_THE_YES, tellsAtTheYes: true };
const snapshotOf = ({ dir }: TestRedis, name: string) => join(dir, name);
const kill = (scene: Scene) => {
  scene.forget();
  return scene.redis.stopServer('SIGKILL');
};

let replica: { redis: TestRedis; link: TcpProxy } | null = null;

const LOSSES: Loss[] = [
  {
    part: 'killed',
    redis: () => startRedis({ persist: true }),
    control: {
      what: 'a claim that Redis does not answer is told `lost`',
      edits: SILENCE_IS_A_LOSS,
      tellsAtTheYes: false,
    },
    lose: kill,
    giveBack: ({ redis }) => redis.startServer(),
    keepsTheWin: true,
  },
  {
    part: 'empty',
    redis: () => startRedis(),
    control: AT_THE_YES,
    lose: kill,
    giveBack: ({ redis }) => redis.startServer(),
  },
  {
    part: 'old-snapshot',
    redis: () => startRedis(),
    control: AT_THE_YES,
    async prepare(scene) {
      // Open in the snapshot, claimed on file.
      const early = await scene.races.aside();
      await (await scene.observer()).save();
      copyFileSync(snapshotOf(scene.redis, 'dump.rdb'), snapshotOf(scene.redis, 'old.rdb'));
      await scene.races.tap(early);
    },
    lose: kill,
    async giveBack({ redis }) {
      copyFileSync(snapshotOf(redis, 'old.rdb'), snapshotOf(redis, 'dump.rdb'));
      await redis.startServer();
    },
  },
  {
    part: 'flushall',
    redis: () => startRedis(),
    control: AT_THE_YES,
    async lose(scene) {
      await (await scene.observer()).flushall();
    },
  },
  {
    part: 'lagging-replica',
    redis: () => startRedis(),
    control: AT_THE_YES,
    async prepare({ redis, races, cell }) {
      const link = await TcpProxy.to(redis.port);
      const before = await standing(redis, cell);
      const follower = await startReplica(link.port);
      // A master's first replica gives it another history: the ledger takes the cell over again, and must not lose
      // its link in the middle of that.
      if ((await standing(redis, cell)).history !== before.history) {
        while ((await standing(redis, cell)).epoch === before.epoch);
      }
      replica = { redis: follower, link };
      cleanups.push(
        () => follower.stop(),
        () => link[Symbol.asyncDispose](),
      );
      await races.won(1);
      // From here on it falls behind.
      link.set('holdReplies');
      await races.won(2);
    },
    lose: kill,
    async giveBack(scene) {
      const { redis: successor, link } = replica as NonNullable<typeof replica>;
      link.cut();
      await promote(successor);
      scene.redis = successor;
      scene.cell.redis = successor;
      for (const { toRedis } of scene.cell.members) toRedis?.leadTo(successor.port);
    },
  },
];

/**
 * From calm to fault to calm; answers whether the win that the ledger had not read was one in the end.
 * Redis is lost in the turn in which that win is seen in it, told or not; a control's when it is told as well.
 */
async function loseRedis(
  scene: Scene,
  { prepare, lose, giveBack, part }: Loss,
  { limits, isTold = false }: { limits?: Limits; isTold?: boolean },
): Promise<boolean> {
  const { races, ledger } = scene;
  await limits?.moveOn();
  races.start();
  await races.won(2);
  await prepare?.(scene);
  const unread = await races.aside();
  const idle = await races.aside();
  ledger.toRedis?.set('holdReplies');
  const taps = races.tap(unread, scene.atTheGateway);
  const holder = await scene.pendingWinner(unread);
  if (isTold) await races.until(() => races.isDecided(unread));
  await races.strike(part, () => lose(scene));
  if (giveBack !== undefined) {
    await races.tapInVain(idle);
    await giveBack(scene);
  }
  scene.reconnect();
  await limits?.expectRefused();
  // Without those who may have been told already: a holder who wins once more is no second winner.
  const others = races.racers.filter((racer) => !scene.atTheGateway.includes(racer));
  await races.tap(unread, others);
  await taps;
  await races.tap(unread);
  await races.tap(idle);
  await races.won(2);
  return races.history
    .answers()
    .some(({ repId, offerId, verdict }) => repId === holder && offerId === unread.offerId && verdict.verdict === 'won');
}

/** The same loss under a ledger that puts offers up again and forgets what its reps have claimed. */
async function foundOfForgottenCounters(loss: Loss): Promise<ControlFindings> {
  const scene = await Scene.set(await loss.redis(), brokenBuild(FORGETS_COUNTERS));
  const { races } = scene;
  await scene.limits().moveOn();
  await races.strike(loss.part, () => loss.lose(scene));
  await races.tap(await races.aside(), races.racers.slice(1, 2));
  const found = await races.judge();
  return { what: 'a rebuild that forgets the counters', found, mustSay: /^L3 .*claims:day/ };
}

it.each(LOSSES)(
  '$part: claims meanwhile hear retry, no second winner, no lost winner, Redis is what the file says again',
  async (loss) => {
    const part = new Part('redis-loss', loss.part);
    const scene = await Scene.set(await loss.redis());
    const { races } = scene;
    const limits = scene.limits();
    await part.eachRound(ROUNDS, async () => {
      const isKept = await loseRedis(scene, loss, { limits });
      expect(await races.judge()).toEqual([]);
      if (loss.keepsTheWin === true) expect(isKept).toBe(true);
    });
    part.count(races.judgement);
    const refusedByALimit = races.history.count('refused');
    await limits.lift();
    await scene.enter(brokenBuild(...loss.control.edits));
    await loseRedis(scene, loss, { isTold: loss.control.tellsAtTheYes });
    const guessed = { what: loss.control.what, found: races.found(), mustSay: /^S[123] / };
    part.report(loss.part === 'flushall' ? [guessed, await foundOfForgottenCounters(loss)] : guessed, {
      refusedByALimit,
    });
  },
  (ROUNDS + 1) * ROUND_MS_MAX,
);
