/** What-ifs over HTTP: a job in a thread of its own, while the server goes on. */
import { expect, it } from 'vitest';
import type { WhatIfJob } from '../../server/whatif/what-ifs.ts';
import { startApp, type TestApp } from '../support/app.ts';

/** A Monday ahead: the team is as it is now. */
const ever = { from: '2030-01-07T00:00:00Z', to: '2030-01-08T00:00:00Z' };

async function ended(app: TestApp, id: string): Promise<WhatIfJob> {
  for (;;) {
    const { body } = await app.call<WhatIfJob>('GET', `/v1/what-ifs/${id}`);
    if (body.state !== 'running') return body;
  }
}

it('a POST starts one, a GET says how far it is and what came of it; one at a time, the same key is the same one', async () => {
  await using app = await startApp();
  const rep = await app.addRep('Sari');
  const body = { policy: { preset: 'tiered' }, ...ever, generatedPerDay: 3 };
  const headers = { 'idempotency-key': 'once' };
  const started = await app.call<WhatIfJob>('POST', '/v1/what-ifs', { body, headers });
  expect([started.status, started.body.state]).toEqual([202, 'running']);
  const again = await app.call<WhatIfJob>('POST', '/v1/what-ifs', { body, headers });
  expect([again.status, again.body.id]).toEqual([202, started.body.id]);
  const second = await app.call('POST', '/v1/what-ifs', { body });
  expect([second.status, second.body]).toMatchObject([409, { code: 'whatIfRunning' }]);
  const job = await ended(app, started.body.id);
  expect(job).toMatchObject({ state: 'done', error: null, result: { generated: true, reproduced: null } });
  expect(job.progress.done).toBe(job.progress.of);
  expect(job.result?.inForce.leads).toBe(job.result?.tried?.leads);
  // All leads are this one rep's, whatever the rules.
  expect(job.result).toMatchObject({ moved: 0, reps: [{ repId: rep.id }] });
  const asRep = await app.call('GET', `/v1/what-ifs/${job.id}`, { token: rep.token });
  expect(asRep.status).toBe(403);
});

it('refuses what cannot be tried with its field, and knows no other', async () => {
  await using app = await startApp();
  const wrong = async (body: object) => {
    const answer = await app.call<{ field?: string }>('POST', '/v1/what-ifs', { body });
    return [answer.status, answer.body.field];
  };
  expect(await wrong({ policy: { preset: 'opn' }, ...ever })).toEqual([400, 'policy.preset']);
  expect(await wrong({ policy: { preset: 'open' }, from: ever.to, to: ever.from })).toEqual([400, 'to']);
  expect(await wrong({ policy: { preset: 'open' }, from: 'yesterday' })).toEqual([400, 'from']);
  expect((await app.call('GET', '/v1/what-ifs/wif_none')).status).toBe(404);
});

it('ends with the server', async () => {
  const app = await startApp();
  const body = { policy: { preset: 'open' }, ...ever, to: '2030-12-08T00:00:00Z', generatedPerDay: 500 };
  expect((await app.call('POST', '/v1/what-ifs', { body })).status).toBe(202);
  await app[Symbol.asyncDispose]();
});
