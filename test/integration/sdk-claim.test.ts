import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryStorage } from '../../client-sdk/src/platform.ts';
import { createSambarClient } from '../../client-sdk/src/sambar-client.ts';
import {
  becomesLive,
  GONE,
  type HttpCall,
  Inbox,
  LOST,
  meet,
  OFFER,
  RETRY,
  ScriptedServer,
  WatchedClock,
  WON,
} from './sdk-scripted-server.ts';

const HALF_AN_HOUR_MS = 1_800_000;
const TAP = { leadId: OFFER.leadId, offerId: OFFER.offerId };
/** Members that a problem carries beside the verdict's own. */
const PROBLEM = { type: 'about:blank', title: 'Not won', detail: 'Sari was faster.', code: 'lost' };

function withOffer(clock?: WatchedClock) {
  return (server: ScriptedServer) => {
    // By the machine's own clock the offer closes half an hour from now, whenever that is.
    const closesAt = clock === undefined ? new Date(Date.now() + HALF_AN_HOUR_MS).toISOString() : OFFER.closesAt;
    server.snapshot = { upTo: 5, offers: [{ ...OFFER, closesAt }] };
    return { clock, random: clock === undefined ? undefined : () => 0 };
  };
}

describe('a claim over the socket', () => {
  test('is one frame with a requestId, answered by the verdict, and leaves the pool', async () => {
    const { server, client } = await meet(onTestFinished, withOffer());
    const claim = client.claim(TAP);
    const frame = await server.frames('lead:claim').next();
    expect(frame.payload).toEqual({
      ...TAP,
      requestId: expect.stringMatching(/^req_[0-9a-z]{24}$/),
    });
    frame.ack?.(WON);
    expect(await claim).toEqual(WON);
    expect(client.pool.offers).toEqual([]);
    expect(client.unanswered).toEqual([]);
  });

  test('a double tap is one claim; a new tap after a verdict is a new one', async () => {
    const { server, client } = await meet(onTestFinished);
    const [one, two] = [client.claim(TAP), client.claim(TAP)];
    const first = await server.frames('lead:claim').next();
    first.ack?.({ verdict: 'refused', ...TAP, rule: 'dailyCap', message: 'Batas harian.' });
    expect(await one).toBe(await two);
    const again = client.claim(TAP);
    const second = await server.frames('lead:claim').next();
    expect(requestIdOf(second.payload)).not.toBe(requestIdOf(first.payload));
    second.ack?.(GONE);
    expect(await again).toEqual(GONE);
    expect(server.frames('lead:claim').rest).toEqual([]);
  });

  test('`retry` is asked again after its pause, with the same requestId', async () => {
    const clock = new WatchedClock();
    const { server, client } = await meet(onTestFinished, withOffer(clock));
    const claim = client.claim(TAP);
    const first = await server.frames('lead:claim').next();
    first.ack?.(RETRY);
    await clock.pass(700);
    const second = await server.frames('lead:claim').next();
    expect(second.payload).toEqual(first.payload);
    second.ack?.(LOST);
    expect(await claim).toEqual(LOST);
  });

  test('a `retry` that would end past the offer is handed to the caller', async () => {
    const { server, client } = await meet(onTestFinished, (script) => {
      const clock = new WatchedClock();
      clock.advanceTo(Date.parse(OFFER.closesAt) - 500);
      return withOffer(clock)(script);
    });
    const claim = client.claim(TAP);
    (await server.frames('lead:claim').next()).ack?.(RETRY);
    expect(await claim).toEqual(RETRY);
    expect(server.frames('lead:claim').rest).toEqual([]);
  });

  test('a server that failed is asked again about the same tap', async () => {
    const clock = new WatchedClock();
    const { server, client } = await meet(onTestFinished, withOffer(clock));
    const claim = client.claim(TAP);
    const first = await server.frames('lead:claim').next();
    first.ack?.({ error: { code: 'internal', message: 'The server failed; ask again.' } });
    await clock.pass(250);
    const second = await server.frames('lead:claim').next();
    expect(second.payload).toEqual(first.payload);
    second.ack?.(WON);
    expect(await claim).toEqual(WON);
  });

  test('a frame the server cannot read is an error with its code', async () => {
    const { server, client } = await meet(onTestFinished);
    const claim = client.claim({ leadId: 'no such id!' });
    const frame = await server.frames('lead:claim').next();
    frame.ack?.({ error: { code: 'malformed', field: 'leadId', message: 'leadId is no id' } });
    await expect(claim).rejects.toMatchObject({ code: 'malformed', message: 'leadId is no id' });
    expect(client.unanswered).toEqual([]);
  });
});

describe('a claim on a bad network', () => {
  test('no ack in 4 s: asked over HTTP under the same key', async () => {
    const clock = new WatchedClock();
    const { server, client } = await meet(onTestFinished, withOffer(clock));
    const calls = httpCalls(server, () => ({ status: 200, body: WON }));
    let unsure = 0;
    const claim = client.claim({ ...TAP, onUnsure: () => unsure++ });
    const frame = await server.frames('lead:claim').next();
    await clock.pass(4000);
    expect(await claim).toEqual(WON);
    expect(unsure).toBe(1);
    const call = await calls.next();
    expect(call.path).toBe('/v1/leads/lead_1/claims');
    expect(call.body).toEqual({ offerId: 'offer_1' });
    expect(call.headers['idempotency-key']).toBe(requestIdOf(frame.payload));
    expect(call.headers.authorization).toBe('Bearer tok_test');
  });

  test('a link that breaks mid-claim: HTTP at once, and nothing is sent again on reconnect', async () => {
    const { server, client } = await meet(onTestFinished, withOffer());
    httpCalls(server, () => ({ status: 409, body: { ...PROBLEM, status: 409, ...LOST } }));
    const claim = client.claim(TAP);
    const frame = await server.frames('lead:claim').next();
    const live = becomesLive(client);
    frame.socket.conn.close();
    expect(await claim).toEqual(LOST);
    await live;
    const back = await server.sockets.next();
    const synced = client.sync();
    const sync = await server.frames('pool:sync').next();
    sync.ack?.({ upTo: 6, offers: [] });
    await synced;
    expect(sync.socket.id).toBe(back.id);
    // The sync came over the new link, after anything that could have been kept for it.
    expect(server.frames('lead:claim').rest).toEqual([]);
  });

  test('a link that is dead but not yet known to be: the claim is not kept for the next one', async () => {
    const { server, client } = await meet(onTestFinished, withOffer());
    httpCalls(server, () => ({ status: 409, body: { ...PROBLEM, status: 409, ...LOST } }));
    const live = becomesLive(client);
    // Socket.IO finds the ping overdue when it is about to write, and would buffer the frame.
    const date = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 600_000);
    const claim = client.claim(TAP);
    date.mockRestore();
    expect(await claim).toEqual(LOST);
    await live;
    const synced = client.sync();
    (await server.frames('pool:sync').next()).ack?.({ upTo: 6, offers: [] });
    await synced;
    expect(server.frames('lead:claim').rest).toEqual([]);
  });

  test('without a link from the start: straight over HTTP', async () => {
    const server = await ScriptedServer.start();
    onTestFinished(() => server.stop());
    const calls = httpCalls(server, () => ({ status: 201, body: WON }));
    const client = createSambarClient({ url: server.url, token: 'tok_test' });
    expect(await client.claim(TAP)).toEqual(WON);
    expect((await calls.next()).headers['idempotency-key']).toMatch(/^req_/);
  });

  test.each([
    ['lost', 409, LOST],
    ['gone', 409, GONE],
    ['refused', 429, { verdict: 'refused', ...TAP, rule: 'attemptRate', message: 'Terlalu cepat.' }],
  ])('`%s` as a problem of status %i becomes the verdict again', async (_name, status, verdict) => {
    const server = await ScriptedServer.start();
    onTestFinished(() => server.stop());
    server.onHttp = () => ({ status, body: { ...PROBLEM, status, ...verdict } });
    const client = createSambarClient({ url: server.url, token: 'tok_test' });
    expect(await client.claim(TAP)).toEqual(verdict);
  });

  test('`retry` as 503, then a plain 503, then the verdict: one key for all three', async () => {
    const clock = new WatchedClock();
    const server = await ScriptedServer.start();
    onTestFinished(() => server.stop());
    const answers = [
      { status: 503, body: { ...PROBLEM, status: 503, ...RETRY }, headers: { 'retry-after': '1' } },
      { status: 503, body: { code: 'starting' }, headers: { 'retry-after': '2' } },
      { status: 201, body: WON },
    ];
    const calls = httpCalls(server, () => answers.shift() ?? { status: 500 });
    const options = { url: server.url, token: 'tok_test', clock, random: () => 0 };
    const claim = createSambarClient(options).claim(TAP);
    await clock.pass(700);
    await clock.pass(2000);
    expect(await claim).toEqual(WON);
    const keys = [await calls.next(), await calls.next(), await calls.next()].map(
      ({ headers }) => headers['idempotency-key'],
    );
    expect(new Set(keys).size).toBe(1);
  });

  test('a wrong token is an error, not a verdict', async () => {
    const server = await ScriptedServer.start();
    onTestFinished(() => server.stop());
    server.onHttp = () => ({ status: 401, body: { code: 'unauthorized', title: 'Unknown token' } });
    const client = createSambarClient({ url: server.url, token: 'tok_wrong' });
    await expect(client.claim(TAP)).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test('nobody answers: after the bound it is unanswered, and the next tap asks about the same', async () => {
    const clock = new WatchedClock();
    const storage = createMemoryStorage();
    const options = {
      url: 'http://sambar.test',
      token: 'tok_test',
      clock,
      random: () => 0,
      storage,
    };
    const unreachable = () => Promise.reject(new TypeError('network'));
    const claim = createSambarClient({ ...options, fetch: unreachable }).claim(TAP);
    const failed = claim.catch((error: unknown) => error);
    for (const pauseMs of [250, 500, 1000, 2000, 2000, 2000, 2000]) await clock.pass(pauseMs);
    expect(await failed).toMatchObject({ code: 'claimUnanswered' });

    const keys: unknown[] = [];
    const answering = (_url: string, init: RequestInit) => {
      keys.push((init.headers as Record<string, string>)['idempotency-key']);
      return Promise.resolve(Response.json(WON));
    };
    // Other chances than before: only what was remembered can give the same key.
    const reloaded = createSambarClient({ ...options, random: () => 0.5, fetch: answering });
    const { requestId } = reloaded.unanswered[0] ?? {};
    expect(await reloaded.claim(TAP)).toEqual(WON);
    expect(keys).toEqual([requestId]);
    expect(reloaded.unanswered).toEqual([]);
  });
});

function requestIdOf(payload: unknown): string {
  return (payload as { requestId: string }).requestId;
}

function httpCalls(server: ScriptedServer, answer: ScriptedServer['onHttp']): Inbox<HttpCall> {
  const calls = new Inbox<HttpCall>();
  server.onHttp = (call) => {
    calls.add(call);
    return answer(call);
  };
  return calls;
}
