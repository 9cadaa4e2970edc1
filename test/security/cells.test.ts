/** Threat: two companies on one Redis hear, win or count what is the other's. The same ids in both. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, cap, claimOf, offerOf, T0 } from '../contract/arbiter-bench.ts';
import { rounds } from '../faults/kit/matrix.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { connect, patientClock, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { ask, closeSockets, refusalOf, signedIn } from '../support/raw-socket.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { seededRandom } from '../support/seeded-random.ts';

const STEPS = rounds({ quick: 500, full: 5_000 });
const REPS = ['ani', 'budi', 'citra'];
let server: TestRedis;
let redis: TestConnection;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
});
afterAll(async () => {
  closeSockets();
  redis?.disconnect();
  await server?.stop();
});

/** One random step in a cell; what it answered. The same seed takes the same steps. */
function walk(bench: Bench, seed: string): () => Promise<string> {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]) => items[Math.floor(random.unit() * items.length)] as T;
  let made = 0;
  return async () => {
    made++;
    const { arbiter } = bench;
    // New offers come as old ones end.
    const n = Math.floor(made / 10 + random.unit() * 20);
    const [offerId, leadId, repId] = [`offer_${n}`, `lead_${n}`, pick(REPS)];
    const step = random.unit();
    if (step < 0.3) {
      const lanes = [{ opensAtMs: T0, repIds: REPS }];
      await arbiter.open(offerOf({ offerId, leadId, lanes, limits: [cap(5)] }));
      return 'opened';
    }
    if (step < 0.4) return JSON.stringify(await arbiter.close(offerId, 'withdrawn'));
    if (step < 0.45) return String(await arbiter.count(repId, 'day', -1, `cause_${made}`));
    if (step < 0.46) return String(await arbiter.raise({ scope: 'rep', repId }, 'notReady'));
    const judged = await arbiter.claim(claimOf(repId, { offerId, leadId, requestId: `r-${made}` }));
    if (judged.kind === 'pending' && judged.mine) {
      const outcome = random.unit() < 0.8 ? 'committed' : 'reopened';
      await arbiter.settle(judged.claim, { outcome });
    }
    // Stream ids are numbered by Redis: the same steps get others.
    return JSON.stringify(judged).replace(/"order":"[^"]+"/, '');
  };
}

const cell = () => redisBench(redis, { clock: patientClock() });

describe('two cells on one Redis', () => {
  it(`${2 * STEPS} random steps with the same ids, in turn: each answers as if it were alone`, async () => {
    const [one, two, aloneOne, aloneTwo] = [await cell(), await cell(), await cell(), await cell()];
    const together: string[][] = [[], []];
    const [left, right] = [walk(one, 'left'), walk(two, 'right')];
    for (let n = 0; n < STEPS; n++) {
      together[0]?.push(await left());
      together[1]?.push(await right());
    }
    const alone: string[][] = [[], []];
    const [onlyLeft, onlyRight] = [walk(aloneOne, 'left'), walk(aloneTwo, 'right')];
    for (let n = 0; n < STEPS; n++) alone[0]?.push(await onlyLeft());
    for (let n = 0; n < STEPS; n++) alone[1]?.push(await onlyRight());
    expect(together).toEqual(alone);
    expect(together[0]).not.toEqual(together[1]);
    // It was a game: there were wins, losses, and limits that refused.
    const all = together.flat().join();
    for (const word of ['"mine":true', '"lost"', '"gone"', 'dailyCap'])
      expect([word, all.includes(word)]).toEqual([word, true]);
    for (const bench of [one, two, aloneOne, aloneTwo]) await bench.end();
  });

  it('a token, a socket, an alert and a lead of one are nothing in the other', async () => {
    const env = { REDIS_URL: server.url };
    const apps: TestApp[] = [];
    for (const name of ['left', 'right']) apps.push(await startApp({ env: { ...env, CELL: name } }));
    const gateway = await startApp({ env: { ...env, CELL: 'right', ROLE: 'gateway' } });
    const [left, right] = [apps[0] ?? expect.fail(), apps[1] ?? expect.fail()];
    const [ours, theirs] = [await left.addRep('Ayu'), await right.addRep('Ayu')];
    for (const door of [right, gateway]) {
      expect((await door.call('GET', '/v1/me', { token: ours.token })).status).toBe(401);
      expect((await refusalOf(door.app.url, { auth: { token: ours.token } }))?.data?.code).toBe('tokenInvalid');
    }
    const sockets = [await signedIn(right.app.url, theirs.token), await signedIn(gateway.app.url, theirs.token)];
    const heard: string[] = [];
    for (const socket of sockets) socket.onAny((event: string) => heard.push(event));
    await Promise.all(sockets.map((socket) => ask(socket, 'pool:sync', {})));
    heard.length = 0;
    const leadId = await left.addLead();
    expect((await left.claimOverHttp(ours.token, leadId, 'tap')).body.verdict).toBe('won');
    for (const socket of sockets) {
      const foreign = await ask(socket, 'lead:claim', { leadId, requestId: 'tap' });
      expect(foreign.error?.code).toBe('unknownLead');
      expect(await ask(socket, 'pool:sync', {})).toMatchObject({ offers: [] });
    }
    // What was to come has come by now: the other's own alert is the first thing heard.
    const own = await right.addLead();
    await expect.poll(() => heard.filter((event) => event === 'lead:alert').length).toBe(2);
    expect(new Set(heard)).toEqual(new Set(['lead:alert']));
    expect((await right.claimOverHttp(theirs.token, own, 'tap')).body.verdict).toBe('won');
    for (const app of [gateway, right, left]) await app[Symbol.asyncDispose]();
  });
});
