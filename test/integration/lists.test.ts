/** Lists in pages: every item once, in order, whatever comes in between; and only one's own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, startApp, type TestApp } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { SimClock } from '../support/sim-clock.ts';

interface Page {
  items: { id: string }[];
  nextCursor: string | null;
}

const LEADS = 11;
let cast: Cast;
const leadIds: string[] = [];

beforeAll(async () => {
  cast = await startCast();
  const { app, a1, a2 } = cast;
  for (let lead = 0; lead < LEADS; lead++) {
    const owner = [a1, a2, undefined][lead % 3];
    leadIds.unshift(owner === undefined ? await app.addLead() : await ownedLead(app, owner));
  }
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

/** Every page of a list, by its cursor; `between` runs after each page. */
async function walk(
  path: string,
  options: { token?: string; limit: number; between?: () => Promise<unknown> },
): Promise<string[]> {
  const { token = ADMIN_KEY, limit, between } = options;
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const answer = await cast.app.call<Page>('GET', `${path}limit=${limit}${query}`, { token });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).sort()).toEqual(['items', 'nextCursor']);
    expect(answer.body.items.length).toBeLessThanOrEqual(limit);
    ids.push(...answer.body.items.map(({ id }) => id));
    cursor = answer.body.nextCursor;
    await between?.();
  } while (cursor !== null);
  return ids;
}

describe('GET /v1/leads', () => {
  it.each([1, 3, 4, LEADS, 200])('in pages of %i: every lead once, newest first', async (limit) => {
    expect(await walk('/v1/leads?', { limit })).toEqual(leadIds);
  });

  it('for a rep: its own and what it is offered, and nothing else', async () => {
    const { a1, a2 } = cast;
    const ofA2 = leadIds.filter((_, place) => (LEADS - 1 - place) % 3 === 1);
    const expected = leadIds.filter((id) => !ofA2.includes(id));
    expect(ofA2).toHaveLength(4);
    expect(await walk('/v1/leads?', { limit: 2, token: a1.token })).toEqual(expected);
    const own = await walk('/v1/leads?status=owned&', { limit: 3, token: a2.token });
    expect(own).toEqual(ofA2);
  });

  it('for a manager: the leads of its teams, and what nobody owns yet', async () => {
    const open = leadIds.filter((_, place) => (LEADS - 1 - place) % 3 === 2);
    const ofB = await walk('/v1/leads?', { limit: 2, token: cast.managerB.token });
    expect(ofB).toEqual(open);
    const ofA = await walk('/v1/leads?', { limit: 2, token: cast.managerA.token });
    expect(ofA).toEqual(leadIds);
  });

  it('walked while leads come in: none twice, none of the old ones missing', async () => {
    const seen = await walk('/v1/leads?', { limit: 2, between: () => cast.app.addLead() });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => leadIds.includes(id))).toEqual(leadIds);
  });

  it.each([
    ['cursor=lead_nobody_has', 'cursor'],
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['status=lost', 'status'],
    ['order=oldest', 'order'],
  ])('%s is refused by name', async (query, field) => {
    const answer = await cast.app.call('GET', `/v1/leads?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation', field } });
  });
});

describe('GET /v1/reps', () => {
  it.each([1, 2, 500])('in pages of %i: every rep once', async (limit) => {
    const { a1, a2, b1 } = cast;
    const all = await walk('/v1/reps?', { limit });
    expect([...all].sort()).toEqual([a1.id, a2.id, b1.id].sort());
  });

  it('for a manager: its teams alone, without a word of secrets', async () => {
    const { app, a1, a2, managerA } = cast;
    const mine = await walk('/v1/reps?', { limit: 1, token: managerA.token });
    expect([...mine].sort()).toEqual([a1.id, a2.id].sort());
    const answer = await app.call('GET', '/v1/reps', { token: managerA.token });
    expect(JSON.stringify(answer.body)).not.toMatch(/sbr_|hash|token/i);
  });
});

describe('leads of one and the same instant', () => {
  it.each([1, 2, 3])('in pages of %i: every lead once', async (limit) => {
    await using app = await startApp({ clock: new SimClock() });
    const posted = await Promise.all(Array.from({ length: 7 }, () => app.addLead()));
    expect([...(await walkLeads(app, limit))].sort()).toEqual(posted.sort());
  });
});

async function walkLeads(app: TestApp, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let query = '';
  for (;;) {
    const { body } = await app.call<Page>('GET', `/v1/leads?limit=${limit}${query}`);
    ids.push(...body.items.map(({ id }) => id));
    if (body.nextCursor === null) return ids;
    query = `&cursor=${body.nextCursor}`;
  }
}
