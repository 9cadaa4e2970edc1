/**
 * Threats that show in time alone. A server of its own, measured from outside, on a machine that does nothing else:
 * run by `npm run test:security`, never by `npm test`. What is measured is printed with each test.
 */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createSystemClock, pause } from '../../server/kernel/clock.ts';
import { percentile, tenths } from '../../server/kernel/percentile.ts';
import { brokenBuild } from '../faults/kit/broken-build.ts';
import { ask, closeSockets, heard, signedIn } from '../support/raw-socket.ts';
import { endServers, type Program, type ServerProcess, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';

const KEY = 'admin-key-of-the-tests-0123456789';
const clock = createSystemClock();
const WARM = 300;
const BAD_TOKENS = 3_000;
const BAD_TOKEN_P99_MS = 5;
const LOOKS = 2_000;
const GAP_P50_MS = 1;
const RACES = 60;
const HUMANS = 20;
const BOT_EVERY_MS = 5;

afterEach(async () => {
  closeSockets();
  await endServers();
});

const started = (program?: Program) =>
  startServer({ DATABASE_FILE: join(tempFolder(), 'sambar.db'), ADMIN_API_KEY: KEY }, program);

async function call(server: ServerProcess, method: 'GET' | 'POST', path: string, token: string, body?: unknown) {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, string>;
  return { status: response.status, answer };
}

async function addRep(server: ServerProcess, name: string) {
  const { id = '' } = (await call(server, 'POST', '/reps', KEY, { name, email: `${name}@example.com` })).answer;
  const { token = '' } = (await call(server, 'POST', `/reps/${id}/tokens`, KEY, {})).answer;
  return { id, token };
}

async function addLead(server: ServerProcess): Promise<string> {
  const lead = { source: 'web', company: { name: 'PT' }, contact: { name: 'Budi' } };
  return (await call(server, 'POST', '/leads', KEY, lead)).answer.id ?? '';
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startMs = clock.monotonicMs();
  const result = await work();
  return { ms: clock.monotonicMs() - startMs, result };
}

it('bad tokens are refused as fast as they come', async ({ annotate }) => {
  const server = await started();
  const times: number[] = [];
  for (let n = 0; n < WARM + BAD_TOKENS; n++) {
    const { ms, result } = await timed(() => call(server, 'GET', '/me', `sbr_rep_${'x'.repeat(n % 40)}${n}`));
    expect(result.status).toBe(401);
    if (n >= WARM) times.push(ms);
  }
  const p99Ms = percentile(times, 0.99);
  await annotate(`p50 ${tenths(percentile(times, 0.5))} ms, p99 ${tenths(p99Ms)} ms`);
  expect(p99Ms).toBeLessThan(BAD_TOKEN_P99_MS);
});

/** How far apart the medians are of a lead that is there and not the stranger's, and of one that is not there. */
async function gapMs(program?: Program): Promise<number> {
  const server = await started(program);
  const [owner, stranger] = [await addRep(server, 'owner'), await addRep(server, 'stranger')];
  const theirs = await addLead(server);
  expect((await call(server, 'POST', `/leads/${theirs}/claims`, owner.token, {})).status).toBe(201);
  const nobodys = `${theirs.slice(0, -8)}00000000`;
  const times: Record<string, number[]> = { [theirs]: [], [nobodys]: [] };
  for (let n = 0; n < 2 * (WARM + LOOKS); n++) {
    const leadId = n % 2 === 0 ? theirs : nobodys;
    const { ms, result } = await timed(() => call(server, 'GET', `/leads/${leadId}`, stranger.token));
    expect([result.status, result.answer.code]).toEqual([404, 'unknownLead']);
    if (n >= 2 * WARM) times[leadId]?.push(ms);
  }
  const [there, absent] = [theirs, nobodys].map((leadId) => percentile(times[leadId] ?? [], 0.5));
  return Math.abs((there ?? 0) - (absent ?? 0));
}

/** A server that thinks two milliseconds about a lead that somebody owns. */
const TELLING = brokenBuild({
  file: 'server/edges.js',
  from: "if (speaker.role === 'rep') {",
  to: `if (speaker.role === 'rep') {
      if (owner !== undefined) for (const untilMs = performance.now() + 2; performance.now() < untilMs; );`,
});

it("a lead that is there and not the stranger's takes as long as one that is not there", async ({ annotate }) => {
  const gap = await gapMs();
  await annotate(`p50 apart by ${gap.toFixed(3)} ms`);
  expect(gap).toBeLessThan(GAP_P50_MS);
  expect(await gapMs(TELLING)).toBeGreaterThan(GAP_P50_MS);
});

/** The p99 of twenty humans' claims over some races, with or without a bot at 200 taps a second beside them. */
async function humansP99Ms(withBot: boolean): Promise<{ p99Ms: number; taps: number }> {
  const server = await started();
  const people = await Promise.all(Array.from({ length: HUMANS }, (_, n) => addRep(server, `human${n}`)));
  const humans = await Promise.all(people.map(({ token }) => signedIn(server.url, token)));
  const bot = await signedIn(server.url, (await addRep(server, 'bot')).token);
  const times: number[] = [];
  let current = '';
  const taps: Promise<unknown>[] = [];
  let isOver = false;
  const tapping = (async () => {
    while (withBot && !isOver) {
      if (current !== '') taps.push(ask(bot, 'lead:claim', { leadId: current, requestId: `tap-${taps.length}` }));
      await pause(clock, BOT_EVERY_MS);
    }
  })();
  for (let n = 0; n < RACES; n++) {
    const alerted = humans.map((socket) => heard(socket, 'lead:alert'));
    const leadId = await addLead(server);
    await Promise.all(alerted);
    current = leadId;
    await pause(clock, 20);
    const claims = humans.map((socket) => timed(() => ask(socket, 'lead:claim', { leadId, requestId: `race-${n}` })));
    for (const { ms, result } of await Promise.all(claims)) {
      expect(['won', 'lost']).toContain(result.verdict);
      times.push(ms);
    }
  }
  isOver = true;
  await tapping;
  await Promise.all(taps);
  return { p99Ms: percentile(times, 0.99), taps: taps.length };
}

it('200 taps a second of one bot do not slow the claims of 20 humans', async ({ annotate }) => {
  const calm = await humansP99Ms(false);
  const { p99Ms, taps } = await humansP99Ms(true);
  await annotate(`p99 ${tenths(calm.p99Ms)} ms calm, ${tenths(p99Ms)} ms beside ${taps} taps`);
  expect(taps).toBeGreaterThan(RACES);
  expect(p99Ms).toBeLessThan(3 * calm.p99Ms);
});
