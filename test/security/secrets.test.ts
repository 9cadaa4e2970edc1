/**
 * Secrets are never printed: real processes at their most talkative, through sign-ins, refusals, faults and the
 * operator's tool, and everything they wrote searched. One exception, on purpose: a first admin key, once.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sambar } from '../support/cli.ts';
import { ask, closeSockets, refusalOf, signedIn } from '../support/raw-socket.ts';
import { endServers, spawnServer, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';

const ADMIN_KEY = 'rahasia-admin-0123456789-abcdefghijkl';
const APP_SECRET = 'rahasia-app-0123456789-abcdefghijklmnopqrstuvwxyz';

afterEach(async () => {
  closeSockets();
  await endServers();
});

type Body = Record<string, string>;

/** One call to a server of another process; what it answers, whatever the status. */
async function call(url: string, path: string, token: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? {} : await response.json()) as Body;
}

/** Every kind of secret the server hands out, each of them used rightly and wrongly. */
async function work(url: string, adminKey: string): Promise<string[]> {
  const rep = await call(url, '/reps', adminKey, { name: 'Sari', email: 'sari@example.com' });
  const { token = '' } = await call(url, `/reps/${rep.id}/tokens`, adminKey, {});
  const invited = await call(url, `/reps/${rep.id}/invites`, adminKey, {});
  const invite = new URL(invited.url ?? '').hash.replace('#invite=', '');
  const session = await call(url, '/sessions', '', { invite });
  const source = await call(url, '/sources', adminKey, { name: 'web' });
  const screen = await call(url, '/screens', adminKey, { name: 'hall' });
  const lead = { source: 'web', company: { name: 'PT' }, contact: { name: 'Budi' } };
  const { id: leadId } = await call(url, '/leads', source.key ?? '', lead);
  const link = await call(url, `/leads/${leadId}/claim-links`, adminKey, { repId: rep.id });
  const linked = link.url ?? '';
  const secrets = [token, invite, session.token, source.key, source.signingSecret, screen.token, linked] as string[];
  expect(secrets.every((secret) => secret?.length > 20)).toBe(true);
  await fetch(linked);
  for (const secret of secrets) {
    // In its right place, cut short, in the wrong place, and in an address.
    await call(url, '/me', secret);
    await call(url, '/me', secret.slice(0, -1));
    await call(url, '/sessions', '', { invite: secret });
    await call(url, `/leads/${encodeURIComponent(secret)}?token=${encodeURIComponent(secret)}`, adminKey);
    await refusalOf(url, { auth: { token: secret.slice(0, -1) } });
  }
  await call(url, '/me', `${ADMIN_KEY}x`);
  const socket = await signedIn(url, token);
  await ask(socket, 'lead:claim', { leadId, requestId: token });
  await ask(socket, 'lead:claim', { leadId, requestId: 'r', token });
  await ask(socket, token, { token });
  return secrets;
}

const cutOff = (secrets: string[]) => secrets.flatMap((secret) => [secret, secret.slice(0, -1)]);
const found = (output: string, secrets: string[]) => cutOff(secrets).filter((secret) => output.includes(secret));

describe('what a server prints', () => {
  it('holds no key, token, invite or link, though it prints all it does', async () => {
    const file = join(tempFolder(), 'sambar.db');
    const env = { DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, APP_SECRET, LOG_LEVEL: 'debug' };
    const server = await startServer(env);
    const secrets = await work(server.url, ADMIN_KEY);
    await server.end();
    // It spoke of what was done, so it was heard.
    expect(server.output()).toContain('/v1/reps/:id/invites');
    expect(found(server.output(), [...secrets, ADMIN_KEY, APP_SECRET])).toEqual([]);
  });

  it('is a first admin key once, and never the secret made beside the file', async () => {
    const file = join(tempFolder(), 'sambar.db');
    const first = await startServer({ DATABASE_FILE: file, LOG_LEVEL: 'debug' });
    await expect.poll(first.output).toMatch(/Admin key/);
    const key = /Admin key \([^)]*\): (\S+)/.exec(first.output())?.[1] ?? '';
    const secrets = await work(first.url, key);
    await first.end();
    const secret = readFileSync(`${file}.secret`, 'utf8').trim();
    expect(first.output().split(key)).toHaveLength(2);
    expect(found(first.output(), [...secrets, secret])).toEqual([]);
    const second = await startServer({ DATABASE_FILE: file, LOG_LEVEL: 'debug' });
    await second.end();
    expect(found(second.output(), [key, ...secrets, secret])).toEqual([]);
  });

  it('of settings that are wrong is their name', async () => {
    const file = join(tempFolder(), 'sambar.db');
    const env = {
      DATABASE_FILE: file,
      ADMIN_API_KEY: 'rahasia1',
      APP_SECRET: 'rahasia2',
      REDIS_URL: 'http://x:rahasia3@y',
    };
    const server = spawnServer(env);
    server.listening.catch(() => undefined);
    expect(await server.ended).toBe(1);
    expect(server.output()).toMatch(/ADMIN_API_KEY/);
    expect(server.output()).not.toContain('rahasia');
  });

  it('of a Redis that is not there is not its password', async () => {
    const file = join(tempFolder(), 'sambar.db');
    const server = spawnServer({
      DATABASE_FILE: file,
      REDIS_URL: 'redis://user:rahasia4@127.0.0.1:1',
      LOG_LEVEL: 'debug',
    });
    server.listening.catch(() => undefined);
    await Promise.race([server.ended, expect.poll(server.output, { timeout: 20_000 }).toMatch(/Redis/)]);
    await server.end('SIGKILL');
    expect(server.output()).toMatch(/Redis|ECONNREFUSED/);
    expect(server.output()).not.toContain('rahasia');
  });
});

describe('what the tool prints', () => {
  it('is the token that was asked for, on standard output alone; never a key, right or wrong', async () => {
    const file = join(tempFolder(), 'sambar.db');
    const server = await startServer({ DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, APP_SECRET, LOG_LEVEL: 'debug' });
    const rep = await call(server.url, '/reps', ADMIN_KEY, { name: 'Sari', email: 'sari@example.com' });
    const minted = await sambar('token', 'rep', `${rep.id}`, '--json', '--url', server.url, '--key', ADMIN_KEY);
    const { token } = JSON.parse(minted.out) as { token: string };
    expect(found(minted.err + server.output(), [token, ADMIN_KEY])).toEqual([]);
    const wrong = await sambar('token', 'rep', `${rep.id}`, '--url', server.url, '--key', `${ADMIN_KEY}x`);
    expect(wrong.code).toBe(1);
    const misused = await sambar('token', 'rep', `${rep.id}`, '--file', file, '--key', ADMIN_KEY);
    expect(misused.code).toBe(2);
    expect(found([minted.out, wrong.out, wrong.err, misused.out, misused.err].join(), [ADMIN_KEY])).toEqual([]);
    await server.end();
  });

  it("a process of its own that fails names no setting's value", () => {
    const env = { PATH: process.env.PATH ?? '', APP_SECRET: 'rahasia5', ADMIN_API_KEY: 'rahasia6' };
    const done = spawnSync('node', ['dist/tools/sambar.js', 'verify', '--json'], { env, encoding: 'utf8' });
    expect(done.status).toBe(2);
    expect(done.stdout + done.stderr).toMatch(/APP_SECRET/);
    expect(done.stdout + done.stderr).not.toContain('rahasia');
  });
});
