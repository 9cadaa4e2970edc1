/** IMPL-12: every version with who, when and why; back to an older one; an ETag that knows what waits. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { SimClock } from '../support/sim-clock.ts';

const clock = new SimClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

const put = (body: Record<string, unknown>, ifMatch = '*') =>
  app.call('PUT', '/v1/policy', { body, headers: { 'if-match': ifMatch } });
const etag = async () => (await app.call('GET', '/v1/policy')).headers.get('etag') ?? '';

it('lists who, when and why, shows one whole, and goes back to it', async () => {
  await put({ preset: 'tiered', reason: 'tiers from Monday on' });
  await put({ preset: 'open' });
  const { body } = await app.call<{ items: Record<string, unknown>[] }>('GET', '/v1/policy/versions');
  expect(body.items).toMatchObject([
    { version: 2, preset: 'open', reason: null, by: 'admin', byName: null, inForce: true },
    { version: 1, preset: 'tiered', reason: 'tiers from Monday on', by: 'admin', inForce: false },
    { version: 0, preset: 'open', by: 'system' },
  ]);
  const one = await app.call<{ policy: object }>('GET', '/v1/policy/versions/1');
  expect(one.body.policy).toMatchObject({ preset: 'tiered', mode: 'TIERED' });
  expect((await app.call('GET', '/v1/policy/versions/9')).status).toBe(404);
  const back = (ifMatch: string) =>
    app.call('POST', '/v1/policy/rollbacks', {
      body: { version: 1, reason: 'it was better' },
      headers: { 'if-match': ifMatch, 'idempotency-key': 'back' },
    });
  expect((await back('"1"')).status).toBe(412);
  const rolled = await back(await etag());
  expect(rolled).toMatchObject({ status: 201, body: { version: 3, reason: 'it was better', rolledBackTo: 1 } });
  const { version: _, warnings: __, ...inForce } = (await app.call('GET', '/v1/policy')).body;
  expect(inForce).toEqual(one.body.policy);
  expect(await put({ preset: 'open', reason: '' })).toMatchObject({ status: 400, body: { field: 'reason' } });
});

it('a version that waits is told, changes the ETag, and so does its start', async () => {
  const before = await etag();
  const effectiveAt = new Date(clock.nowMs() + 3_600_000).toISOString();
  const set = await put({ preset: 'fast-tiered', effectiveAt }, before);
  const waiting = await app.call('GET', '/v1/policy');
  expect(waiting.body).toMatchObject({ preset: 'tiered', scheduled: [{ version: 4, effectiveAt }] });
  expect(waiting.headers.get('etag')).toBe(set.headers.get('etag'));
  expect(waiting.headers.get('etag')).not.toBe(before);
  expect((await put({ preset: 'open' }, before)).status).toBe(412);
  clock.advance(3_600_000);
  expect((await app.call('GET', '/v1/policy')).body).toMatchObject({ version: 4, preset: 'fast-tiered' });
  expect((await put({ preset: 'open' }, waiting.headers.get('etag') ?? '')).status).toBe(412);
  expect((await put({ preset: 'open' }, await etag())).status).toBe(200);
});

it('a version that a newer one comes before never is in force, and is not told as one that waits', async () => {
  const inHours = (hours: number) => new Date(clock.nowMs() + hours * 3_600_000).toISOString();
  const [soon, late, later] = [inHours(1), inHours(3), inHours(4)];
  for (const effectiveAt of [late, soon, later]) await put({ preset: 'open', effectiveAt });
  const { scheduled } = (await app.call<{ scheduled: { effectiveAt: string }[] }>('GET', '/v1/policy')).body;
  expect(scheduled.map(({ effectiveAt }) => effectiveAt)).toEqual([soon, later]);
});

it('rules that nobody has set are told in words, with their warnings or their errors, and nothing is stored', async () => {
  const before = await etag();
  const inWords = (body: Record<string, unknown>, lang = 'en') =>
    app.call<{ policy: Record<string, unknown> | null; sections: { section: string; lines: string[] }[] }>(
      'POST',
      `/v1/policy/words?lang=${lang}`,
      { body },
    );
  const { body: policy } = await app.call('GET', '/v1/policy');
  const draft = await inWords({ ...policy, claim: { confirmMode: 'tap' } });
  const linesOf = ({ body }: typeof draft) => body.sections.find(({ section }) => section === 'claim')?.lines;
  expect(linesOf(draft)).toEqual(['CLAIM acts at the first tap.']);
  expect(draft.body).toMatchObject({ language: 'en', policy: { claim: { confirmMode: 'tap' } }, errors: [] });
  expect(linesOf(await inWords({ preset: 'open' }, 'id'))).toEqual(['KLAIM berlaku pada ketukan pertama.']);
  const rotation = { name: 'all', target: { everybody: true }, method: 'roundRobin', fallback: [] };
  const warned = await inWords({ ...policy, routing: { rules: [rotation] } });
  const warnings = [{ warning: 'rotationWithoutSegment' }, { warning: 'nobodyInTarget' }];
  expect(warned.body).toMatchObject({ warnings });
  const wrong = await inWords({ ...policy, claim: { confirmMode: 'twice' } });
  expect(wrong).toMatchObject({
    status: 200,
    body: { policy: null, sections: [], errors: [{ field: 'claim.confirmMode' }] },
  });
  expect(await etag()).toBe(before);
});
