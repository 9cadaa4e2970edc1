/**
 * SIGTERM in the middle of races (row `sigterm`): the server is told to stop some turns of the loop after a
 * claim was sent. Whatever had been sent before is answered, claims and calls alike, every socket is told when
 * to come back, and the process ends with 0 in its time. The control is a server that is killed instead.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyFile } from '../../server/ledger/verify.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { createChance } from '../../tools/simulation/chance.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers } from '../support/server-process.ts';
import { Cell, type Member } from './kit/cell.ts';
import { reportRow, rounds } from './kit/matrix.ts';
import { makePeople, markedLead, post, Racer } from './racers.ts';

/** Give the one that was printed to draw the same moments again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 3, full: 100 });
const CONTROL_ROUNDS_MAX = 5;
const TEST_MS = 60_000 + ROUNDS * 30_000;
const RACERS = 8;
const POSTERS = 3;

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

interface Stop {
  exitCode: number | null;
  stopMs: number;
  /** Claims that had been sent and not answered when the signal was. */
  inFlight: number;
  /** Of those, the ones that were never answered. */
  claimsCut: number;
  /** Calls over HTTP that had been sent before the signal and got no answer at all. */
  callsCut: number;
  /** Racers who were told when to come back. */
  told: number;
}

/** Races on a cell's one server, again and again, each round ended by a signal. */
class Races {
  readonly history = new History();
  readonly cell: Cell;
  readonly #chance: ReturnType<typeof createChance>;
  #server: Member | null = null;
  #posted = 0;

  constructor(cell: Cell, seed: string) {
    this.cell = cell;
    this.#chance = createChance(seed);
  }

  async start(): Promise<Member> {
    if (this.#server !== null) return this.#server.restart();
    this.#server = await this.cell.start({ role: 'all' });
    for (const person of await makePeople(this.#server.url, RACERS)) racers.push(new Racer(person, this.history));
    return this.#server;
  }

  /** One round: races, the signal in the middle of them, and what became of everything. */
  async endedBy(signal: NodeJS.Signals): Promise<Stop> {
    const server = await this.start();
    await Promise.all(racers.map((racer) => racer.join(server.url)));
    let told = 0;
    for (const racer of racers) void racer.hears('server:draining').then(() => told++);
    const open = new Set<Promise<unknown>>();
    const cut: Promise<boolean>[] = [];
    let struck = false;
    for (const racer of racers) {
      racer.onAlert = (card) => {
        if (struck) return;
        const claim = racer.claim(card);
        open.add(claim);
        cut.push(claim.then((verdict) => verdict === null));
        void claim.finally(() => open.delete(claim));
      };
    }
    const calls = Array.from({ length: POSTERS }, () => this.#postUntil(server.url, () => struck));
    await this.#drawnLine();
    struck = true;
    const inFlight = open.size;
    const atMs = performance.now();
    const exitCode = await server.process.end(signal);
    const stopMs = Math.round(performance.now() - atMs);
    const claimsCut = (await Promise.all(cut)).filter(Boolean).length;
    const callsCut = (await Promise.all(calls)).filter(Boolean).length;
    for (const racer of racers) racer.leave();
    return { exitCode, stopMs, inFlight, claimsCut, callsCut, told };
  }

  /** Posts one lead after the other; true when the last one, sent before the signal, was not answered. */
  async #postUntil(url: string, isOver: () => boolean): Promise<boolean> {
    while (!isOver()) {
      const n = ++this.#posted;
      try {
        const { id } = await post<{ id: string }>(url, '/leads', markedLead(n), `lead-${n}`);
        this.history.record({ kind: 'accepted', leadId: id });
      } catch (error) {
        // A refusal is an answer: 503, nothing stored, come back.
        return !(error as Error).message.includes(': 503 ');
      }
    }
    return false;
  }

  /** Resolves some turns after a claim was sent: before, in or after its commit. */
  #drawnLine(): Promise<void> {
    const strikeAt = this.history.lines.length + Math.floor(this.#chance.between(40, 300));
    let turns = Math.floor(this.#chance.between(0, 12));
    return new Promise((resolve) => {
      const wait = () => {
        if (turns-- > 0) setImmediate(wait);
        else resolve();
      };
      this.history.onLine = (line) => {
        if (line.kind !== 'sent' || this.history.lines.length < strikeAt) return;
        this.history.onLine = () => undefined;
        wait();
      };
    });
  }
}

/** What a stop may not do; empty: it kept its promise. */
function broken({ exitCode, claimsCut, callsCut, told }: Stop): string[] {
  return [
    ...(exitCode === 0 ? [] : [`it ended with ${exitCode}`]),
    ...(claimsCut === 0 ? [] : [`${claimsCut} claims were cut`]),
    ...(callsCut === 0 ? [] : [`${callsCut} calls were cut`]),
    ...(told === RACERS ? [] : [`${told} of ${RACERS} were told when to come back`]),
  ];
}

async function isControlCaught(cell: Cell): Promise<boolean> {
  const races = new Races(cell, `${SEED} control`);
  for (let round = 0; round < CONTROL_ROUNDS_MAX; round++) {
    const stop = await races.endedBy('SIGKILL');
    if (stop.claimsCut > 0) return true;
  }
  return false;
}

describe.each(['embedded', 'redis'])(`SIGTERM in the middle of races, %s, FAULT_SEED=${SEED}`, (arbiter) => {
  const cellOf = (name: string) => new Cell({ redis: arbiter === 'redis' ? redis : null, name });

  it(
    'answers every claim and call that was sent before, tells everybody when to come back, and ends with 0',
    async () => {
      await using cell = cellOf('drain');
      const races = new Races(cell, `${SEED} ${arbiter}`);
      const stops: Stop[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const stop = await races.endedBy('SIGTERM');
        expect(broken(stop), JSON.stringify(stop)).toEqual([]);
        expect(brokenRules(races.history.judge(cell.file))).toEqual([]);
        stops.push(stop);
      }
      expect(verifyFile(cell.file).violations).toEqual([]);
      for (const racer of racers.splice(0)) racer.leave();
      await using other = cellOf('drain-control');
      const caught = await isControlCaught(other);
      expect(caught).toBe(true);
      reportRow({
        row: 'sigterm',
        part: arbiter,
        rounds: ROUNDS,
        faults: ROUNDS,
        hitsInFlight: stops.filter(({ inFlight }) => inFlight > 0).length,
        claims: races.history.requests().length,
        wins: verifyFile(cell.file).counted.claims ?? 0,
        lost: 0,
        doubled: 0,
        figures: {
          claimsInFlight: stops.reduce((sum, { inFlight }) => sum + inFlight, 0),
          stopMsMax: Math.max(...stops.map(({ stopMs }) => stopMs)),
        },
        control: { what: 'SIGKILL in its place', caught },
      });
    },
    TEST_MS,
  );
});
