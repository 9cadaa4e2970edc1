/** The one document of rules over HTTP: read with its ETag, replaced whole or not at all. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, type Answer, startApp, type TestApp } from '../support/app.ts';
import { SimClock } from '../support/sim-clock.ts';

interface Document {
  version: number;
  preset: string;
  mode: string;
  competition: Record<string, unknown>;
  points: Record<string, { points: number }>;
  [key: string]: unknown;
}

const clock = new SimClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock });
});

afterEach(async () => {
  await app.setPolicy({ preset: 'open' });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

const read = () => app.call<Document>('GET', '/v1/policy');

function put(body: unknown, ifMatch: string | null, token = ADMIN_KEY): Promise<Answer<Document>> {
  const headers: Record<string, string> = ifMatch === null ? {} : { 'if-match': ifMatch };
  return app.call<Document>('PUT', '/v1/policy', { body, headers, token });
}

async function etag(): Promise<string> {
  return (await read()).headers.get('etag') ?? '';
}

describe('reading', () => {
  it('a new database has open, with an ETag', async () => {
    const answer = await read();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(answer.body).toMatchObject({ preset: 'open', mode: 'OPEN', currency: 'IDR' });
    expect(answer.body.competition).toMatchObject({ dailyCap: null, attemptRate: null });
  });
});

describe('COMP-15, COMP-12: what does not suit', () => {
  it('is in the answers to who sets the rules, in the language that was asked for; what was read can be put back', async () => {
    const added = await Promise.all(Array.from({ length: 10 }, (_, n) => app.addRep(`Open ${n}`, { team: 'Open' })));
    const said = await app.call<{ warnings: { warning: string; message: string }[] }>('GET', '/v1/policy?lang=en');
    expect(said.body.warnings).toMatchObject([
      { warning: 'openForMany', message: expect.stringMatching(/^Team Open is 10/) },
    ]);
    const back = await put(said.body, '*');
    expect(back).toMatchObject({ status: 200, body: { warnings: [{ warning: 'openForMany' }] } });
    const [rep] = added;
    expect((await app.call('GET', '/v1/policy', { token: rep?.token })).body).not.toHaveProperty('warnings');
    const modes = await app.call<{ items: object[] }>('GET', '/v1/policy/modes?lang=id');
    expect(modes.body.items).toMatchObject([{ mode: 'OPEN', inUse: true }, { inUse: false }, {}, {}]);
    for (const { id } of added) await app.call('PATCH', `/v1/reps/${id}`, { body: { active: false } });
  });
});

describe('replacing', () => {
  it('by a preset, with the ETag that was read; what it answers is what is read', async () => {
    const before = await etag();
    const answer = await put({ preset: 'tiered' }, before);
    expect(answer).toMatchObject({ status: 200, body: { preset: 'tiered', mode: 'TIERED' } });
    const after = await read();
    expect(after.body).toEqual(answer.body);
    expect(after.headers.get('etag')).toBe(answer.headers.get('etag'));
    expect(after.headers.get('etag')).not.toBe(before);
  });

  it('by a whole document: what GET answered may be sent back, changed', async () => {
    const { body } = await read();
    const points = { ...body.points, won: { points: 321 } };
    const answer = await put({ ...body, points }, await etag());
    expect(answer.status).toBe(200);
    expect((await read()).body.points.won).toEqual({ points: 321 });
  });

  it('without If-Match: 428; with an old one: 412; with *: always', async () => {
    const old = await etag();
    expect(await put({ preset: 'tiered' }, null)).toMatchObject({
      status: 428,
      body: { code: 'ifMatchNeeded', field: 'If-Match' },
    });
    expect((await put({ preset: 'tiered' }, '*')).status).toBe(200);
    expect(await put({ preset: 'open' }, old)).toMatchObject({
      status: 412,
      body: { code: 'policyChanged', field: 'If-Match' },
    });
    expect(await put({ preset: 'open' }, 'not an etag')).toMatchObject({
      status: 400,
      body: { code: 'badIfMatch' },
    });
    expect((await read()).body.preset).toBe('tiered');
  });

  it('by two at once with the same ETag: one gets it, the other 412', async () => {
    const seen = await etag();
    const both = await Promise.all([put({ preset: 'tiered' }, seen), put({ preset: 'open' }, seen)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const winner = both.find(({ status }) => status === 200);
    expect((await read()).body).toEqual(winner?.body);
  });
});

describe('a wrong document', () => {
  it.each<[string, (document: Document) => unknown, string]>([
    ['an unknown key', (all) => ({ ...all, sliders: 3 }), 'sliders'],
    [
      'an unknown key deep down',
      (all) => ({ ...all, competition: { ...all.competition, dailyCaps: 3 } }),
      'competition.dailyCaps',
    ],
    ['a bad value', (all) => ({ ...all, competition: { ...all.competition, dailyCap: 0 } }), 'competition.dailyCap'],
    ['a wrong type', (all) => ({ ...all, points: { ...all.points, won: { points: 'many' } } }), 'points.won.points'],
    ['a part alone', (all) => ({ competition: all.competition }), 'mode'],
    ['an unknown preset', () => ({ preset: 'wild' }), 'preset'],
    ['a preset with more beside it', () => ({ preset: 'open', mode: 'OPEN' }), 'calendar'],
    ['an array', () => [], 'body'],
    ['a text', () => '"open"', 'body'],
    ['effectiveAt in the past', () => ({ preset: 'tiered', effectiveAt: '2020-01-01T00:00:00Z' }), 'effectiveAt'],
    ['effectiveAt without a zone', () => ({ preset: 'tiered', effectiveAt: '2030-01-01' }), 'effectiveAt'],
  ])('(%s) is refused by its path, and the old one stays in force', async (_, change, field) => {
    const before = await read();
    const answer = await put(change(before.body), '*');
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation', field } });
    expect(answer.body.errors).toContainEqual({ field, message: expect.stringMatching(/\w/) });
    const after = await read();
    expect([after.body, after.headers.get('etag')]).toEqual([before.body, before.headers.get('etag')]);
  });
});

describe('effectiveAt', () => {
  it('the old rules until then, the new ones from then on, for offers opened from then on', async () => {
    const rep = await app.addRep('Sari', { tier: 3 });
    const effectiveAt = new Date(clock.nowMs() + 3_600_000).toISOString();
    const answer = await put({ preset: 'tiered', effectiveAt }, '*');
    expect(answer).toMatchObject({ status: 200, body: { preset: 'tiered' } });
    expect((await read()).body.preset).toBe('open');
    const early = await app.addLead();
    expect((await app.claimOverHttp(rep.token, early, 'k1')).status).toBe(201);
    const held = await app.addLead();
    clock.advance(3_600_000);
    expect((await read()).body.preset).toBe('tiered');
    const late = await app.addLead({ source: 'demo request' });
    const tooEarly = await app.claimOverHttp(rep.token, late, 'k2');
    expect(tooEarly.body.verdict).not.toBe('won');
    // An offer keeps the rules it was opened with; this one's time is simply over by now.
    const old = await app.claimOverHttp(rep.token, held, 'k3');
    expect(old.body.verdict).not.toBe('early');
  });
});
