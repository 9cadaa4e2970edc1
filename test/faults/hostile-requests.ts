/**
 * HTTP requests that no server may take, over every route that `/openapi.json` lists: bodies, queries and path
 * parameters broken out of its schemas, wrong encodings and content types; and requests that are odd, but none of them
 * a reason to answer 5xx.
 */
import { connect } from 'node:net';
import fc from 'fast-check';
import { ADMIN_KEY } from '../support/app.ts';
import { breakAll, breaks, HOSTILE, sampleOf } from '../support/broken-input.ts';

type Schema = Parameters<typeof sampleOf>[0] & { pattern?: string };

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** A route, and who gets past its door. */
export interface Target {
  method: string;
  path: string;
  operation: Operation;
  token: string;
}

export interface HostileRequest {
  target: Target;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | null;
}

const TAKES_A_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const ANSWER_WITHIN_MS = 30_000;
const JSON_TYPE = 'application/json';

const bytes = (text: string, encoding: BufferEncoding) => Uint8Array.from(Buffer.from(text, encoding));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const UNREADABLE: [contentType: string, body: string | Uint8Array<ArrayBuffer>][] = [
  [JSON_TYPE, bytes('{"name":"caf\xe9"}', 'latin1')],
  [JSON_TYPE, bytes('{"name":"a"}', 'utf16le')],
  [JSON_TYPE, '{"name":"\\ud800"}'],
  [JSON_TYPE, '{"name":"a","__proto__":{"admin":true}}'],
  [JSON_TYPE, '{"constructor":{"prototype":{"admin":true}}}'],
  [JSON_TYPE, '['.repeat(60_000)],
  [JSON_TYPE, nested(30_000)],
  [JSON_TYPE, `{"name":"${'x'.repeat(66_000)}"}`],
  [JSON_TYPE, '{"name":'],
  [JSON_TYPE, '{"name":1}{}'],
  [JSON_TYPE, '{"name":NaN}'],
  [JSON_TYPE, '\u0000'],
  ['application/xml', '<lead/>'],
  ['multipart/form-data; boundary=x', '--x--'],
  ['application/x-www-form-urlencoded', 'name=a'],
  ['text/plain', '{"name":'],
  ['a;;;=b', '{'],
];
/** Of a path, whatever its schema: what cannot be decoded, and what is too long for any. */
const NO_PART = ['%', '%ff', '%ed%a0%80', '%c0%ae', 'x'.repeat(201)];
const NO_ID = [...NO_PART, '%00', '..%2f..%2fetc', '__proto__%20', '%F0%9F%91%A9', '%0d%0aa:b', '%5b%5d', "'--"];
const QUERY_VALUES = [
  '',
  '-1',
  'NaN',
  '1e999',
  '%',
  '%00',
  '%ff',
  '%ed%a0%80',
  '__proto__',
  '%5b%5d',
  'x'.repeat(5_000),
];

/** What of a route can be broken: `door` is a credential that is none. */
type Kind = 'body' | 'unreadable' | 'query' | 'part' | 'door';

function kindsOf({ method, operation }: Target): Kind[] {
  const has = (where: Parameter['in']) => operation.parameters?.some((one) => one.in === where) === true;
  const kinds: Kind[] = ['door'];
  if (has('query')) kinds.push('query', 'query');
  if (has('path')) kinds.push('part', 'part');
  // A route that takes a body is broken by it more often than by all else.
  if (TAKES_A_BODY.has(method)) kinds.push('unreadable', 'unreadable');
  if (TAKES_A_BODY.has(method) && method !== 'DELETE') kinds.push('body', 'body', 'body', 'body', 'body', 'body');
  return kinds;
}

export const hostility = fc.record({ place: fc.nat(9_999), kind: fc.nat(9_999), hostile: fc.nat(9_999), all: breaks });
type Hostility = typeof hostility extends fc.Arbitrary<infer T> ? T : never;

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** What no schema takes: broken as chance has it, and with a field more than anybody knows. */
export function malformed(schema: Schema, { hostile, all }: Pick<Hostility, 'hostile' | 'all'>): unknown {
  const value = breakAll(sampleOf(schema), all);
  const bad = { no_such_field: pick(HOSTILE, hostile) };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, ...bad } : bad;
}

function pathOf({ path, operation }: Target, partOf: (schema: Schema) => string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.parameters?.find((one) => one.in === 'path' && one.name === name);
    return partOf(parameter?.schema ?? {});
  });
}

const schemaOf = ({ operation }: Target): Schema => operation.requestBody?.content[JSON_TYPE]?.schema ?? {};
const isOfAnyText = ({ type, pattern, enum: values }: Schema) =>
  type === 'string' && pattern === undefined && values === undefined;

/** A request of one of these routes that is to be refused, whoever sends it. */
export function hostileRequest(targets: readonly Target[], drawn: Hostility): HostileRequest {
  const target = pick(targets, drawn.place);
  const kind = pick(kindsOf(target), drawn.kind);
  const { method, token } = target;
  const path = pathOf(target, (schema) => {
    if (kind !== 'part') return String(sampleOf(schema));
    return pick(isOfAnyText(schema) ? NO_PART : NO_ID, drawn.hostile);
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': JSON_TYPE, 'if-match': '*' };
  const takes = TAKES_A_BODY.has(method);
  // Whatever else is wrong, the body is, too: what is tried must not be stored by luck.
  const body = takes && method !== 'DELETE' ? JSON.stringify(malformed(schemaOf(target), drawn)) : null;
  if (kind === 'unreadable') {
    const [contentType, unreadable] = pick(UNREADABLE, drawn.hostile);
    return { target, path, headers: { ...headers, 'content-type': contentType }, body: unreadable };
  }
  if (kind === 'door') {
    const authorization = pick(
      ['Bearer', 'Bearer \xe9\xff', 'Basic YTpi', `Bearer ${'x'.repeat(5_000)}`],
      drawn.hostile,
    );
    return { target, path, headers: { ...headers, authorization }, body };
  }
  if (kind === 'query') {
    const names = target.operation.parameters?.flatMap((one) => (one.in === 'query' ? [one.name] : [])) ?? [];
    const [name, value] = [pick(names, drawn.kind), pick(QUERY_VALUES, drawn.hostile)];
    return { target, path: `${path}?${name}=${value}&${name}=1&no_such_field=${value}`, headers, body };
  }
  return { target, path, headers, body };
}

/** Every route that the server describes and `routes` names; asked with the first of the tokens that is not answered 403. */
export async function targetsOf(
  url: string,
  { tokens, routes }: { tokens: readonly string[]; routes: RegExp },
): Promise<Target[]> {
  const description = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const targets: Target[] = [];
  for (const [path, methods] of Object.entries(description.paths)) {
    if (!routes.test(path)) continue;
    for (const [method, operation] of Object.entries(methods)) {
      targets.push(await targetOf(url, { method: method.toUpperCase(), path, operation }, tokens));
    }
  }
  return targets;
}

async function targetOf(url: string, route: Omit<Target, 'token'>, tokens: readonly string[]): Promise<Target> {
  for (const token of tokens) {
    const target = { ...route, token };
    const request = hostileRequest([target], { place: 0, kind: 0, hostile: 0, all: [] });
    // The first kind is a wrong credential: this one is right.
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    if ((await send(url, { ...request, headers })) !== 403) return target;
  }
  throw new Error(`nobody may ${route.method} ${route.path}`);
}

export async function send(url: string, { target, path, headers, body }: HostileRequest): Promise<number> {
  const { 'content-type': contentType, ...others } = headers;
  const response = await fetch(`${url}${path}`, {
    method: target.method,
    headers: body === null ? others : { ...others, 'content-type': contentType ?? JSON_TYPE },
    body,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  await response.arrayBuffer();
  return response.status;
}

const BEARER = `authorization: Bearer ${ADMIN_KEY}\r\n`;
const JSON_OF = (text: string) => `content-type: ${JSON_TYPE}\r\ncontent-length: ${text.length}\r\n\r\n${text}`;

/** What a client of HTTP would not send, or make something else of first: all in latin-1. */
const ODD: readonly string[] = [
  `GET /v1/policy HTTP/1.1\r\n${BEARER}${JSON_OF('{"a":1}')}`,
  `GET /v1/policy HTTP/1.1\r\n${BEARER}content-type: ${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  `HEAD /v1/policy HTTP/1.1\r\n${BEARER}${JSON_OF('{}')}`,
  `GET /v1/policy HTTP/1.1\r\n${BEARER}x-odd: \xe9\xff\x80\r\n\r\n`,
  `GET /v1/policy HTTP/1.1\r\n${BEARER}!#$%&'*+-.^_\`|~: 1\r\n__proto__: a\r\nconstructor: b\r\nset-cookie: a\r\nset-cookie: b\r\n\r\n`,
  `GET /v1/policy HTTP/1.1\r\n${BEARER}proxy-connection: x\r\nsec-fetch-mode: x\r\nkeep-alive: x\r\nte: x\r\ntrailer: x\r\n\r\n`,
  `GET /v1/policy HTTP/1.1\r\nauthorization: \xe9\r\n\r\n`,
  `GET http://a.example/v1/policy HTTP/1.1\r\n${BEARER}\r\n`,
  `GET http://a.example:70000/v1/policy HTTP/1.1\r\n${BEARER}\r\n`,
  `GET //a.example/v1/policy HTTP/1.1\r\n${BEARER}\r\n`,
  `GET /v1/policy#a HTTP/1.1\r\n${BEARER}\r\n`,
  `GET /v1/leads?a=%&%=%00&__proto__[a]=1 HTTP/1.1\r\n${BEARER}\r\n`,
  `POST /v1/../internal/notes HTTP/1.1\r\n${BEARER}${JSON_OF('{"attempts":[],"receipts":[]}')}`,
  `POST /v1/%2e%2e\\internal/notes HTTP/1.1\r\n${BEARER}${JSON_OF('{"attempts":[],"receipts":[]}')}`,
  `GET /v1/policy HTTP/1.1\r\n${BEARER}x-sambar-link: a\r\nx-sambar-address: \xe9\r\n\r\n`,
  `POST /v1/screens HTTP/1.1\r\n${BEARER}expect: a\r\n${JSON_OF('{}')}`,
  `POST /v1/screens HTTP/1.1\r\n${BEARER}content-encoding: gzip\r\n${JSON_OF('{}')}`,
  `POST /v1/screens HTTP/1.1\r\n${BEARER}transfer-encoding: gzip, chunked\r\ncontent-type: ${JSON_TYPE}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  `OPTIONS * HTTP/1.1\r\n${BEARER}\r\n`,
  `TRACE /v1/policy HTTP/1.1\r\n${BEARER}\r\n`,
  // A gateway adds to the headers, and the ledger's bound is no higher than its own.
  ...[15_800, 16_000, 16_100, 16_200, 16_300].flatMap((length) => [
    `GET /v1/policy HTTP/1.1\r\n${BEARER}x-pad: ${'x'.repeat(length)}\r\n\r\n`,
    `POST /v1/screens HTTP/1.1\r\n${BEARER}x-pad: ${'x'.repeat(length)}\r\n${JSON_OF(' '.repeat(60_000))}`,
  ]),
];

/** Answers, in words, those that are answered 5xx, or not at all. */
export async function oddOnesBadlyAnswered(url: string): Promise<string[]> {
  const bad: string[] = [];
  for (const request of ODD) {
    const [line = '', ...rest] = request.split('\r\n');
    const status = await statusOf(url, [line, 'host: a', 'connection: close', ...rest].join('\r\n'));
    if (status === null || status >= 500) bad.push(`${line} (${request.length} bytes) answered ${status}`);
  }
  return bad;
}

function statusOf(url: string, request: string): Promise<number | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(request, 'latin1')));
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(heard)?.[1] ?? Number.NaN) || null));
  });
}
