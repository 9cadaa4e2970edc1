/** Threat: whoever reads Redis reads contact data or credentials. Everything in it after a whole flow, in plain. */
import { expect, it } from 'vitest';
import { ADMIN_KEY, leadBody, startApp } from '../support/app.ts';
import { connect, type TestConnection } from '../support/arbiter-benches.ts';
import { closeSockets, signedIn } from '../support/raw-socket.ts';
import { startRedis } from '../support/redis.ts';

async function readAll(redis: TestConnection): Promise<string> {
  const parts: string[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    const read: Record<string, () => Promise<unknown>> = {
      string: () => redis.get(key),
      hash: () => redis.hgetall(key),
      stream: () => redis.xrange(key, '-', '+'),
      list: () => redis.lrange(key, 0, -1),
      set: () => redis.smembers(key),
      zset: () => redis.zrange(key, '0', '-1'),
    };
    parts.push(key, JSON.stringify(await (read[type] ?? expect.fail)()));
  }
  return parts.join('\n');
}

it('holds hashes, ids and cards: no contact, no token, no key', async () => {
  const redis = await startRedis();
  const app = await startApp({ env: { REDIS_URL: redis.url, CELL: 'canary' } });
  const [winner, loser] = [await app.addRep('Ayu'), await app.addRep('Agus')];
  await signedIn(app.app.url, loser.token);
  const contact = { name: 'Kenari Satu', email: 'kenari@secret.example', phone: '+62 899 7777 1234' };
  const leadId = await app.addLead(leadBody({ contact, interest: 'kenari-tiga' }));
  expect((await app.claimOverHttp(winner.token, leadId, 'tap')).body.verdict).toBe('won');
  expect((await app.claimOverHttp(loser.token, leadId, 'tap')).body.verdict).toBe('lost');
  await app.app.house?.idle();
  const connection = await connect(redis.url, 'plain');
  const held = await readAll(connection);
  // It looked where the flow has been: the card is there, and what stands for the tokens.
  expect(held).toContain(leadId);
  expect(held).toContain(winner.tokenId);
  const secrets = [...Object.values(contact), 'kenari-tiga', winner.token, loser.token, ADMIN_KEY, 'ayu@example.com'];
  expect(secrets.filter((secret) => held.includes(secret))).toEqual([]);
  connection.disconnect();
  closeSockets();
  await app[Symbol.asyncDispose]();
  await redis.stop();
});
