import { describe, expect, test } from 'vitest';
import { Api, SambarProblem, SambarUnreachable } from './http.ts';
import type { ClientClock } from './platform.ts';

/** Every pause is over at once; what was waited for is written down. */
function hurriedClock(): ClientClock & { pausesMs: number[] } {
  const pausesMs: number[] = [];
  return {
    pausesMs,
    nowMs: () => 0,
    after(delayMs, task) {
      // The time-out of a call is not a pause: it never comes here.
      if (delayMs >= 15_000) return { cancel: () => {} };
      pausesMs.push(delayMs);
      queueMicrotask(task);
      return { cancel: () => {} };
    },
  };
}

interface Call {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
}

function fakeServer(answers: (Response | Error)[]) {
  const calls: Call[] = [];
  const clock = hurriedClock();
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    calls.push({
      url,
      method: init.method as string,
      headers: init.headers as Record<string, string>,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    });
    const answer = answers.shift() ?? new Error('no answer left');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const api = new Api({
    url: 'http://sambar.test/',
    token: 'tok',
    fetch,
    clock,
    random: () => 0.5,
  });
  return { api, calls, clock };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

describe('the HTTP helper', () => {
  test('sends the token and, with a POST, one idempotency key that its retries keep', async () => {
    const { api, calls, clock } = fakeServer([
      new TypeError('network'),
      json(503, { code: 'draining' }, { 'retry-after': '1' }),
      json(201, { id: 'act_1' }),
    ]);
    await expect(api.post('/leads/l1/activities', { kind: 'call' })).resolves.toEqual({
      id: 'act_1',
    });
    expect(calls.map(({ url }) => url)).toEqual(Array<string>(3).fill('http://sambar.test/v1/leads/l1/activities'));
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(calls[0]?.headers).toMatchObject({
      authorization: 'Bearer tok',
      'idempotency-key': expect.stringMatching(/^req_[0-9a-z]{24}$/),
    });
    expect(clock.pausesMs).toEqual([400, 1250]);
  });

  test('an answer of problem+json becomes an error with code and fields, and is not tried again', async () => {
    const { api, calls } = fakeServer([
      json(400, {
        title: 'Invalid',
        status: 400,
        code: 'invalid',
        errors: [{ field: 'email', message: 'is not an e-mail address' }],
      }),
    ]);
    const error = await api.post('/reps', { name: 'Sari' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SambarProblem);
    expect(error).toMatchObject({
      status: 400,
      code: 'invalid',
      message: 'Invalid',
      errors: [{ field: 'email', message: 'is not an e-mail address' }],
    });
    expect(calls.length).toBe(1);
  });

  test("a proxy's page of HTML is a problem too", async () => {
    const { api } = fakeServer([new Response('<h1>Bad gateway</h1>', { status: 502 })]);
    await expect(api.get('/me')).rejects.toMatchObject({ status: 502, code: 'http502' });
  });

  test('gives up on a server that cannot be reached after the last attempt', async () => {
    const { api, calls } = fakeServer([]);
    await expect(api.get('/me', { attempts: 2 })).rejects.toBeInstanceOf(SambarUnreachable);
    expect(calls.length).toBe(2);
  });

  test('does not wait for a server that asks for longer than a person would', async () => {
    const { api, calls } = fakeServer([json(503, {}, { 'retry-after': '60' })]);
    await expect(api.get('/me')).rejects.toMatchObject({ status: 503, retryAfterMs: 60_000 });
    expect(calls.length).toBe(1);
  });

  test('hands out the ETag and sends If-Match; an empty answer is no body', async () => {
    const { api, calls } = fakeServer([
      json(200, { version: 3 }, { etag: '"3"' }),
      new Response(null, { status: 204 }),
    ]);
    expect(await api.request('GET', '/policy')).toEqual({
      status: 200,
      body: { version: 3 },
      etag: '"3"',
    });
    await expect(api.put('/policy', { preset: 'tiered' }, { ifMatch: '"3"' })).resolves.toBeUndefined();
    expect(calls[1]).toMatchObject({
      method: 'PUT',
      headers: { 'if-match': '"3"' },
      body: { preset: 'tiered' },
    });
  });
});
