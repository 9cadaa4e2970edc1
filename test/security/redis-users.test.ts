/** Threat: a gateway, or who has taken it over, does to Redis what only the ledger may. docs/redis.acl, as it is shipped. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { connect, type TestConnection } from '../support/arbiter-benches.ts';
import { ask, closeSockets, disconnected, signedIn } from '../support/raw-socket.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const PASSWORDS = { ledger: 'rahasia-ledger', gateway: 'rahasia-gateway' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let redis: TestRedis;
let ledger: TestApp;
let gateway: TestApp;

/** The rules of the page, as `redis-server` takes them on its command line. */
function userArgs(): string[] {
  const text = readFileSync('docs/redis.acl', 'utf8')
    .replace('LEDGER_SHA256', sha256(PASSWORDS.ledger))
    .replace('GATEWAY_SHA256', sha256(PASSWORDS.gateway));
  const users = text.split('\n').filter((line) => line.startsWith('user '));
  return users.flatMap((line) => ['--user', ...line.split(' ').slice(1)]);
}

const urlOf = (user: 'ledger' | 'gateway') => redis.url.replace('//', `//sambar-${user}:${PASSWORDS[user]}@`);

beforeAll(async () => {
  redis = await startRedis({ args: userArgs() });
  ledger = await startApp({ env: { REDIS_URL: urlOf('ledger'), ROLE: 'ledger' } });
  gateway = await startApp({ env: { REDIS_URL: urlOf('gateway'), ROLE: 'gateway' } });
});

afterAll(async () => {
  closeSockets();
  await gateway[Symbol.asyncDispose]();
  await ledger[Symbol.asyncDispose]();
  await redis.stop();
});

/** What each command came to. */
async function refusedTo(user: 'ledger' | 'gateway', commands: string[][]): Promise<string[]> {
  const connection: TestConnection = await connect(urlOf(user), 'plain');
  const answers: string[] = [];
  for (const [name = '', ...args] of commands) {
    answers.push(await connection.call(name, ...args).then(String, (error: Error) => error.message.slice(0, 6)));
  }
  connection.disconnect();
  return answers;
}

const FORBIDDEN = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
  ['CONFIG', 'GET', '*'],
  ['DEBUG', 'SLEEP', '0'],
  ['KEYS', '*'],
  ['SHUTDOWN', 'NOSAVE'],
  ['REPLICAOF', 'NO', 'ONE'],
  ['ACL', 'LIST'],
  ['MODULE', 'LIST'],
  ['GET', '{other}:ledger'],
  ['SET', '{other}:epoch', '1'],
  ['EVAL', "return redis.call('GET', '{other}:ledger')", '0'],
  ['EVAL', "return redis.call('FLUSHALL')", '0'],
];
/** What the ledger alone writes: who may sign in, where it is, what is told, and who the ledger is. */
const LEDGERS_OWN = [
  ['HSET', '{sambar}:tokens', 'a', 'b'],
  ['DEL', '{sambar}:tokens'],
  ['HSET', '{sambar}:names', 'a', 'b'],
  ['SET', '{sambar}:ledger', '{"url":"http://evil.example","secret":"x"}'],
  ['SET', '{sambar}:ledger-role', 'x'],
  ['SET', '{sambar}:test-clock', '0'],
  ['SET', '{sambar}:highest-epoch', '99'],
  ['SET', '{sambar}:gate:cell', 'x'],
  ['XADD', '{sambar}:out', '*', 'e', '{}'],
  ['EVAL', "return redis.call('HSET', '{sambar}:tokens', 'a', 'b')", '0'],
];

describe('the users of docs/redis.acl', () => {
  it('race, revoke and race again: the ledger and a gateway have all that they need', async () => {
    const [first, second] = [await ledger.addRep('Ayu'), await ledger.addRep('Agus')];
    const sockets = await Promise.all([first, second].map(({ token }) => signedIn(gateway.app.url, token)));
    for (let n = 0; n < 5; n++) {
      const leadId = await ledger.addLead();
      const claims = sockets.map((socket) => ask(socket, 'lead:claim', { leadId, requestId: `r-${n}` }));
      const verdicts = (await Promise.all(claims)).map(({ verdict }) => verdict);
      expect(verdicts.sort()).toEqual(['lost', 'won']);
    }
    const closed = disconnected(sockets[0] ?? expect.fail());
    await ledger.call('DELETE', `/v1/tokens/${first.tokenId}`);
    await closed;
  });

  it('early tries are counted through a gateway, too', async () => {
    await ledger.setPolicy({ preset: 'tiered' });
    await ledger.addRep('Satu', { tier: 1 });
    const { token } = await ledger.addRep('Dua', { tier: 2 });
    const socket = await signedIn(gateway.app.url, token);
    const leadId = await ledger.addLead({ type: 'demo request' });
    const heard = new Set<unknown>();
    for (let n = 0; n < 50; n++) {
      const { verdict, rule } = await ask(socket, 'lead:claim', { leadId, requestId: `early-${n}` });
      heard.add(rule ?? verdict);
    }
    expect(heard).toEqual(new Set(['early', 'attemptRate']));
  });

  it.each(['ledger', 'gateway'] as const)(
    '%s: no command that empties, stops, reads or leads Redis astray',
    async (user) => {
      expect(await refusedTo(user, FORBIDDEN)).toEqual(FORBIDDEN.map(() => expect.stringMatching(/^(NOPERM|ERR)/)));
    },
  );

  it('a gateway can add no token, speak for no ledger, and tell nobody anything', async () => {
    expect(await refusedTo('gateway', LEDGERS_OWN)).toEqual(
      LEDGERS_OWN.map(() => expect.stringMatching(/^NOPERM|^ERR/)),
    );
  });

  it('nobody comes in without a name', async () => {
    await expect(connect(redis.url, 'plain')).rejects.toThrow(/NOAUTH|closed/i);
  });
});
