/**
 * Malformed frames and bodies, made from the schemas and broken so that none of them may be taken: over
 * websocket, polling and HTTP, and bytes that are no HTTP at all. An error each, the process lives,
 * nothing is stored, every one is counted.
 */
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { z } from 'zod';
import * as http from '../../client-sdk/protocol/http.ts';
import * as up from '../../client-sdk/protocol/up.ts';
import { breakAll, breaks, HOSTILE, jsonOf, sampleOf } from '../support/broken-input.ts';
import { ask, closeSockets, connected } from '../support/raw-socket.ts';
import { endServers, type Program, type ServerProcess, startServer } from '../support/server-process.ts';
import { rowCounts } from '../support/tables.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';

const KEY = 'admin-key-of-the-tests-0123456789';
const COUNT = rounds({ quick: 500, full: 5_000 });
const GARBAGE = rounds({ quick: 50, full: 300 });
const AT_ONCE = 20;
const TEST_MS = 600_000;

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

interface Subject {
  server: ServerProcess;
  file: string;
  repId: string;
  token: string;
}

async function post(server: ServerProcess, path: string, body: string | Uint8Array<ArrayBuffer>, token = KEY) {
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
}

async function subject(program?: Program): Promise<Subject> {
  const file = join(tempFolder(), 'sambar.db');
  const server = await startServer({ DATABASE_FILE: file, ADMIN_API_KEY: KEY }, program);
  const rep = await post(server, '/v1/reps', JSON.stringify({ name: 'Ayu', email: 'ayu@example.com' }));
  const { id: repId } = (await rep.json()) as { id: string };
  const made = await post(server, `/v1/reps/${repId}/tokens`, '{}');
  const { token } = (await made.json()) as { token: string };
  return { server, file, repId, token };
}

/** What no schema takes: broken as chance has it, and with a field more than anybody knows. */
const malformed = (schema: z.ZodType, hostile: number, all: Parameters<typeof breakAll>[1]): unknown => {
  const value = breakAll(sampleOf(jsonOf(schema)), all);
  const bad = { no_such_field: HOSTILE[hostile] ?? null };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, ...bad } : bad;
};

async function badInputs({ server }: Subject, where: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`sambar_bad_input_total{where="${where}"`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function inTurns<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map(task));
  }
}

const BODIES: [(repId: string) => string, z.ZodType][] = [
  [() => '/v1/reps', http.newRep],
  [() => '/v1/managers', http.newManager],
  [() => '/v1/screens', http.newNamed],
  [() => '/v1/sources', http.newNamed],
  [(repId) => `/v1/reps/${repId}/tokens`, http.newToken],
  [() => '/v1/sessions', http.newSession],
  [() => '/v1/leads', http.newLead],
];

async function sendBodies(on: Subject): Promise<Findings> {
  const before = { rows: rowCounts(on.file), counted: await badInputs(on, 'http') };
  const bad: string[] = [];
  const sample = fc.sample(fc.tuple(fc.nat(BODIES.length - 1), fc.nat(HOSTILE.length - 1), breaks), COUNT);
  await inTurns(sample, async ([which, hostile, all]) => {
    const [path, schema] = BODIES[which] as (typeof BODIES)[number];
    const { status } = await post(on.server, path(on.repId), JSON.stringify(malformed(schema, hostile, all)));
    // Beyond 64 KiB it is not read: 413.
    if (status !== 400 && status !== 413) bad.push(`${path(on.repId)} answered ${status}`);
  });
  const encodings: [string, Uint8Array<ArrayBuffer>][] = [
    ['latin-1', Uint8Array.from(Buffer.from('{"name":"caf\xe9"}', 'latin1'))],
    ['UTF-16', Uint8Array.from(Buffer.from('{"name":"a"}', 'utf16le'))],
    ['half a character', Uint8Array.from(Buffer.from('{"name":"\\ud800"}'))],
    ['prototype keys', Uint8Array.from(Buffer.from('{"name":"a","__proto__":{"admin":true}}'))],
    ['a deep bomb', Uint8Array.from(Buffer.from('['.repeat(60_000)))],
  ];
  for (const [what, body] of encodings) {
    const { status } = await post(on.server, '/v1/screens', body);
    if (status !== 400) bad.push(`${what} answered ${status}`);
  }
  const counted = (await badInputs(on, 'http')) - before.counted;
  if (counted !== COUNT + encodings.length) bad.push(`${counted} counted of ${COUNT + encodings.length}`);
  return { bad: [...bad, ...stored(before.rows, on)], counted };
}

const FRAMES: [event: string, z.ZodType][] = [
  ['lead:claim', up.leadClaim],
  ['lead:delivered', up.leadDelivered],
  ['lead:seen', up.leadSeen],
  ['board:watch', up.boardWatch],
  ['board:unwatch', up.boardUnwatch],
  ['pool:sync', up.poolSync],
  ['nonsense', up.leadClaim],
];

async function sendFrames(on: Subject): Promise<Findings> {
  const before = { rows: rowCounts(on.file), counted: await badInputs(on, 'socket') };
  const bad: string[] = [];
  const sockets = await Promise.all(
    (['websocket', 'polling'] as const).map((transport) =>
      connected(on.server.url, { auth: { token: on.token }, transports: [transport] }),
    ),
  );
  const sample = fc.sample(fc.tuple(fc.nat(FRAMES.length - 1), fc.nat(HOSTILE.length - 1), breaks), COUNT);
  let n = 0;
  await inTurns(sample, async ([which, hostile, all]) => {
    const [event, schema] = FRAMES[which] as (typeof FRAMES)[number];
    const socket = sockets[n++ % 2] ?? expect.fail();
    const answer = await ask(socket.timeout(30_000), event, malformed(schema, hostile, all)).catch(() => null);
    const code = answer?.error?.code;
    if (code === undefined || code === 'internal') bad.push(`${event} answered ${code ?? 'no error'}`);
  });
  if (!sockets.every((socket) => socket.connected)) bad.push('a socket was closed');
  const counted = (await badInputs(on, 'socket')) - before.counted;
  if (counted !== COUNT) bad.push(`${counted} counted of ${COUNT}`);
  return { bad: [...bad, ...stored(before.rows, on)], counted };
}

function stored(before: Record<string, number>, { file }: Subject): string[] {
  const after = rowCounts(file);
  return Object.keys(after)
    .filter((table) => after[table] !== before[table])
    .map((table) => `${(after[table] ?? 0) - (before[table] ?? 0)} rows in ${table}`);
}

/** Bytes of no protocol, and a megabyte of header: whatever comes back, the connection ends; answers how many did. */
async function sendGarbage({ server }: Subject): Promise<number> {
  const { hostname, port } = new URL(server.url);
  const bytes = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), GARBAGE);
  const header = `GET /livez HTTP/1.1\r\nhost: a\r\nx-pad: ${'x'.repeat(1_048_576)}\r\n\r\n`;
  let closed = 0;
  await inTurns([...bytes, header], (data) => {
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
async function row(name: string, judge: (on: Subject) => Promise<Findings>, unguarded: Program): Promise<void> {
  const part = new Part('bad-input', name);
  const good = await subject();
  await part.eachRound(1, async () => {
    const { bad, counted } = await judge(good);
    const garbage = await sendGarbage(good);
    expect(bad).toEqual([]);
    expect((await fetch(`${good.server.url}/livez`)).status).toBe(200);
    part.struck(counted + garbage);
  });
  expect(await good.server.end('SIGTERM')).toBe(0);
  const found = await judge(await subject(unguarded)).then(
    ({ bad }) => bad,
    (error: unknown) => [String(error)],
  );
  part.report(
    { what: 'a server that takes what no schema takes', found },
    { malformed: COUNT, garbageConnections: GARBAGE },
  );
}

it('bodies', () => row('bodies', sendBodies, UNGUARDED_BODIES), TEST_MS);
it('frames', () => row('frames', sendFrames, UNGUARDED_FRAMES), TEST_MS);
