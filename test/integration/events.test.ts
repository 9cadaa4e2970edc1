/** The public facts: in commit order, every one once, ids and codes alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';

interface Fact {
  id: number;
  kind: string;
  at: string;
  leadId: string;
  repId: string | null;
  [member: string]: unknown;
}

let cast: Cast;
let leadId: string;

beforeAll(async () => {
  cast = await startCast();
  const { app, a1, a2 } = cast;
  leadId = await ownedLead(app, a1);
  const send = (what: string, body: unknown, token?: string) =>
    app.call('POST', `/v1/leads/${leadId}/${what}`, { body, ...(token ? { token } : {}) });
  await send('activities', { kind: 'note', note: 'first' }, a1.token);
  await send('activities', { kind: 'call', note: 'second' }, a1.token);
  await send('stages', { stage: 'opportunity', reason: 'keen' }, a1.token);
  await send('releases', { reason: 'ill' }, a1.token);
  await send('assignments', { repId: a2.id, reason: 'language' });
  await send('stages', { stage: 'won', revenue: 7 }, a2.token);
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

async function page(query: string) {
  const { app, source } = cast;
  const path = `/v1/events${query}`;
  const answer = await app.call<{ items: Fact[]; nextCursor: string | null }>('GET', path, {
    token: source.key,
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('GET /v1/events', () => {
  it('tells claimed, contacted, stage, released, assigned, in the order they were committed', async () => {
    const { items, nextCursor } = await page('');
    expect(nextCursor).toBeNull();
    expect(items.map(({ kind, repId }) => [kind, repId])).toEqual([
      ['claimed', cast.a1.id],
      ['contacted', cast.a1.id],
      ['stage', cast.a1.id],
      ['released', cast.a1.id],
      ['assigned', cast.a2.id],
      ['stage', cast.a2.id],
    ]);
    expect(items.at(-1)).toEqual({
      id: expect.any(Number),
      kind: 'stage',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      leadId,
      offerId: null,
      repId: cast.a2.id,
      from: null,
      stage: 'won',
      revenue: 7,
    });
    expect(items[1]).toMatchObject({ channel: 'call', offerId: null });
    expect(items.map(({ id }) => id)).toEqual([...items].map(({ id }) => id).sort((a, b) => a - b));
  });

  it.each([1, 2, 5, 6])('in pages of %i: every fact once, by nextCursor', async (limit) => {
    const whole = await page('');
    const seen: Fact[] = [];
    let after = '0';
    for (;;) {
      const { items, nextCursor } = await page(`?after=${after}&limit=${limit}`);
      expect(items.length).toBeLessThanOrEqual(limit);
      seen.push(...items);
      if (nextCursor === null) break;
      after = nextCursor;
    }
    expect(seen).toEqual(whole.items);
  });

  it('after the last one: nothing, until something happens', async () => {
    const { items } = await page('');
    const last = items.at(-1)?.id as number;
    expect(await page(`?after=${last}`)).toEqual({ items: [], nextCursor: null });
    await ownedLead(cast.app, cast.b1);
    expect((await page(`?after=${last}`)).items).toMatchObject([{ kind: 'claimed' }]);
  });

  it.each(['after=-1', 'after=x', 'limit=0', 'limit=1001', 'from=1'])('%s is refused', async (query) => {
    const answer = await cast.app.call('GET', `/v1/events?${query}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'validation', field: query.split('=')[0] },
    });
  });
});
