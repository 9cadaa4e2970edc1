/**
 * A gateway's links break in the middle of races: cut, silent, half open, two seconds late; to Redis, to the
 * ledger. Its people hear no wrong verdict, those of another gateway go on meanwhile, and it recovers by itself.
 */
import { afterEach, expect, it } from 'vitest';
import type { TcpProxy } from '../../tools/faults/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { LEDGER_SILENCE_IS_A_LOSS, SILENCE_IS_A_LOSS } from './guesses.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import type { Racer } from './racers.ts';
import { Races } from './races.ts';

const ROUNDS = rounds({ quick: 1, full: 5 });
/** Of two faults. */
const ROUND_MS_MAX = 60_000;
const PER_DOOR = 2;
/** Each way. */
const DELAY_MS = 1_000;

const GUESSING = brokenBuild(...SILENCE_IS_A_LOSS, ...LEDGER_SILENCE_IS_A_LOSS);
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Fault {
  what: string;
  link: 'toRedis' | 'toLedger';
  strike(link: TcpProxy): void;
}

interface LinkPart {
  part: string;
  faults: Fault[];
}

const refuse = (link: TcpProxy) => link.set('refuse');
const silence = (link: TcpProxy) => link.set('blackhole');
const halfOpen = (link: TcpProxy) => link.halfOpen();
const delay = (link: TcpProxy) => {
  link.delayMs = DELAY_MS;
};

const PARTS: LinkPart[] = [
  {
    part: 'gateway-redis',
    faults: [
      { what: 'Redis refuses', link: 'toRedis', strike: refuse },
      { what: 'Redis is silent', link: 'toRedis', strike: silence },
    ],
  },
  {
    part: 'gateway-ledger',
    faults: [
      { what: 'the ledger refuses', link: 'toLedger', strike: refuse },
      { what: 'the ledger is silent', link: 'toLedger', strike: silence },
    ],
  },
  {
    part: 'half-open',
    faults: [
      { what: 'links to Redis half open', link: 'toRedis', strike: halfOpen },
      { what: 'links to the ledger half open', link: 'toLedger', strike: halfOpen },
    ],
  },
  {
    part: 'delay',
    faults: [
      { what: '2 s to Redis', link: 'toRedis', strike: delay },
      { what: '2 s to the ledger', link: 'toLedger', strike: delay },
    ],
  },
];

interface Cut {
  gateway: Member;
  /** Its people. */
  racers: Racer[];
  /** People of a gateway that nothing happens to. */
  others: Racer[];
}

/** From calm to fault to calm. */
async function breakLink(races: Races, { gateway, racers, others }: Cut, { what, link, strike }: Fault): Promise<void> {
  const proxy = gateway[link] as TcpProxy;
  races.start();
  await races.won(1);
  const met = await races.aside();
  const meanwhile = await races.aside();
  const taps = races.tap(met, racers);
  await races.strike(`${gateway.name}: ${what}`, () => strike(proxy));
  const tapsMeanwhile = races.tap(meanwhile, racers);
  // Long enough that everybody cut off heard what such a gateway says.
  await Promise.all([races.won(2, others), races.answered(met, racers), races.answered(meanwhile, racers)]);
  proxy.delayMs = 0;
  proxy.set('pass');
  await Promise.all([taps, tapsMeanwhile]);
  await races.tap(met);
  await races.tap(meanwhile);
  await races.won(1);
}

it.each(PARTS)(
  '$part: no wrong verdict, others go on, and it recovers without a restart',
  async ({ part: name, faults }) => {
    const part = new Part('links', name);
    const redis = await startRedis();
    cleanups.push(() => redis.stop());
    const cell = new Cell({ redis, name });
    cleanups.push(() => cell[Symbol.asyncDispose]());
    await cell.start({ role: 'ledger' });
    const sound = await cell.start({ name: 'sound', role: 'gateway' });
    const gateway = await cell.start({ role: 'gateway', proxied: true, detoured: true });
    const races = await Races.at({ cell, doors: [sound, gateway], perDoor: PER_DOOR });
    cleanups.push(() => races.leave());
    const [others, racers] = races.crowds.map((crowd) => crowd.racers) as [Racer[], Racer[]];
    await part.eachRound(ROUNDS, async () => {
      for (const fault of faults) await breakLink(races, { gateway, racers, others }, fault);
      expect(await races.judge()).toEqual([]);
    });
    part.count(races.judgement);
    const guesses = { name: 'guessing', program: GUESSING };
    const guessing = await cell.start({ role: 'gateway', proxied: true, detoured: true, ...guesses });
    const misled = await races.enter(guessing, PER_DOOR);
    await breakLink(races, { gateway: guessing, racers: misled.racers, others }, faults[0] as Fault);
    const what = 'a gateway that guesses `lost` when it is not answered';
    part.report({ what, found: races.found(), mustSay: /^S[123] / });
  },
  (ROUNDS + 1) * ROUND_MS_MAX,
);
