/** Leaderboards and the wall: the same rows over HTTP and on the socket, for everyone who may look. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { boardState, type WallFeed, wallFeed } from '../../client-sdk/protocol/down.ts';
import { type Cast, ownedLead, startCast, tokensOf } from '../support/cast.ts';
import { ask, closeSockets, heard, heardWhere, signedIn } from '../support/raw-socket.ts';

const METRICS = ['points', 'claims', 'claimSpeed', 'conversion', 'opportunities', 'revenue', 'responseSpeed'];
const PERIODS = ['day', 'week', 'month', 'quarter', 'all'];

interface Board {
  epoch: string;
  seq: number;
  rows: { rank: number; repId: string; name: string | null; value: number }[];
  me?: unknown;
}

let cast: Cast;

beforeAll(async () => {
  cast = await startCast();
  const { app, a1, a2, b1 } = cast;
  for (const rep of [a1, a1, b1]) await ownedLead(app, rep);
  const leadId = await ownedLead(app, a2);
  const send = (what: string, body: unknown) =>
    app.call('POST', `/v1/leads/${leadId}/${what}`, { token: a2.token, body });
  await send('activities', { kind: 'call' });
  await send('stages', { stage: 'opportunity' });
  await send('stages', { stage: 'won', revenue: 9 });
});

afterEach(closeSockets);

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const read = (path: string, token = cast.a1.token) =>
  cast.app.call<Board>('GET', `/v1/leaderboards/${path}`, { token });

describe('GET /v1/leaderboards/{metric}', () => {
  it.each(METRICS.flatMap((metric) => PERIODS.map((period) => [metric, period])))(
    '%s by %s has its shape',
    async (metric, period) => {
      const answer = await read(`${metric}?period=${period}&top=10`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        metric,
        period,
        epoch: expect.any(String),
        seq: expect.any(Number),
        asOf: expect.stringMatching(/Z$/),
      });
      const { rows } = answer.body;
      expect(rows.map(({ rank }) => rank)).toEqual([...rows].map(({ rank }) => rank).sort());
      for (const row of rows) expect(Object.keys(row).sort()).toEqual(['name', 'rank', 'repId', 'value']);
    },
  );

  it('ranks what was earned, shows one team alone, and oneself however far down', async () => {
    const { a1, a2, b1 } = cast;
    const points = await read('points?period=all');
    expect(points.body.rows).toMatchObject([
      { rank: 1, repId: a2.id, name: 'Agus', value: 285 },
      { rank: 2, repId: a1.id, value: 20 },
      { rank: 3, repId: b1.id, value: 10 },
    ]);
    const top = await read('claims?period=all&top=1', b1.token);
    expect(top.body.rows).toMatchObject([{ repId: a1.id, value: 2 }]);
    expect(top.body.me).toMatchObject({ repId: b1.id, value: 1 });
    const team = await read('claims?period=all&team=B');
    expect(team.body.rows).toMatchObject([{ rank: 1, repId: b1.id }]);
    const revenue = await read('revenue?period=week', cast.screen.token);
    expect(revenue.body.rows).toMatchObject([{ repId: a2.id, value: 9 }]);
    expect(revenue.body.me).toBeUndefined();
  });

  it.each([
    ['luck', 'metric'],
    ['points?period=year', 'period'],
    ['points?top=0', 'top'],
    ['points?top=101', 'top'],
    ['points?colour=red', 'colour'],
  ])('%s is refused by name', async (path, field) => {
    expect(await read(path)).toMatchObject({ status: 400, body: { code: 'validation', field } });
  });
});

describe('board:watch', () => {
  it.each(['admin', 'managerA', 'a1', 'screen'])('as %s: the rows, then deltas without a gap', async (who) => {
    const { app, b1 } = cast;
    const socket = await signedIn(app.app.url, tokensOf(cast)[who] as string);
    const asked = { board: 'points', period: 'all', top: 10 };
    const state = boardState.parse(await ask(socket, 'board:watch', asked));
    expect(state.rows).toEqual((await read('points?period=all')).body.rows);
    const delta = heard(socket, 'board:delta');
    await ownedLead(app, b1);
    const next = boardState.parse(await delta);
    expect([next.stream, next.epoch, next.seq]).toEqual([state.stream, state.epoch, state.seq + 1]);
    expect(next.rows).toEqual((await read('points?period=all')).body.rows);
    const { stream } = state;
    expect(await ask(socket, 'board:unwatch', { stream })).toEqual({ ok: true });
  });

  it('of a team whose name is as long as a name may be, and no longer watched again', async () => {
    const { app, a1 } = cast;
    const team = 'T'.repeat(200);
    const socket = await signedIn(app.app.url, a1.token);
    const state = await ask(socket, 'board:watch', { board: 'points', period: 'quarter', team });
    expect(boardState.parse(state)).toMatchObject({ team, rows: [] });
    const { stream } = state;
    expect(await ask(socket, 'board:unwatch', { stream })).toEqual({ ok: true });
  });
});

describe('the wall', () => {
  it('feeds totals and the latest claims to a screen, and nobody’s contact', async () => {
    const { app, a1, screen } = cast;
    const socket = await signedIn(app.app.url, screen.token);
    const first = wallFeed.strict().parse(await ask(socket, 'wall:watch'));
    const fed = heardWhere<WallFeed>(socket, 'wall:feed', (feed) => feed.claimsToday > first.claimsToday);
    const leadId = await ownedLead(app, a1);
    const feed = wallFeed.strict().parse(await fed);
    expect(feed.claimsToday).toBe(first.claimsToday + 1);
    expect(feed.latest[0]).toMatchObject({ leadId, repId: a1.id, repName: 'Ayu' });
    expect(JSON.stringify(feed)).not.toMatch(/Maju|Dewi|IT Manager|811/);
  });
});

describe('GET /v1/me', () => {
  it('is the own card: points, rank, claims, limits and own leads', async () => {
    const { app, a2 } = cast;
    const { body } = await app.call('GET', '/v1/me', { token: a2.token });
    expect(body).toMatchObject({
      repId: a2.id,
      name: 'Agus',
      points: 285,
      rank: 1,
      claimsToday: 1,
      limits: [],
      leads: [{ contact: { name: 'Dewi Lestari' } }],
    });
  });
});
