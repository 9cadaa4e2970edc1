/**
 * The policy with a bad value at every place there is, one at a time: each is refused by the path of that place, and
 * the old rules stay in force. The places are read off the document itself, so a key that comes is tried as well.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUOTA_BANDS } from '../../server/policy/quota-policy.ts';
import { startApp, type TestApp } from '../support/app.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = (string | number)[];

/** Where a document names anything it likes (teams, kinds of leads): a key of its own is no mistake there. */
const OPEN_KEYS = /^(teams|routing\.teamPools)$/;

let app: TestApp;
let policy: { [key: string]: Json };
let etag: string | null;

beforeAll(async () => {
  app = await startApp();
  await app.setPolicy({ preset: 'fair-mix' });
  // The sections that no preset has.
  const { body: preset } = await app.call<{ routing: { rules: Json[] }; [key: string]: unknown }>('GET', '/v1/policy');
  const pooled = { name: 'together', target: { teamPool: 'East pool' }, method: 'pool' };
  const routing = {
    ...preset.routing,
    rules: [...preset.routing.rules, pooled],
    teamPools: { 'East pool': { team: 'East' } },
  };
  await app.setPolicy({ ...preset, routing, quotaAllocation: QUOTA_BANDS, speedBoard: {} });
  const answer = await app.call<{ [key: string]: Json }>('GET', '/v1/policy');
  // What is said about the document is no part of it.
  const { warnings: _, ...document } = answer.body;
  policy = document;
  etag = answer.headers.get('etag');
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

/** Every place, the document's own keys first. */
function placesOf(value: Json, path: Path = []): { path: Path; value: Json }[] {
  const children: [string | number, Json][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  const below = children.flatMap(([key, child]) => placesOf(child, [...path, key]));
  return path.length === 0 ? below : [{ path, value }, ...below];
}

function withValue(document: Json, path: Path, value: Json): Json {
  const copy = structuredClone(document);
  let place = copy as { [key: string]: Json };
  for (const key of path.slice(0, -1)) place = place[key] as { [key: string]: Json };
  place[path.at(-1) as string] = value;
  return copy;
}

/** Of another kind than what stands there, and than anything that may. */
function badValue(value: Json): Json {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return 'neither';
  return typeof value === 'string' ? { no: 'text' } : 17;
}

const written = (path: Path) => path.join('.');

async function tried(document: Json): Promise<{ status: number; field: string }> {
  const answer = await app.call<{ field?: string }>('PUT', '/v1/policy', {
    body: document,
    headers: { 'if-match': '*' },
  });
  return { status: answer.status, field: answer.body.field ?? '' };
}

it('a value of another kind is refused by its path, wherever it stands, and the old policy stays in force', async () => {
  const places = placesOf(policy).filter(({ path }) => path[0] !== 'version');
  expect(places.length).toBeGreaterThan(150);
  expect(Object.entries(policy).filter(([, section]) => section === null)).toEqual([]);
  const wrong: string[] = [];
  for (const { path, value } of places) {
    const { status, field } = await tried(withValue(policy, path, badValue(value)));
    if (status !== 400 || !isAt(field, path)) wrong.push(`${written(path)}: ${status} ${field}`);
  }
  expect(wrong).toEqual([]);
  expect((await app.call('GET', '/v1/policy')).headers.get('etag')).toBe(etag);
});

/** The place itself or one inside of it. */
function isAt(field: string, path: Path): boolean {
  return field === written(path) || field.startsWith(`${written(path)}.`);
}

it.each([-1e12, 1e16])('a number beyond every bound (%d) is refused by its path', async (beyond) => {
  const wrong: string[] = [];
  for (const { path } of placesOf(policy).filter(
    ({ path: [first], value }) => first !== 'version' && typeof value === 'number',
  )) {
    const { status, field } = await tried(withValue(policy, path, beyond));
    if (status !== 400 || !isAt(field, path)) wrong.push(`${written(path)}: ${status} ${field}`);
  }
  expect(wrong).toEqual([]);
  expect((await app.call('GET', '/v1/policy')).headers.get('etag')).toBe(etag);
});

it('a key that nobody knows is refused by its path, wherever keys are known', async () => {
  const objects = placesOf(policy).filter(
    ({ path, value }) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && !OPEN_KEYS.test(written(path)),
  );
  const wrong: string[] = [];
  for (const { path } of [{ path: [] as Path }, ...objects]) {
    const place = [...path, 'noSuchRule'];
    const { status, field } = await tried(withValue(policy, place, 1));
    if (status !== 400 || field !== written(place)) wrong.push(`${written(place)}: ${status} ${field}`);
  }
  expect(wrong).toEqual([]);
  expect((await app.call('GET', '/v1/policy')).headers.get('etag')).toBe(etag);
});
