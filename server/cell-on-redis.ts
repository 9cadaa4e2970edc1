/**
 * The deciding process's side of a cell on Redis: its connections, the arbiter's control, the outlet it
 * speaks through, what gateways must know, and the rebuild when Redis is not what it was.
 *
 *   taking over → open        the epoch raised and on file, pending wins settled, the race put up, the gate opened
 *   open        → rebuilding  Redis restarted, was emptied, rolled back or failed over
 *   rebuilding  → open        the same steps again under the next epoch
 *   any         → lost        another ledger has a higher epoch, or the role: this process must end
 */
import type { Redis } from 'ioredis';
import { ArbiterFault } from './claims/offer-checks.ts';
import {
  createRedisArbiterControl,
  type Disturbance,
  type RedisArbiterControl,
} from './claims/redis-arbiter-control.ts';
import { testClockKey } from './claims/redis-keys.ts';
import type { SettledNotice } from './claims/settlement-desk.ts';
import { putRaceUp } from './flow/start.ts';
import type { World } from './flow/world.ts';
import { createOutlet, type Entry, type Outlet } from './gateway/outlet.ts';
import {
  createRegistryWriter,
  type LedgerAddress,
  type RegisteredToken,
  type RegistryWriter,
} from './gateway/registry.ts';
import { createTail, type Tail } from './gateway/tail.ts';
import type { Clock, Timer } from './kernel/clock.ts';
import type { Random } from './kernel/random.ts';
import type { DirectoryWatcher } from './people/people.ts';
import type { TokenRow } from './people/people-store.ts';
import { type CellRole, takeCellRole } from './platform/cell-role.ts';
import type { Log } from './platform/log.ts';
import { checkRedis, createRedis } from './platform/redis.ts';

/** Said again this often; runs out after three seconds. */
const ANNOUNCE_EVERY_MS = 1_000;

export class TestClockError extends Error {
  override name = 'TestClockError';
  readonly code = 'testClock';
}

export interface CellDeps {
  url: string;
  cell: string;
  clock: Clock;
  random: Random;
  log: Log;
  /** A standby that has taken the file has nobody to leave it to: it waits for a Redis that is away. A start fails at once. */
  waitsForRedis: boolean;
  /** Tests stand the arbiter's time still; a live cell refuses to. */
  testClockAllowed: boolean;
  /** The lease that a dead holder of this file left behind; null: none. */
  leftLease: string | null;
  onLease(lease: string): void;
  onLost(reason: string): void;
}

export interface RedisCell {
  arbiter: RedisArbiterControl;
  outlet: Outlet;
  /** Keeps what gateways know of tokens and names in step with the directory. */
  directoryWatcher: DirectoryWatcher;
  /** Takes the cell over: settles what was pending, puts the race up, lets claims in. */
  takeOver(world: World): Promise<void>;
  /** Hears its own outlet: the sockets of this process. */
  hear(listener: (entry: Entry) => void, onGap: () => void): Promise<void>;
  announce(address: LedgerAddress): void;
  close(): Promise<void>;
}

export async function openRedisCell(deps: CellDeps): Promise<RedisCell> {
  const { url, cell, clock, log } = deps;
  const onFault = (error: unknown) => log.warn('Redis', { code: codeOf(error) });
  const connect = async (profile: 'claims' | 'stream' | 'plain') => {
    const redis = createRedis(url, profile, { random: deps.random, onError: onFault });
    try {
      await redis.connect();
      return redis;
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  };
  const plain = deps.waitsForRedis ? await untilReached(() => connect('plain'), clock) : await connect('plain');
  await refuseUnfit(plain, deps);
  const { leftLease, onLease } = deps;
  const onLost = () => deps.onLost('roleTaken');
  const role = await takeCellRole({ redis: plain, cell, clock, leftLease, onLease, onFault, onLost });
  const claims = await connect('claims');
  const wins = await connect('stream');
  const heard = await connect('stream');
  const outlet = createOutlet({ redis: plain, cell, clock, onFault });
  const registry = createRegistryWriter({ redis: plain, cell, onFault });
  let rebuild: (disturbance: Disturbance) => void = () => undefined;
  const arbiter = createRedisArbiterControl({
    redis: claims,
    stream: wins,
    cell,
    clock,
    onFault,
    onDisturbance: (disturbance) => rebuild(disturbance),
  });
  return new Cell({
    ...deps,
    role,
    plain,
    claims,
    wins,
    heard,
    outlet,
    registry,
    arbiter,
    onFault,
    onDisturbance: (task) => {
      rebuild = task;
    },
  });
}

/**
 * The steps of taking a cell over, in the order that SPEC.md counts on; claims are let in by the last one.
 * @param register tells gateways who everybody is
 * @returns the new epoch
 */
export async function takeCellOver(
  world: World,
  arbiter: RedisArbiterControl,
  register: () => Promise<void>,
): Promise<number> {
  const epoch = Number(world.events.cellValue('arbiterEpoch') ?? '0') + 1;
  await world.ledger.write('setCell', { key: 'arbiterEpoch', value: String(epoch) });
  const cursor = world.events.cellValue('lastWinOrder') ?? '0';
  await arbiter.start({ epoch, cursor: cursor.includes('-') ? cursor : '0' });
  await arbiter.drained();
  await world.settlementsIdle();
  await register();
  await arbiter.raise({ scope: 'cell' }, 'rebuilding');
  await arbiter.forgetTheDead((offerId) => world.offers.get(offerId) !== undefined);
  await putRaceUp(world);
  await arbiter.openGate();
  return epoch;
}

interface CellParts extends CellDeps {
  role: CellRole;
  plain: Redis;
  claims: Redis;
  wins: Redis;
  heard: Redis;
  outlet: Outlet;
  registry: RegistryWriter;
  arbiter: RedisArbiterControl;
  onFault(error: unknown): void;
  onDisturbance(task: (disturbance: Disturbance) => void): void;
}

class Cell implements RedisCell {
  readonly arbiter: RedisArbiterControl;
  readonly outlet: Outlet;
  readonly directoryWatcher: DirectoryWatcher;
  readonly #parts: CellParts;
  #tail: Tail | null = null;
  #announcing: Timer | null = null;
  #world: World | null = null;
  #rebuilding: Promise<void> | null = null;
  #closed = false;

  constructor(parts: CellParts) {
    this.#parts = parts;
    this.arbiter = parts.arbiter;
    this.outlet = parts.outlet;
    this.directoryWatcher = {
      tokenPut: (row) => parts.registry.putToken(row.hash, this.#registered(row)),
      tokenDropped: (row) => parts.registry.dropToken(row.hash),
      repPut: (rep) => parts.registry.putName(rep.id, this.#shownName(rep.name)),
      policyChanged: () => {
        for (const rep of this.#world?.directory.reps() ?? [])
          parts.registry.putName(rep.id, this.#shownName(rep.name));
      },
    };
    parts.onDisturbance((disturbance) => this.#disturbed(disturbance));
  }

  /** Begun anew when Redis becomes another one meanwhile. */
  async takeOver(world: World): Promise<void> {
    this.#world = world;
    for (let isOver = false; !isOver; ) {
      try {
        await this.#takeOverOnce(world);
        isOver = true;
      } catch (error) {
        if (!(error instanceof ArbiterFault && error.code === 'REDIS_CHANGED')) throw error;
        this.#parts.log.warn('Redis became another one while the cell was taken over');
        await refuseUnfit(this.#parts.plain, this.#parts);
      }
    }
  }

  async #takeOverOnce(world: World): Promise<void> {
    const epoch = await takeCellOver(world, this.arbiter, () => this.#registerAll(world));
    // At a start gateways could not yet ask this process: `announce` says it then.
    if (this.#announcing !== null) this.outlet.resync();
    this.#parts.log.info('the cell is open', { cell: this.#parts.cell, epoch });
  }

  /** One rebuild at a time; a disturbance during one starts the next after it. */
  #disturbed(disturbance: Disturbance): void {
    const { log } = this.#parts;
    log.warn('Redis is not what it was', { reason: disturbance });
    if (disturbance === 'superseded') {
      this.#parts.onLost('superseded');
      return;
    }
    const world = this.#world;
    if (world === null || this.#closed) return;
    const before = this.#rebuilding ?? Promise.resolve();
    this.#rebuilding = before.then(() => this.#rebuildUntilItHolds(world));
  }

  async #rebuildUntilItHolds(world: World): Promise<void> {
    const { clock, log } = this.#parts;
    while (!this.#closed) {
      try {
        // Another server may answer at the address by now.
        await refuseUnfit(this.#parts.plain, this.#parts);
        await this.takeOver(world);
        return;
      } catch (error) {
        log.error('the race could not be put up again; trying on', {}, error);
        await new Promise<void>((resolve) => void clock.after(ANNOUNCE_EVERY_MS, resolve));
      }
    }
  }

  async #registerAll(world: World): Promise<void> {
    const { directory } = world;
    const tokens = new Map(directory.tokens().map((row) => [row.hash, this.#registered(row)]));
    const names = new Map(directory.reps().map((rep) => [rep.id, this.#shownName(rep.name)]));
    await this.#parts.registry.replaceAll(tokens, names);
  }

  #registered(row: Pick<TokenRow, 'id' | 'role' | 'subjectId' | 'expiresAt' | 'renewsForMs'>): RegisteredToken {
    const { id, role, subjectId, expiresAt, renewsForMs } = row;
    const session = { role, subjectId, tokenId: id, expiresAt, renewsForMs };
    return { ...session, language: this.#world?.directory.language(session) ?? 'id' };
  }

  #namesShown(): boolean {
    const { clock } = this.#parts;
    return this.#world?.policy.at(clock.nowMs()).policy.competition.showWinnerName !== false;
  }

  /** '' where names are hidden: gateways then tell none. */
  #shownName(name: string): string {
    return this.#namesShown() ? name : '';
  }

  async hear(listener: (entry: Entry) => void, onGap: () => void): Promise<void> {
    const { heard, cell, onFault } = this.#parts;
    this.#tail = createTail({ redis: heard, cell, hear: listener, onGap, onFault });
    await this.#tail.start();
  }

  announce(address: LedgerAddress): void {
    const { registry, clock, onFault } = this.#parts;
    const say = () => {
      if (this.#closed) return;
      registry.announce(address).catch(onFault);
      this.#announcing = clock.after(ANNOUNCE_EVERY_MS, say);
    };
    say();
    // What a predecessor committed and could not publish any more, and what was put up again just now.
    this.outlet.resync();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#announcing?.cancel();
    await this.outlet.stop();
    await this.arbiter.stop();
    await this.#tail?.stop();
    const { role, plain, claims, wins, heard } = this.#parts;
    await role.release();
    for (const redis of [plain, claims, wins, heard]) redis.disconnect();
  }
}

async function untilReached(connect: () => Promise<Redis>, clock: Clock): Promise<Redis> {
  for (;;) {
    try {
      return await connect();
    } catch {
      await new Promise<void>((resolve) => void clock.after(ANNOUNCE_EVERY_MS, resolve));
    }
  }
}

async function refuseUnfit(redis: Redis, deps: CellDeps): Promise<void> {
  const { warnings } = await checkRedis(redis);
  for (const warning of warnings) deps.log.warn(warning);
  if (!deps.testClockAllowed && (await redis.exists(testClockKey(deps.cell))) === 1) {
    throw new TestClockError(
      `the key ${testClockKey(deps.cell)} stands the clock still: delete it before a live start`,
    );
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
}

/** What a notice looks like after the way through Redis. */
export function noticeOf(entry: Extract<Entry, { kind: 'settled' }>): SettledNotice {
  return entry.notice as SettledNotice;
}
