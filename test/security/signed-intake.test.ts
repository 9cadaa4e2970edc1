/** Threat: a lead that its source never sent. Signed posts, as any sender of Standard Webhooks makes them. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveSecrets, signingSecret } from '../../server/leads/signed-intake.ts';
import { leadBody, startApp } from '../support/app.ts';
import { type Cast, startCast } from '../support/cast.ts';
import { startRedis } from '../support/redis.ts';
import { SimClock } from '../support/sim-clock.ts';
import { rowCounts } from '../support/tables.ts';

const clock = new SimClock();
const SECRET = { APP_SECRET: 'app-secret-of-the-tests-0123456789abcdef' };
let cast: Cast;
let source: { id: string; key: string; tokenId: string; signingSecret: string };

beforeAll(async () => {
  cast = await startCast({ clock, env: SECRET });
  source = (await cast.app.call<typeof source>('POST', '/v1/sources', { body: { name: 'crm' } })).body;
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

let sent = 0;

interface Post {
  id?: string;
  atMs?: number;
  secret?: string;
  body?: string;
  /** What is really sent, when it is not what was signed. */
  sentBody?: string;
  signature?: (good: string) => string;
  sourceId?: string;
}

/** Written here once more, from the specification: the sender's side is not the server's own code. */
function signed(post: Post) {
  const { id = `msg_${sent++}`, atMs = clock.nowMs(), secret = source.signingSecret } = post;
  const body = post.body ?? JSON.stringify(leadBody());
  const timestamp = String(Math.floor(atMs / 1000));
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const good = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  const signature = post.signature?.(good) ?? good;
  return {
    path: `/v1/sources/${post.sourceId ?? source.id}/leads`,
    body: post.sentBody ?? body,
    headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
  };
}

async function send(post: Post = {}) {
  const { path, body, headers } = signed(post);
  const answer = await cast.app.call('POST', path, { token: null, body, headers });
  return { status: answer.status, code: answer.body.code, id: answer.body.id };
}

describe('a signed post', () => {
  it('is a lead; sent again it is the same lead; the same id with another body is a contradiction', async () => {
    const first = await send({ id: 'msg_first' });
    expect(first.status).toBe(201);
    const again = await send({ id: 'msg_first' });
    expect(again).toMatchObject({ status: 200, id: first.id });
    const other = await send({ id: 'msg_first', body: JSON.stringify(leadBody({ interest: 'other' })) });
    expect(other).toMatchObject({ status: 422, code: 'idempotencyKeyReused' });
  });

  it('whose body is not UTF-8 in letters only, or has spaces, is judged by its bytes', async () => {
    expect(
      (await send({ body: `${JSON.stringify(leadBody({ interest: 'Bapak Ā 👩🏽‍💼' }), null, 3)}\n` })).status,
    ).toBe(201);
  });

  const BAD: [string, Post][] = [
    [
      'a flipped bit',
      { signature: (good) => good.replace(/.(.{3})$/, (text, rest) => (text[0] === 'A' ? 'B' : 'A') + rest) },
    ],
    ['truncated', { signature: (good) => good.slice(0, -4) }],
    ['empty', { signature: () => '' }],
    ['of version v0', { signature: (good) => good.replace('v1,', 'v0,') }],
    ['without a version', { signature: (good) => good.replace('v1,', '') }],
    ['in upper case', { signature: (good) => good.toUpperCase() }],
    ['huge', { signature: (good) => `v1,${'A'.repeat(5_000)} ${good.replace('v1', 'v2')}` }],
    ['of another secret', { secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }],
    ['of an empty secret', { secret: 'whsec_' }],
    ['of another body', { sentBody: JSON.stringify(leadBody({ dealValue: 1_000_000 })) }],
    ['of the same body with a space more', { sentBody: `${JSON.stringify(leadBody())} ` }],
    ['for another source', { sourceId: 'src_00000000000000000000000000' }],
    ['for a source that is none', { sourceId: '__proto__' }],
  ];

  it('that is none is refused with one answer, and nothing is stored', async () => {
    const rows = rowCounts(cast.app.databaseFile);
    const shapes = new Set<string>();
    for (const [what, post] of BAD) {
      const answer = await send(post);
      expect([what, answer.status]).toEqual([what, 401]);
      shapes.add(JSON.stringify(answer));
    }
    expect([...shapes]).toEqual([JSON.stringify({ status: 401, code: 'signatureInvalid' })]);
    expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
  });

  it.each([
    [-301, 401],
    [-299, 201],
    [299, 201],
    [301, 401],
    [-86_400, 401],
  ])('signed %i s away: %i', async (seconds, status) => {
    const answer = await send({ atMs: clock.nowMs() + seconds * 1_000 });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.code).toBe('signatureStale');
  });

  it('of 1 MB is refused before it is read, and prototype keys are refused although they were signed', async () => {
    expect((await send({ body: JSON.stringify(leadBody({ interest: 'x'.repeat(1_000_000) })) })).status).toBe(413);
    const poisoned = '{"source":"a","company":{"name":"b"},"contact":{"name":"c"},"__proto__":{"admin":true}}';
    expect((await send({ body: poisoned })).status).toBe(400);
    expect(
      (
        await send({
          body: poisoned.replace('__proto__', 'constructor').replace('{"admin":true}', '{"prototype":{"a":1}}'),
        })
      ).status,
    ).toBe(400);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('with a bad lead in it names the field, since the signer may know', async () => {
    expect(await send({ body: '{"source":"a"}' })).toMatchObject({ status: 400, code: 'validation' });
    expect(await send({ body: 'not json' })).toMatchObject({ status: 400 });
  });

  it('has no bearer and needs none; the bearer key goes on working', async () => {
    const answer = await cast.app.call('POST', '/v1/leads', { token: source.key, body: leadBody() });
    expect(answer.status).toBe(201);
  });
});

describe('rotation', () => {
  it('has two live secrets; a repeated call makes no third, a second rotation ends the first', async () => {
    const rotate = (key: string) =>
      cast.app.call<{ signingSecret: string }>('POST', `/v1/sources/${source.id}/signing-secrets`, {
        headers: { 'idempotency-key': key },
      });
    const old = source.signingSecret;
    const { signingSecret: fresh } = (await rotate('once')).body;
    expect(fresh).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(fresh).not.toBe(old);
    expect((await rotate('once')).body.signingSecret).toBe(fresh);
    expect((await send({ secret: old })).status).toBe(201);
    expect((await send({ secret: fresh })).status).toBe(201);
    // A sender in rotation signs with both.
    expect((await send({ secret: fresh, signature: (good) => `v1,AAAA ${good}` })).status).toBe(201);
    const { signingSecret: third } = (await rotate('twice')).body;
    expect((await send({ secret: old })).status).toBe(401);
    expect((await send({ secret: third })).status).toBe(201);
    source.signingSecret = third;
  });

  it('the old secret lives a day more, to the millisecond', () => {
    const key = Buffer.alloc(32, 1);
    const state = { version: 2, rotatedAtMs: 1_000 };
    const live = (nowMs: number) => liveSecrets(key, 'src_1', state, nowMs);
    expect(live(1_000)).toEqual([signingSecret(key, 'src_1', 2), signingSecret(key, 'src_1', 1)]);
    expect(live(1_000 + 86_399_999)).toHaveLength(2);
    expect(live(1_000 + 86_400_000)).toEqual([signingSecret(key, 'src_1', 2)]);
    expect(signingSecret(key, 'src_2', 2)).not.toBe(signingSecret(key, 'src_1', 2));
  });

  it('revoking the key of a source ends its signatures too', async () => {
    const leaver = (await cast.app.call<typeof source>('POST', '/v1/sources', { body: { name: 'old crm' } })).body;
    const post = { sourceId: leaver.id, secret: leaver.signingSecret };
    expect((await send(post)).status).toBe(201);
    await cast.app.call('DELETE', `/v1/tokens/${leaver.tokenId}`);
    expect((await send(post)).status).toBe(401);
  });

  it('no secret of a source is on file', async () => {
    const file = readFileSync(cast.app.databaseFile, 'latin1') + readFileSync(`${cast.app.databaseFile}-wal`, 'latin1');
    expect(file).not.toContain(source.signingSecret.slice(6, 30));
  });
});

describe('through a gateway', () => {
  it('the very bytes reach the one who judges them', async () => {
    const redis = await startRedis();
    const env = { ...SECRET, REDIS_URL: redis.url, CELL: 'signed' };
    const app = await startApp({ env: { ...env, ROLE: 'ledger' } });
    const gateway = await startApp({ env: { ...env, ROLE: 'gateway' } });
    const made = (await app.call<typeof source>('POST', '/v1/sources', { body: { name: 'crm' } })).body;
    const { path, body, headers } = signed({
      sourceId: made.id,
      secret: made.signingSecret,
      atMs: app.app.house?.world.clock.nowMs() ?? 0,
      body: JSON.stringify(leadBody(), null, 2),
    });
    const answer = await gateway.call('POST', path, { token: null, body, headers });
    expect(answer.status).toBe(201);
    await gateway[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
    await redis.stop();
  });
});
