/**
 * Bodies and frames made from the protocol's own schemas and then broken in one or two places: never a
 * 5xx, never a row of what was refused, and the server goes on. A failure prints fast-check's seed.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as http from '../../client-sdk/protocol/http.ts';
import * as up from '../../client-sdk/protocol/up.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { ask, closeSockets, signedIn } from '../support/raw-socket.ts';
import { rowCounts } from '../support/tables.ts';

interface Json {
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Json[];
  properties?: Record<string, Json>;
  items?: Json;
  minimum?: number;
}

/** One value that the schema takes, but for what JSON Schema cannot say. */
function sampleOf(schema: Json): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] as Json);
  if (schema.type === 'object') {
    const members = Object.entries(schema.properties ?? {});
    return Object.fromEntries(members.map(([name, member]) => [name, sampleOf(member)]));
  }
  if (schema.type === 'array') return schema.items === undefined ? [] : [sampleOf(schema.items)];
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  if (schema.type === 'null') return null;
  const formats: Record<string, string> = {
    email: 'fuzz@example.com',
    'date-time': '2026-01-01T00:00:00Z',
    date: '2026-01-01',
  };
  return formats[schema.format ?? ''] ?? 'some_text_1';
}

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const HOSTILE: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  '0',
  'null',
  'NaN',
  '\u0000',
  '\ud800',
  '\u202e‏مرحبا',
  '👩🏽‍💼',
  'x'.repeat(12_000),
  '../../etc/passwd',
  "'; DROP TABLE leads; --",
  '{{7*7}}',
  '2026-13-45T99:99:99Z',
  '+262026-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  [],
  {},
  [[]],
  [{}],
  Array(300).fill('x'),
  nested(2_000),
  JSON.parse('{"__proto__":{"admin":true}}'),
  { constructor: { prototype: { admin: true } } },
  { toString: 1, valueOf: null, length: -1 },
];

type Path = (string | number)[];

function pathsOf(value: unknown, above: Path = []): Path[] {
  // What a first break has nested deeply need not be broken deep down again.
  if (typeof value !== 'object' || value === null || above.length > 5) return [above];
  return [above, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...above, key]))];
}

function changed(value: unknown, [key, ...rest]: Path, change: (was: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, change);
  return copy;
}

interface Break {
  place: number;
  kind: 'replace' | 'remove' | 'wrap' | 'add';
  hostile: number;
}

function broken(sample: unknown, { place, kind, hostile }: Break): unknown {
  const paths = pathsOf(sample);
  const path = paths[place % paths.length] as Path;
  const bad = HOSTILE[hostile];
  return changed(sample, path, (was) => {
    if (kind === 'replace') return bad;
    if (kind === 'remove') return undefined;
    if (kind === 'wrap') return [was];
    return typeof was === 'object' && was !== null ? { ...was, extra: bad } : { value: was, extra: bad };
  });
}

const aBreak: fc.Arbitrary<Break> = fc.record({
  place: fc.nat(100),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'wrap', 'add'),
  hostile: fc.nat(HOSTILE.length - 1),
});
const breaks = fc.array(aBreak, { minLength: 1, maxLength: 2 });
const breakAll = (sample: unknown, all: Break[]) => all.reduce((value, one) => broken(value, one), sample);
const jsonOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;

let cast: Cast;
let owned: string;

beforeAll(async () => {
  cast = await startCast();
  owned = await ownedLead(cast.app, cast.a1);
  await cast.app.app.house?.idle();
});

afterEach(closeSockets);

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const CALLS: [method: string, path: () => string, by: 'admin' | 'a1', schema: z.ZodType][] = [
  ['POST', () => '/v1/reps', 'admin', http.newRep],
  ['PATCH', () => `/v1/reps/${cast.b1.id}`, 'admin', http.repPatch],
  ['POST', () => '/v1/managers', 'admin', http.newManager],
  ['POST', () => '/v1/screens', 'admin', http.newNamed],
  ['POST', () => `/v1/reps/${cast.b1.id}/tokens`, 'admin', http.newToken],
  ['POST', () => '/v1/sessions', 'admin', http.newSession],
  ['POST', () => '/v1/leads', 'admin', http.newLead],
  ['POST', () => `/v1/leads/${owned}/claims`, 'a1', http.newClaim],
  ['POST', () => `/v1/leads/${owned}/releases`, 'a1', http.newRelease],
  ['POST', () => `/v1/leads/${owned}/assignments`, 'admin', http.newAssignment],
  ['POST', () => `/v1/leads/${owned}/activities`, 'a1', http.newActivity],
  ['POST', () => `/v1/leads/${owned}/stages`, 'a1', http.newStage],
  ['POST', () => '/v1/assists', 'a1', http.newAssist],
];

const FRAMES: [event: string, schema: z.ZodType][] = [
  ['lead:claim', up.leadClaim],
  ['lead:delivered', up.leadDelivered],
  ['lead:seen', up.leadSeen],
  ['board:watch', up.boardWatch],
  ['board:unwatch', up.boardUnwatch],
  ['pool:sync', up.poolSync],
  ['wall:watch', up.wallWatch],
];

describe('the fuzz', () => {
  it('300 broken bodies: refused by name without a row, or taken whole', async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.nat(CALLS.length - 1), breaks, async (call, all) => {
        const [method, path, by, schema] = CALLS[call] as (typeof CALLS)[number];
        const body = JSON.stringify(breakAll(sampleOf(jsonOf(schema)), all)) ?? '';
        const rows = rowCounts(cast.app.databaseFile);
        const token = by === 'admin' ? ADMIN_KEY : cast.a1.token;
        const answer = await cast.app.call(method, path(), { token, body });
        seen.add(answer.status);
        expect(answer.status).toBeLessThan(500);
        if (answer.status < 400) return;
        expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) });
        if (answer.body.code === 'validation') expect(answer.body.errors).not.toEqual([]);
        if (answer.status === 400) expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
      }),
      { numRuns: 300 },
    );
    // It broke some and left some whole: else the samples or the hostile values are worth nothing.
    expect([...seen]).toEqual(expect.arrayContaining([201, 400]));
  });

  it('200 broken frames: an answer each, an error with its field or what was asked', async () => {
    let socket = await signedIn(cast.app.app.url, cast.a1.token);
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat(FRAMES.length - 1), breaks, async (frame, all) => {
        const [event, schema] = FRAMES[frame] as (typeof FRAMES)[number];
        if (!socket.connected) socket = await signedIn(cast.app.app.url, cast.a1.token);
        const { error } = await ask(socket, event, breakAll(sampleOf(jsonOf(schema)), all));
        codes.add(error?.code ?? 'fine');
        expect(error?.code).not.toBe('internal');
        if (error?.code === 'validation') expect(error.field).toMatch(/./);
      }),
      { numRuns: 200 },
    );
    expect([...codes]).toEqual(expect.arrayContaining(['validation', 'fine']));
    expect(socket.connected).toBe(true);
  });

  it('and the server is as it was', async () => {
    expect((await cast.app.call('GET', '/livez', { token: null })).status).toBe(200);
    const leadId = await cast.app.addLead();
    const socket = await signedIn(cast.app.app.url, cast.a2.token);
    const answer = await ask(socket, 'lead:claim', { leadId, requestId: 'after-all' });
    expect(answer.verdict).toBe('won');
  });
});
