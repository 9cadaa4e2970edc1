/** What nobody should send over HTTP: each is named, counted, and leaves no trace. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, type Answer, leadBody } from '../support/app.ts';
import { type Cast, ownedLead, startCast } from '../support/cast.ts';
import { rowCounts } from '../support/tables.ts';

const BODY_BYTES_MAX = 65_536;
let cast: Cast;
let owned: string;

beforeAll(async () => {
  cast = await startCast();
  owned = await ownedLead(cast.app, cast.a1);
  // What follows the claim in its own time must not be taken for a trace of bad input.
  await cast.app.app.house?.idle();
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const lead = (more: Record<string, unknown>) => JSON.stringify(leadBody(more));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const company = (more: Record<string, unknown>) => ({ company: { name: 'PT', ...more } });

async function counted(code: string): Promise<number> {
  const { body } = await cast.app.call<string>('GET', '/metrics', { token: null });
  const label = `sambar_bad_input_total{where="http",code="${code}"}`;
  const line = body.split('\n').find((one) => one.startsWith(label));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
}

/** Sends it, and holds that it was refused, counted, and left nothing behind. */
async function refused(
  work: () => Promise<Answer>,
  expected: { status: number; code: string; field?: string },
): Promise<void> {
  const rows = rowCounts(cast.app.databaseFile);
  const before = await counted(expected.code);
  const { status, body, headers } = await work();
  expect({ status, code: body.code, field: body.field }).toEqual({ field: undefined, ...expected });
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(await counted(expected.code)).toBe(before + 1);
  expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
}

const post = (path: string, body: string, token = ADMIN_KEY) => cast.app.call('POST', path, { body, token });

describe('a body that is no lead', () => {
  it.each<[string, string, string]>([
    ['an array', '[]', 'body'],
    ['a text', '"lead"', 'body'],
    ['a number', '1', 'body'],
    ['null', 'null', 'body'],
    ['nothing in it', '{}', 'source'],
    ['an unknown field', lead({ admin: true }), 'admin'],
    ['an unknown field within', lead(company({ boss: 'x' })), 'company.boss'],
    ['an array for an object', lead({ company: [] }), 'company'],
    ['an object for a text', lead({ source: { $gt: '' } }), 'source'],
    ['a number for a text', lead(company({ name: 7 })), 'company.name'],
    ['a text for a number', lead(company({ size: '120' })), 'company.size'],
    ['a number beyond 2^53', lead({ dealValue: 2 ** 53 }), 'dealValue'],
    ['a far larger one', lead({ dealValue: 5 }).replace(':5', ':1e400'), 'dealValue'],
    ['a fraction of money', lead({ dealValue: 0.5 }), 'dealValue'],
    ['negative money', lead({ dealValue: -1 }), 'dealValue'],
    ['too many signals', lead({ signals: Array(51).fill('x') }), 'signals'],
    ['a signal that is none', lead({ signals: [1] }), 'signals.0'],
    ['an e-mail that is none', lead({ contact: { name: 'A', email: 'a@' } }), 'contact.email'],
    ['no contact name', lead({ contact: { name: ' ' } }), 'contact.name'],
    ['a text too long', lead({ interest: 'x'.repeat(10_001) }), 'interest'],
    ['a NUL', lead(company({ name: 'a\u0000b' })), 'company.name'],
    ['a control character', lead(company({ name: 'a\u001b[31m' })), 'company.name'],
    ['half a character', lead(company({ name: 'a\ud800b' })), 'company.name'],
    ['half a character, escaped', lead({}).replace('web form', '\\udc00'), 'source'],
    ['a NUL in an attribute', lead({ attributes: { a: 'x\u0000' } }), 'attributes.a'],
    ['half a character in an attribute', lead({ attributes: { a: '\ud800' } }), 'attributes.a'],
    ['a NUL in the name of one', lead({ attributes: { 'a\u0000': 1 } }), 'attributes.a\u0000'],
    ['an object in an attribute', lead({ attributes: { a: {} } }), 'attributes.a'],
    ['deep nesting', lead({ attributes: {} }).replace('{}', nested(20_000)), 'attributes'],
    ['deep nesting alone', nested(32_000), 'body'],
  ])('(%s) is refused by name', (_, body, field) =>
    refused(() => post('/v1/leads', body), { status: 400, code: 'validation', field }),
  );

  it.each([
    ['a text cut short', '{"source": "web'],
    ['two of them', '{}{}'],
    ['single quotes', "{'source':'web'}"],
    ['NaN', '{"dealValue": NaN}'],
    ['a trailing comma', '{"source":"web",}'],
    ['__proto__', '{"source":"a","__proto__":{"admin":true}}'],
    ['__proto__ within', lead({ attributes: JSON.parse('{"__proto__":1}') })],
    ['a constructor with a prototype', '{"constructor":{"prototype":{"admin":true}}}'],
  ])('(%s) is refused as broken JSON', (_, body) =>
    refused(() => post('/v1/leads', body), { status: 400, code: 'malformedJson' }),
  );

  it('does not reach what objects are made of', () => {
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});

describe('wrong in other calls', () => {
  const cases: [string, string, 'admin' | 'a1', unknown, string][] = [
    ['POST', '/v1/reps', 'admin', { name: 'A', email: 'a@b.example', timeZone: 'Mars' }, 'timeZone'],
    ['POST', '/v1/reps', 'admin', { name: 'A', email: 'a@b.example', tier: 0 }, 'tier'],
    ['POST', '/v1/reps', 'admin', { name: 'A', email: 'a@b.example', role: 'admin' }, 'role'],
    ['POST', '/v1/reps', 'admin', { name: 'A', email: 'a@b.example', hiredOn: '2026-02-30' }, 'hiredOn'],
    ['POST', '/v1/managers', 'admin', { name: 'A', email: 'a@b.example', teams: 'A' }, 'teams'],
    ['POST', '/v1/screens', 'admin', { name: '' }, 'name'],
    ['POST', '/v1/sources', 'admin', { name: 'x'.repeat(201) }, 'name'],
    ['POST', '/v1/sessions', 'admin', { invite: 1 }, 'invite'],
    ['PATCH', '/v1/reps/:a1', 'admin', {}, 'body'],
    ['PATCH', '/v1/reps/:a1', 'admin', { status: 'asleep' }, 'status'],
    ['PATCH', '/v1/reps/:a1', 'admin', { active: 'no' }, 'active'],
    ['POST', '/v1/reps/:a1/tokens', 'admin', { role: 'admin' }, 'role'],
    ['POST', '/v1/reps/:a1/invites', 'admin', { role: 'admin' }, 'role'],
    ['POST', '/v1/leads/:lead/claims', 'a1', { repId: 'rep_2' }, 'repId'],
    ['POST', '/v1/leads/:lead/claims', 'a1', { offerId: 'no such/id' }, 'offerId'],
    ['POST', '/v1/leads/:lead/claims', 'a1', [], 'body'],
    ['POST', '/v1/leads/:lead/releases', 'a1', { reason: 5 }, 'reason'],
    ['POST', '/v1/leads/:lead/assignments', 'admin', { repId: 'x', reason: '' }, 'reason'],
    ['POST', '/v1/leads/:lead/activities', 'a1', { kind: 'dance' }, 'kind'],
    ['POST', '/v1/leads/:lead/activities', 'a1', { kind: 'call', at: 'noon' }, 'at'],
    ['POST', '/v1/leads/:lead/activities', 'a1', { kind: 'call', at: '9999-12-31T00:00:00Z' }, 'at'],
    ['POST', '/v1/leads/:lead/stages', 'a1', { stage: 'won', revenue: '5' }, 'revenue'],
    ['POST', '/v1/assists', 'a1', { colleagueId: 5 }, 'colleagueId'],
    ['POST', '/v1/assists/ast_1/confirmations', 'a1', { paid: true }, 'paid'],
    ['GET', '/v1/leads/no%20such%00id', 'admin', undefined, 'leadId'],
    ['GET', `/v1/leads/${'x'.repeat(65)}`, 'admin', undefined, 'leadId'],
    ['DELETE', '/v1/tokens/%2e%2e%2f', 'admin', undefined, 'id'],
  ];

  it.each(cases)('%s %s by %s with %j', (method, path, by, body, field) => {
    const to = path.replace(':a1', cast.a1.id).replace(':lead', owned);
    const token = by === 'admin' ? ADMIN_KEY : cast.a1.token;
    return refused(() => cast.app.call(method, to, { token, body }), {
      status: 400,
      code: 'validation',
      field,
    });
  });

  it('a path that is none, and a method that is none of its own', async () => {
    await refused(() => cast.app.call('GET', '/v1/nothing'), { status: 404, code: 'unknownRoute' });
    await refused(() => cast.app.call('PUT', '/v1/leads', { body: {} }), {
      status: 404,
      code: 'unknownRoute',
    });
  });

  it.each(['%', '%zz', '%ff', '%c0%ae'])('a path that cannot be decoded (%s)', (part) =>
    refused(() => cast.app.call('GET', `/v1/leads/${part}`), { status: 400, code: 'malformedPath' }),
  );

  it('a body that is not JSON', () =>
    refused(
      () =>
        cast.app.call('POST', '/v1/leads', {
          body: '<lead/>',
          headers: { 'content-type': 'application/xml' },
        }),
      { status: 415, code: 'notJson' },
    ));
});

describe('size', () => {
  it('a body of exactly 64 KiB is read, one byte more is not', async () => {
    const body = lead({});
    const fits = body.padEnd(BODY_BYTES_MAX, ' ');
    expect((await post('/v1/leads', fits)).status).toBe(201);
    await cast.app.app.house?.idle();
    await refused(() => post('/v1/leads', `${fits} `), { status: 413, code: 'tooLarge' });
    const wide = lead({ interest: '€'.repeat(9_000) }).padEnd(BODY_BYTES_MAX - 18_000 + 1, ' ');
    expect(Buffer.byteLength(wide)).toBe(BODY_BYTES_MAX + 1);
    await refused(() => post('/v1/leads', wide), { status: 413, code: 'tooLarge' });
  });

  it('a stranger’s large body is refused before it is read', async () => {
    const answer = await cast.app.call('POST', '/v1/leads', {
      token: null,
      body: 'x'.repeat(BODY_BYTES_MAX),
    });
    expect(answer.status).toBe(401);
  });

  it('headers beyond what a server reads: 431, a problem too', async () => {
    const { port } = new URL(cast.app.app.url);
    const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const call = request({ port, path: '/livez', headers: { 'x-huge': 'x'.repeat(40_000) } });
      call.on('error', reject);
      call.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.end();
    });
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 431, code: 'headersTooLarge' });
  });

  it.each(['\u0000\u0001\u0002garbage\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n'])(
    'bytes that are no HTTP (%j): 400, and the connection is closed',
    async (bytes) => {
      const { port } = new URL(cast.app.app.url);
      const before = await counted('malformedHttp');
      const text = await new Promise<string>((resolve, reject) => {
        let heard = '';
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (chunk) => {
          heard += chunk.toString();
        });
        socket.on('error', reject);
        socket.on('close', () => resolve(heard));
      });
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(text).toContain('"code":"malformedHttp"');
      expect(await counted('malformedHttp')).toBe(before + 1);
    },
  );
});

describe('what is no bad input', () => {
  it('a lost race and an old ETag are answers, not mistakes', async () => {
    const total = async () => {
      const { body } = await cast.app.call<string>('GET', '/metrics', { token: null });
      return body.split('\n').filter((line) => line.startsWith('sambar_bad_input_total'));
    };
    const before = await total();
    const lost = await cast.app.claimOverHttp(cast.a2.token, owned, 'late');
    const stale = await cast.app.call('PUT', '/v1/policy', {
      body: { preset: 'open' },
      headers: { 'if-match': '"999"' },
    });
    expect([lost.status, stale.status]).toEqual([409, 412]);
    expect(await total()).toEqual(before);
  });

  it('and the server is as it was', async () => {
    expect((await cast.app.call('GET', '/livez', { token: null })).status).toBe(200);
    expect((await post('/v1/leads', lead({}))).status).toBe(201);
  });
});
