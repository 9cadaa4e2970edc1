/**
 * Where an ordered race (claim-orders.ts) has its arbiter: in the process, which takes it along when it is
 * killed; or on a real Redis, which outlives it and may forget. Redis answers when it likes, so that a seat
 * also says when it has: only then is the next step drawn, and a seed gives the same race again.
 */

import { takeCellOver } from '../../server/cell-on-redis.ts';
import type { Arbiter, ArbiterControl, ClaimRequest, Judgement, ProvisionalWin } from '../../server/claims/arbiter.ts';
import { createRedisArbiter, type RedisArbiter } from '../../server/claims/redis-arbiter.ts';
import { createRedisArbiterControl, type RedisArbiterControl } from '../../server/claims/redis-arbiter-control.ts';
import { redisKeys, testClockKey } from '../../server/claims/redis-keys.ts';
import { type Scripts, scripts } from '../../server/claims/redis-scripts.ts';
import { putRaceUp } from '../../server/flow/start.ts';
import type { World } from '../../server/flow/world.ts';
import type { Clock } from '../../server/kernel/clock.ts';
import { type RedisFacts, readRedis } from '../../tools/oracle/on-redis.ts';
import { type TestConnection, unconnected } from './arbiter-benches.ts';
import type { Parts } from './ordered-house.ts';

/** The arbiter of one life of the deciding process. */
export interface Sitting {
  /** As the ledger has it. */
  control: ArbiterControl;
  /** As each gateway has it. */
  judges: readonly Arbiter[];
  openRace(world: World): Promise<void>;
}

export interface Seat {
  /** Wins reach the ledger by a way of their own; else in the turn in which they are granted. */
  readonly winsTravel: boolean;
  /** A life begins, at its clock's time. */
  begin(clock: Clock): Promise<Sitting>;
  /** The process that sat here is dead; `forgets`: what is outside of it is empty, too. */
  end(forgets: boolean): Promise<void>;
  setTime(nowMs: number): Promise<void>;
  /** Resolves when nothing is under way in here. */
  quiet(): Promise<void>;
  /** Nobody asks any more; answers what it holds in the end, null: nothing outlives the process. */
  close(): Promise<RedisFacts | null>;
}

export type MakeSeat = (parts: Parts, onWin: (win: ProvisionalWin, epoch: number) => void) => Seat;

export const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

export function embeddedSeat(parts: Parts): Seat {
  return {
    winsTravel: false,
    async begin(clock) {
      const control = parts.createEmbeddedArbiter({ clock });
      return { control, judges: [control, control], openRace: putRaceUp };
    },
    end: async () => undefined,
    setTime: async () => undefined,
    quiet: turn,
    close: async () => null,
  };
}

let cells = 0;

/** A cell of its own on a shared connection, which no other race may use meanwhile. */
export function redisSeat(redis: TestConnection): MakeSeat {
  const commands = new CommandsUnderWay(redis);
  return (parts, onWin) => new RedisSeat(redis, commands, { ...scripts, ...parts.scripts }, onWin);
}

class RedisSeat implements Seat {
  readonly winsTravel = true;
  readonly #redis: TestConnection;
  readonly #cell = `orders-${++cells}`;
  readonly #scripts: Scripts;
  readonly #onWin: (win: ProvisionalWin, epoch: number) => void;
  readonly #commands: CommandsUnderWay;
  readonly #judges: readonly RedisArbiter[];
  /** Wins that the stream holds for the ledger that lives, and those that have reached it. */
  readonly #due = new Set<string>();
  readonly #handed = new Set<string>();
  readonly #seen = new Set<string>();
  #clock!: Clock;
  #control: RedisArbiterControl | null = null;
  #epoch = 0;

  constructor(
    redis: TestConnection,
    commands: CommandsUnderWay,
    texts: Scripts,
    onWin: (win: ProvisionalWin, epoch: number) => void,
  ) {
    this.#redis = redis;
    this.#commands = commands;
    this.#scripts = texts;
    this.#onWin = onWin;
    // Gateways outlive the ledger: what they believe of the epoch is an older one for a while.
    this.#judges = [0, 1].map(() => this.#judge());
  }

  /** Time is read from the life that is, and no timer of the arbiter's fires: what it waits for is always answered. */
  #timeless(): Clock {
    return {
      nowMs: () => this.#clock.nowMs(),
      monotonicMs: () => this.#clock.monotonicMs(),
      after: () => ({ cancel: () => undefined }),
    };
  }

  #judge(): RedisArbiter {
    const judge = createRedisArbiter({
      redis: this.#redis,
      cell: this.#cell,
      clock: this.#timeless(),
      scripts: this.#scripts,
    });
    return {
      now: () => judge.now(),
      nearlyNow: () => judge.nearlyNow(),
      detach: () => judge.detach(),
      claim: async (request: ClaimRequest): Promise<Judgement> => {
        const judgement = await judge.claim(request);
        if (judgement.kind === 'pending') this.#granted(judgement.claim);
        return judgement;
      },
    };
  }

  #granted(win: ProvisionalWin): void {
    this.#due.add(win.order);
    if (this.#seen.has(win.order)) return;
    this.#seen.add(win.order);
    this.#onWin(win, this.#epoch);
  }

  begin(clock: Clock): Promise<Sitting> {
    return this.#commands.during(this.#begin(clock));
  }

  async #begin(clock: Clock): Promise<Sitting> {
    this.#clock = clock;
    await this.setTime(clock.nowMs());
    for (const [order] of await this.#redis.xrange(redisKeys(this.#cell).wins, '-', '+')) this.#due.add(order);
    const stream = unconnected(`redis://127.0.0.1:${this.#redis.options.port}`, 'stream');
    await stream.connect();
    const control = createRedisArbiterControl({
      ...{ redis: this.#redis, stream, cell: this.#cell, clock: this.#timeless(), scripts: this.#scripts },
      onDisturbance: () => undefined,
      onFault(fault) {
        throw fault;
      },
    });
    this.#control = control;
    control.onProvisionalWin(({ order }) => void this.#handed.add(order));
    const openRace = async (world: World): Promise<void> => {
      this.#epoch = await takeCellOver(world, control, async () => undefined);
      // It is renewed by a timer, and none fires here.
      await this.#redis.persist(redisKeys(this.#cell).epoch);
    };
    return { control, judges: this.#judges, openRace };
  }

  end(forgets: boolean): Promise<void> {
    return this.#commands.during(this.#end(forgets));
  }

  async #end(forgets: boolean): Promise<void> {
    await this.#control?.stop();
    this.#due.clear();
    this.#handed.clear();
    if (forgets) await this.#redis.flushdb();
  }

  async setTime(nowMs: number): Promise<void> {
    await this.#redis.set(testClockKey(this.#cell), nowMs);
  }

  async quiet(): Promise<void> {
    for (let still = 0; still < 2; still++) {
      await turn();
      if (this.#commands.count > 0 || [...this.#due].some((order) => !this.#handed.has(order))) still = -1;
    }
  }

  async close(): Promise<RedisFacts> {
    // The one key that no live cell has.
    await this.#redis.del(testClockKey(this.#cell));
    const facts = await readRedis(this.#redis, this.#cell);
    await this.end(true);
    for (const judge of this.#judges) judge.detach();
    return facts;
  }
}

/** Counts what was sent on a connection and is not answered yet. */
class CommandsUnderWay {
  count = 0;

  constructor(redis: TestConnection) {
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (...sent: Parameters<typeof send>) => {
      void this.during(sent[0].promise).catch(() => undefined);
      return send(...sent);
    };
  }

  /** Work that is under way in other places, too. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.count++;
    try {
      return await work;
    } finally {
      this.count--;
    }
  }
}
