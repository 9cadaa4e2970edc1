/**
 * Malformed frames and requests, made from the schemas and broken so that none of them may be taken: over
 * websocket, polling and every route of HTTP, at a server and at a gateway, and bytes that are no HTTP at all. An
 * error each, the processes live, nothing is stored, every one is counted.
 */
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import * as up from '../../client-sdk/protocol/up.ts';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { jsonOf } from '../support/broken-input.ts';
import { ask, closeSockets, connected } from '../support/raw-socket.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type Program } from '../support/server-process.ts';
import { rowCounts } from '../support/tables.ts';
import {
  type HostileRequest,
  hostileRequest,
  hostility,
  malformed,
  oddOnesBadlyAnswered,
  send,
  targetsOf,
} from './hostile-requests.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { makePeople, type Person } from './racers.ts';

const COUNT = rounds({ quick: 500, full: 5_000 });
const GARBAGE = rounds({ quick: 50, full: 300 });
const AT_ONCE = 20;
const AGAIN_MS = 1_000;
const TRIES_MAX = 5;
const TEST_MS = 600_000;
/** Those that answer whatever they take: of others an unguarded one may say nothing at all. */
const PLAIN_ROUTES = /^\/v1\/(reps|managers|screens|sources|leads|sessions)$/;

/** Whatever comes is taken for what was asked. */
const UNGUARDED_BODIES = brokenBuild({
  file: 'server/platform/http.js',
  from: 'const parsed = schema.safeParse(input);',
  to: 'const parsed = { success: true, data: input };',
});
const UNGUARDED_FRAMES = brokenBuild({
  file: 'server/platform/sockets.js',
  from: 'const parsed = rule.schema.safeParse(payload);',
  to: 'const parsed = { success: true, data: payload ?? {} };',
});

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

afterEach(async () => {
  closeSockets();
  await endServers();
});

interface Findings {
  /** What the server should not have done, in words. */
  bad: string[];
  /** By how much its own counter of bad input grew. */
  counted: number;
}

/** A server and a gateway beside it, on one file: whatever is sent goes to both doors in turn. */
interface Subject {
  cell: Cell;
  doors: [server: Member, gateway: Member];
  repToken: string;
}

async function subject(name: string, program?: Program): Promise<Subject> {
  const cell = new Cell({ redis, name, env: { LOG_LEVEL: 'error' } });
  const how = program === undefined ? {} : { program };
  const server = await cell.start({ role: 'all', ...how });
  const gateway = await cell.start({ role: 'gateway', ...how });
  const [person] = (await makePeople(server.url, 1)) as [Person];
  return { cell, doors: [server, gateway], repToken: person.token };
}

/** What both have counted, each for itself. */
async function badInputs({ doors }: Subject, where: string): Promise<number> {
  const texts = await Promise.all(doors.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith(`sambar_bad_input_total{where="${where}"`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Ends when something is bad: a control may answer nothing more from then on. */
async function inTurns<T>(
  items: readonly T[],
  bad: readonly string[],
  task: (item: T, n: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length && bad.length === 0; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map((item, n) => task(item, from + n)));
  }
}

async function sendBodies(on: Subject, routes = /./): Promise<Findings> {
  const { cell, doors } = on;
  const targets = await targetsOf(doors[0].url, { tokens: [ADMIN_KEY, on.repToken], routes });
  const before = { rows: rowCounts(cell.file), counted: await badInputs(on, 'http') };
  const bad: string[] = [];
  await inTurns(fc.sample(hostility, COUNT), bad, async (drawn, n) => {
    // Every route in turn, at both doors.
    const request = hostileRequest(targets, { ...drawn, place: Math.floor(n / 2) });
    const door = doors[n % 2] as Member;
    const status = await sendUntilHeard(door.url, request);
    // 409, 412 and 429 are answers to what was well meant.
    if (status < 400 || status >= 500 || [409, 412, 429].includes(status)) {
      bad.push(`${door.name}: ${request.target.method} ${request.path.slice(0, 200)} answered ${status}`);
    }
  });
  if (bad.length > 0) return { bad, counted: 0 };
  const counted = (await badInputs(on, 'http')) - before.counted;
  if (counted !== COUNT) bad.push(`${counted} counted of ${COUNT}`);
  for (const { url } of doors) bad.push(...(await oddOnesBadlyAnswered(url)));
  return { bad: [...bad, ...stored(before.rows, on)], counted };
}

/** A gateway that has not heard of its ledger for three seconds says 503: on a slow machine it is asked again. */
async function sendUntilHeard(url: string, request: HostileRequest): Promise<number> {
  for (let tries = 1; ; tries++) {
    const status = await send(url, request);
    if (status !== 503 || tries === TRIES_MAX) return status;
    await sleep(createClientClock(), AGAIN_MS);
  }
}

const FRAMES: [event: string, z.ZodType][] = [
  ['lead:claim', up.leadClaim],
  ['lead:delivered', up.leadDelivered],
  ['lead:seen', up.leadSeen],
  ['board:watch', up.boardWatch],
  ['board:unwatch', up.boardUnwatch],
  ['pool:sync', up.poolSync],
  ['wall:watch', up.wallWatch],
  ['nonsense', up.leadClaim],
];

async function sendFrames(on: Subject): Promise<Findings> {
  const before = { rows: rowCounts(on.cell.file), counted: await badInputs(on, 'socket') };
  const bad: string[] = [];
  const sockets = await Promise.all(
    (['websocket', 'polling'] as const).flatMap((transport) =>
      on.doors.map(({ url }) => connected(url, { auth: { token: on.repToken }, transports: [transport] })),
    ),
  );
  await inTurns(fc.sample(hostility, COUNT), bad, async (drawn, n) => {
    const [event, schema] = FRAMES[drawn.place % FRAMES.length] as (typeof FRAMES)[number];
    const socket = sockets[n % sockets.length] ?? expect.fail();
    const answer = await ask(socket.timeout(30_000), event, malformed(jsonOf(schema), drawn)).catch(() => null);
    const code = answer?.error?.code;
    if (code === undefined || code === 'internal') {
      bad.push(`${event} answered ${code ?? 'no error'} to ${JSON.stringify(drawn)}, door ${n % sockets.length}`);
    }
  });
  if (bad.length > 0) return { bad: [...bad, ...failuresOf(on)], counted: 0 };
  if (!sockets.every((socket) => socket.connected)) bad.push('a socket was closed');
  const counted = (await badInputs(on, 'socket')) - before.counted;
  if (counted !== COUNT) bad.push(`${counted} counted of ${COUNT}`);
  return { bad: [...bad, ...stored(before.rows, on)], counted };
}

/** What the servers logged of frames that failed. */
function failuresOf({ doors }: Subject): string[] {
  return doors.flatMap(({ process }) =>
    process
      .output()
      .split('\n')
      .filter((line) => line.includes('a frame failed')),
  );
}

function stored(before: Record<string, number>, { cell }: Subject): string[] {
  const after = rowCounts(cell.file);
  return Object.keys(after)
    .filter((table) => after[table] !== before[table])
    .map((table) => `${(after[table] ?? 0) - (before[table] ?? 0)} rows in ${table}`);
}

/** Bytes of no protocol, and a megabyte of header: whatever comes back, the connection ends; answers how many did. */
async function sendGarbage({ doors }: Subject): Promise<number> {
  const bytes = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), GARBAGE);
  const header = `GET /livez HTTP/1.1\r\nhost: a\r\nx-pad: ${'x'.repeat(1_048_576)}\r\n\r\n`;
  let closed = 0;
  await inTurns([...bytes, header, header], [], (data, n) => {
    const { hostname, port } = new URL((doors[n % 2] as Member).url);
    const socket = connect(Number(port), hostname);
    return new Promise<void>((resolve) => {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        closed++;
        resolve();
      });
      socket.on('data', () => socket.destroy());
      // What could be the beginning of something is let go of, not waited for.
      socket.write(data, () => socket.end());
    });
  });
  return closed;
}

/** Runs a part with its control; what struck is what the good build counted as bad, and connections of garbage. */
async function row(
  name: string,
  judge: (on: Subject, routes?: RegExp) => Promise<Findings>,
  unguarded: Program,
): Promise<void> {
  const part = new Part('bad-input', name);
  const good = await subject(name);
  await part.eachRound(1, async () => {
    const { bad, counted } = await judge(good);
    const garbage = await sendGarbage(good);
    expect(bad).toEqual([]);
    for (const { url } of good.doors) expect((await fetch(`${url}/livez`)).status).toBe(200);
    part.struck(counted + garbage);
  });
  for (const member of [...good.doors].reverse()) expect(await member.terminate()).toBe(0);
  const found = await judge(await subject(`${name}-unguarded`, unguarded), PLAIN_ROUTES).then(
    ({ bad }) => bad,
    (error: unknown) => [String(error)],
  );
  part.report(
    { what: 'a server that takes what no schema takes', found },
    { malformed: COUNT, atGateway: COUNT / 2, garbageConnections: GARBAGE },
  );
}

it('bodies', () => row('bodies', sendBodies, UNGUARDED_BODIES), TEST_MS);
it('frames', () => row('frames', sendFrames, UNGUARDED_FRAMES), TEST_MS);
