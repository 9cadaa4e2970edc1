/** Caps and ratios while a rep's devices sit at two gateways: one Redis judges both, whoever is asked. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { SambarClient } from '../../client-sdk/src/sambar-client.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type ServerProcess, startServer } from '../support/server-process.ts';

const HOT = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const SPAWN_MS = 120_000;

let redis: TestRedis;
let app: TestApp;
let gateways: ServerProcess[];
/** The preset `open`, as it was at the start. */
let open: Record<string, object>;

beforeAll(async () => {
  redis = await startRedis();
  const cell = { REDIS_URL: redis.url, CELL: 'two-gateways' };
  app = await startApp({ env: cell });
  gateways = [await startServer({ ROLE: 'gateway', ...cell }), await startServer({ ROLE: 'gateway', ...cell })];
  open = (await app.call<Record<string, object>>('GET', '/v1/policy')).body;
}, SPAWN_MS);

afterEach(() => {
  expect(verifyFile(app.databaseFile).violations).toEqual([]);
});

afterAll(async () => {
  await endServers();
  await app[Symbol.asyncDispose]();
  await redis.stop();
});

interface Devices {
  id: string;
  token: string;
  one: SambarClient;
  two: SambarClient;
}

/** A rep with a device at each gateway. Whoever was here before is gone: leads are this one's alone. */
async function atBoth(name: string): Promise<Devices> {
  const { body } = await app.call<{ items: { id: string }[] }>('GET', '/v1/reps');
  for (const { id } of body.items) await app.call('PATCH', `/v1/reps/${id}`, { body: { active: false } });
  const { id, token } = await app.addRep(name);
  const [one, two] = await Promise.all(gateways.map(({ url }) => app.client(token, url)));
  return { id, token, one: one as SambarClient, two: two as SambarClient };
}

async function inForce(change: Record<string, unknown>): Promise<void> {
  const { preset: _, version: __, ...rules } = open;
  expect((await app.setPolicy({ ...rules, ...change })).status).toBe(200);
}

/** `won`, or the rule that refused; what was not judged is asked again. */
async function claim(device: SambarClient, leadId: string): Promise<string> {
  for (;;) {
    const verdict = await device.claim({ leadId });
    if (verdict.verdict !== 'retry') return verdict.verdict === 'refused' ? verdict.rule : verdict.verdict;
  }
}

const ratio = (waiveIfNone: boolean) => ({ fairness: { ...open.fairness, hotPerWarm: 2, waiveIfNone } });

it('FAIR-01: two hot claims with credit for one: exactly one wins, each time', async () => {
  await inForce(ratio(false));
  const rep = await atBoth('Sari');
  for (let round = 0; round < 5; round++) {
    // Two are free in a week, and a warm one pays for two more.
    if (round > 0) expect(await claim(rep.two, await app.addLead(WARM))).toBe('won');
    expect(await claim(rep.one, await app.addLead(HOT))).toBe('won');
    const [first, second] = [await app.addLead(HOT), await app.addLead(HOT)];
    const heard = await Promise.all([claim(rep.one, first), claim(rep.two, second)]);
    expect(heard.sort()).toEqual(['hotPerWarm', 'won']);
  }
});

it('FAIR-01: the warm claim that paid is released: the hot lead it paid for is refused at either gateway', async () => {
  await inForce(ratio(false));
  const rep = await atBoth('Budi');
  const warm = await app.addLead(WARM);
  expect(await claim(rep.one, warm)).toBe('won');
  for (const device of [rep.one, rep.two]) expect(await claim(device, await app.addLead(HOT))).toBe('won');
  const before = await app.addLead(HOT);
  const body = { reason: 'wrong city' };
  expect((await app.call('POST', `/v1/leads/${warm}/releases`, { token: rep.token, body })).status).toBe(201);
  const after = await app.addLead(HOT);
  for (const device of [rep.one, rep.two]) {
    expect([await claim(device, before), await claim(device, after)]).toEqual(['hotPerWarm', 'hotPerWarm']);
  }
  expect(await claim(rep.two, warm)).toBe('won');
  expect(await claim(rep.one, before)).toBe('won');
});

it('FAIR-05: a blind hot claim without credit wins, and the counters go as the truth is', async () => {
  await inForce(ratio(false));
  const rep = await atBoth('Dewi');
  for (const device of [rep.one, rep.two]) expect(await claim(device, await app.addLead(HOT))).toBe('won');
  const seen = await app.addLead(HOT);
  expect(await claim(rep.one, seen)).toBe('hotPerWarm');
  await inForce({ ...ratio(false), blind: { shareOfStandard: 0, shareOfPremium: 1, show: ['region'] } });
  const alerted = new Promise<object>((resolve) => {
    const stop = rep.two.onAlert((card) => {
      stop();
      resolve(card);
    });
  });
  const hidden = await app.addLead({ ...HOT, company: { name: 'PT Rahasia', region: 'Bali' } });
  const card = await alerted;
  expect(card).toMatchObject({ leadId: hidden, blind: true, score: null, temperature: null, region: 'Bali' });
  expect(JSON.stringify(card)).not.toContain('Rahasia');
  expect(await claim(rep.two, hidden)).toBe('won');
  await inForce(ratio(false));
  // Three hot ones: a warm claim pays for the third and one more.
  expect(await claim(rep.one, await app.addLead(WARM))).toBe('won');
  expect(await claim(rep.two, seen)).toBe('won');
  expect(await claim(rep.one, await app.addLead(HOT))).toBe('hotPerWarm');
});

it('FAIR-11: cap raised at noon: what was open keeps the cap it was opened with, what opens then has the new one', async () => {
  const capped = (dailyCap: number) => inForce({ competition: { ...open.competition, dailyCap } });
  await capped(1);
  const rep = await atBoth('Joko');
  const [first, morning] = [await app.addLead(), await app.addLead()];
  expect(await claim(rep.one, first)).toBe('won');
  expect([await claim(rep.one, morning), await claim(rep.two, morning)]).toEqual(['dailyCap', 'dailyCap']);
  await capped(2);
  expect([await claim(rep.one, morning), await claim(rep.two, morning)]).toEqual(['dailyCap', 'dailyCap']);
  const [noon, later] = [await app.addLead(), await app.addLead()];
  const heard = await Promise.all([claim(rep.one, noon), claim(rep.two, later)]);
  expect(heard.sort()).toEqual(['dailyCap', 'won']);
});
