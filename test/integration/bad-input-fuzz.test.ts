/**
 * Bodies and frames made from the protocol's own schemas and then broken in one or two places: never a
 * 5xx, never a row of what was refused, and the server goes on. A failure prints fast-check's seed.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as http from '../../client-sdk/protocol/http.ts';
import * as up from '../../client-sdk/protocol/up.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { breakAll, breaks, jsonOf, sampleOf } from '../support/broken-input.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { ask, closeSockets, signedIn } from '../support/raw-socket.ts';
import { rowCounts } from '../support/tables.ts';

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
