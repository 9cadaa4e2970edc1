/** Threat: a token that ended goes on claiming. Both arbiters, and a gateway that has not heard of it yet. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { isFull, rounds } from '../faults/kit/matrix.ts';
import { startApp, type TestApp, type TestRep } from '../support/app.ts';
import { connect } from '../support/arbiter-benches.ts';
import { ask, closeSockets, disconnected, heard, refusalOf, signedIn } from '../support/raw-socket.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { SimClock } from '../support/sim-clock.ts';

let redis: TestRedis;
const apps: TestApp[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  closeSockets();
  for (const app of apps.splice(0).reverse()) await app[Symbol.asyncDispose]();
});

afterAll(async () => {
  await redis.stop();
});

async function started(env: Record<string, string>, more: object = {}): Promise<TestApp> {
  const app = await startApp({ env, ...more });
  apps.push(app);
  return app;
}

const AT_ONCE = 25;
/** Each round tries two claims a token. */
const ROUNDS = rounds({ quick: 8, full: 18 });
const CLOSED_WITHIN_MS = 1_000;
const machine = createSystemClock();

/** Tries `rounds` × 25 times: connect, revoke, and claim as soon as the 204 is there. Answers what came back. */
async function claimsAfterRevoking(app: TestApp, door: string, rep: TestRep, rounds: number) {
  const leadId = await app.addLead();
  const answers: string[] = [];
  let socketsClosed = 0;
  let slowestMs = 0;
  const tryOne = async (n: number) => {
    const { token, tokenId } = (await app.call<{ token: string; tokenId: string }>('POST', `/v1/reps/${rep.id}/tokens`))
      .body;
    const socket = await signedIn(door, token);
    const closed = disconnected(socket).then(() => socketsClosed++);
    const revoked = await app.call('DELETE', `/v1/tokens/${tokenId}`);
    expect(revoked.status).toBe(204);
    const revokedAtMs = machine.monotonicMs();
    const overSocket = Promise.race([
      ask(socket, 'lead:claim', { leadId, requestId: `after-${n}` }).then(
        ({ verdict, error }) => String(verdict ?? error?.code),
        () => 'closed',
      ),
      closed.then(() => 'closed'),
    ]);
    const overHttp = fetch(`${door}/v1/leads/${leadId}/claims`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    }).then(({ status }) => String(status));
    answers.push(...(await Promise.all([overSocket, overHttp])));
    await closed;
    slowestMs = Math.max(slowestMs, machine.monotonicMs() - revokedAtMs);
  };
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => tryOne(round * AT_ONCE + n)));
  }
  // On a machine that does nothing else: the contract's second.
  if (isFull) expect(slowestMs).toBeLessThan(CLOSED_WITHIN_MS);
  return { leadId, answers: new Set(answers), tries: answers.length, socketsClosed };
}

const NO_WIN = ['401', 'closed', 'tokenInvalid'];

describe('revocation', () => {
  it(`${ROUNDS * AT_ONCE * 2} claims after a 204, embedded: 0 wins, every socket gone, the lead still open`, async () => {
    const app = await started({});
    const rep = await app.addRep('Lost Phone');
    const done = await claimsAfterRevoking(app, app.app.url, rep, ROUNDS);
    expect(done.tries).toBe(ROUNDS * AT_ONCE * 2);
    expect([...done.answers].filter((answer) => !NO_WIN.includes(answer))).toEqual([]);
    expect(done.socketsClosed).toBe(ROUNDS * AT_ONCE);
    expect((await app.claimOverHttp(rep.token, done.leadId, 'still-open')).status).toBe(201);
  });

  it('100 on a gateway, which may not have heard of it yet: the same', async () => {
    const env = { REDIS_URL: redis.url, CELL: 'revoked' };
    const app = await started({ ...env, ROLE: 'ledger' });
    const gateway = await started({ ...env, ROLE: 'gateway' });
    const rep = await app.addRep('Lost Phone');
    const done = await claimsAfterRevoking(app, gateway.app.url, rep, 2);
    expect(done.tries).toBe(100);
    expect([...done.answers].filter((answer) => !NO_WIN.includes(answer))).toEqual([]);
    expect(done.socketsClosed).toBe(50);
    expect((await app.claimOverHttp(rep.token, done.leadId, 'still-open')).status).toBe(201);
  });

  it('that no gateway was told of is found at the next claim, and no other token suffers', async () => {
    const env = { REDIS_URL: redis.url, CELL: 'untold' };
    const app = await started({ ...env, ROLE: 'ledger' });
    const gateway = await started({ ...env, ROLE: 'gateway' });
    const [lost, kept] = [await app.addRep('Lost'), await app.addRep('Kept')];
    const [socket, other] = [await signedIn(gateway.app.url, lost.token), await signedIn(gateway.app.url, kept.token)];
    const leadId = await app.addLead();
    const { world } = app.app.house ?? expect.fail();
    // Only the registry is told: as if the announcement were lost with its link.
    await world.directory.dropToken(lost.tokenId);
    const closed = disconnected(socket);
    const answer = await ask(socket, 'lead:claim', { leadId, requestId: 'late' }).catch(() => null);
    expect(answer?.error?.code ?? 'closed').toMatch(/^(tokenInvalid|closed)$/);
    await closed;
    expect((await ask(other, 'lead:claim', { leadId, requestId: 'mine' })).verdict).toBe('won');
  });

  it('an empty Redis is "ask again", never "sign in again": no phone throws its sign-in away', async () => {
    const env = { REDIS_URL: redis.url, CELL: 'emptied' };
    const app = await started({ ...env, ROLE: 'ledger' });
    const gateway = await started({ ...env, ROLE: 'gateway' });
    const rep = await app.addRep('Sari');
    const socket = await signedIn(gateway.app.url, rep.token);
    const leadId = await app.addLead();
    const connection = await connect(redis.url, 'plain');
    await connection.del('{emptied}:tokens');
    const claim = (requestId: string) => ask(socket, 'lead:claim', { leadId, requestId });
    expect((await refusalOf(gateway.app.url, { auth: { token: rep.token } }))?.data?.code).toBe('away');
    expect((await claim('while-empty')).verdict).toBe('retry');
    const overHttp = await gateway.claimOverHttp(rep.token, leadId, 'over-http');
    expect([overHttp.status, overHttp.headers.get('retry-after')]).toEqual([503, '1']);
    // Everything gone is noticed by the ledger, which writes what it knows.
    await connection.flushall();
    connection.disconnect();
    await expect.poll(async () => (await claim('after')).verdict, { timeout: 20_000 }).toBe('won');
    expect(socket.connected).toBe(true);
  });
});

describe('expiry in the middle of a connection', () => {
  it('is announced, closes the socket, and ends claims at that very millisecond', async () => {
    const clock = new SimClock();
    const app = await started({}, { clock });
    const rep = await app.addRep('Sari');
    const { token, expiresAt } = (
      await app.call<{ token: string; expiresAt: string }>('POST', `/v1/reps/${rep.id}/tokens`, {
        body: { ttlSeconds: 120 },
      })
    ).body;
    const socket = await signedIn(app.app.url, token);
    const leadId = await app.addLead();
    const notice = heard(socket, 'auth:expiring');
    clock.advance(60_000);
    expect(await notice).toEqual({ expiresAt });
    clock.advance(59_999);
    expect((await app.call('GET', '/v1/me', { token })).status).toBe(200);
    const closed = disconnected(socket);
    clock.advance(1);
    expect((await app.claimOverHttp(token, leadId, 'too-late')).status).toBe(401);
    expect(await closed).toBe('io server disconnect');
  });

  it('a life of 30 days, longer than a machine’s timer, does not end at once', async () => {
    const app = await started({});
    const rep = await app.addRep('Sari');
    const socket = await signedIn(app.app.url, rep.token);
    // On the real clock: Node fires a timer beyond 2^31 ms at the next turn.
    for (let turn = 0; turn < 5; turn++) expect((await ask(socket, 'pool:sync', {})).error).toBeUndefined();
    expect(socket.connected).toBe(true);
  });
});
