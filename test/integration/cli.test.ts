/** The operator's tool: what it answers, where it says so, and the code it ends with. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWriter } from '../../server/platform/sqlite.ts';
import { ADMIN_KEY, startApp, type TestApp } from '../support/app.ts';
import { objectOf, sambar } from '../support/cli.ts';

let app: TestApp;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
  app = await startApp();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await app[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function me(token: unknown): Promise<number> {
  return (await app.call('GET', '/v1/me', { token: token as string })).status;
}

describe('sambar verify', () => {
  it('finds a sound file sound, beside its running server', async () => {
    await app.addRep('Sari');
    await app.addLead();
    const said = await sambar('verify', '--file', app.databaseFile, '--json');
    expect([said.code, said.err]).toEqual([0, '']);
    expect(objectOf(said)).toMatchObject({ ok: true, violations: [], counted: { leads: 1, offers: 1 } });
    const table = await sambar('verify', '--file', app.databaseFile);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/oneLiveOwner +ok/);
  });

  it('ends with 1 and names what is broken', async () => {
    await app.addLead();
    await app.app.close();
    const { sqlite } = openWriter(app.databaseFile);
    sqlite.prepare(`UPDATE leads SET status = 'owned'`).run();
    sqlite.close();
    const said = await sambar('verify', '--file', app.databaseFile, '--json');
    expect(said.code).toBe(1);
    expect(objectOf(said)).toMatchObject({ ok: false, violations: [{ invariant: 7, name: 'leadOwned', count: 1 }] });
    expect((await sambar('verify', '--file', app.databaseFile)).out).toMatch(/leadOwned +1 wrong/);
  });

  it('tells a file that is no database (1) from one that is not there (2)', async () => {
    const junk = join(folder, 'junk.db');
    writeFileSync(junk, 'this is no database, and long enough to be read as one'.repeat(20));
    const bad = await sambar('verify', '--file', junk, '--json');
    expect([bad.code, objectOf(bad)]).toMatchObject([1, { ok: false, violations: [{ name: 'readable' }] }]);
    const missing = await sambar('verify', '--file', join(folder, 'none.db'), '--json');
    expect([missing.code, objectOf(missing)]).toMatchObject([2, { ok: false, error: { code: 'wrongUse' } }]);
  });
});

describe('sambar token', () => {
  it('goes through the server by e-mail address, and on the file once the server is stopped', async () => {
    const rep = await app.addRep('Sari Wulandari');
    const server = ['--url', app.app.url, '--key', ADMIN_KEY];
    const over = objectOf(
      await sambar('token', 'rep', 'sari.wulandari@example.com', '--ttl', '1h', '--json', ...server),
    );
    expect(await me(over.token)).toBe(200);
    expect(Date.parse(over.expiresAt as string)).toBeLessThan(Date.now() + 2 * 3_600_000);
    const busy = await sambar('token', 'rep', rep.id, '--file', app.databaseFile);
    expect(busy.code).toBe(2);
    expect(busy.err).toMatch(new RegExp(`pid ${process.pid} .*--url`));
    await app.app.close();
    const onFile = await sambar('token', 'rep', rep.id, '--file', app.databaseFile);
    expect([onFile.code, onFile.out]).toEqual([0, expect.stringMatching(/^sbr_rep_\S+\n$/)]);
    const admin = objectOf(await sambar('token', 'admin', '--file', app.databaseFile, '--json'));
    expect(admin).toMatchObject({ expiresAt: null, role: 'admin' });
    await using again = await startApp({ folder: app.folder });
    expect((await again.call('GET', '/v1/me', { token: onFile.out.trim() })).status).toBe(200);
    expect((await again.call('GET', '/v1/reps', { token: admin.token as string })).status).toBe(200);
  });

  it('ends with 1 for nobody known and with 2 for a wrong command line', async () => {
    const server = ['--url', app.app.url, '--key', ADMIN_KEY];
    expect((await sambar('token', 'rep', 'nobody@example.com', ...server)).code).toBe(1);
    expect((await sambar('token', 'rep', 'rep_nobody', ...server)).code).toBe(1);
    for (const argv of [
      ['token', 'rep'],
      ['token', 'king', 'x'],
      ['token', 'rep', 'x', '--ttl', 'soon'],
      ['token', 'admin', ...server],
    ]) {
      expect([argv, (await sambar(...argv)).code]).toEqual([argv, 2]);
    }
  });
});

describe('sambar forget', () => {
  it('blanks the person through the server, again without harm, and not somebody unknown', async () => {
    const leadId = await app.addLead({ externalId: 'crm-7' });
    const server = ['--url', app.app.url, '--key', ADMIN_KEY, '--json'];
    expect((await sambar('forget', leadId, ...server)).code).toBe(0);
    expect((await sambar('forget', leadId, ...server)).code).toBe(0);
    expect((await app.call('GET', `/v1/leads/${leadId}`)).body).toMatchObject({ contact: null, externalId: null });
    const unknown = await sambar('forget', 'lead_nobody', ...server);
    expect([unknown.code, objectOf(unknown)]).toMatchObject([1, { error: { code: 'unknownLead' } }]);
  });

  it('is for administrators alone', async () => {
    const leadId = await app.addLead();
    const rep = await app.addRep('Sari');
    expect((await app.call('DELETE', `/v1/leads/${leadId}/contact`, { token: rep.token })).status).toBe(403);
  });

  it('blanks the person on the file of a stopped server', async () => {
    const leadId = await app.addLead();
    await app.app.close();
    expect((await sambar('forget', leadId, '--file', app.databaseFile)).code).toBe(0);
    expect((await sambar('forget', 'lead_nobody', '--file', app.databaseFile)).code).toBe(1);
    await using again = await startApp({ folder: app.folder });
    expect((await again.call('GET', `/v1/leads/${leadId}`)).body).toMatchObject({ contact: null });
  });
});

describe('sambar', () => {
  it('helps with 0 and refuses what it does not know with 2', async () => {
    expect((await sambar('--help')).code).toBe(0);
    for (const command of ['verify', 'rebuild', 'token', 'forget', 'replay-leads']) {
      expect([command, (await sambar(command, '--help')).code]).toEqual([command, 0]);
    }
    for (const argv of [[], ['fly'], ['verify', '--wings'], ['replay-leads', '/none.csv', '--deals', '/none.csv']]) {
      expect([argv, (await sambar(...argv)).code]).toEqual([argv, 2]);
    }
  });

  it('ends as a process with the code of its answer', async () => {
    const code = await new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', 'tools/sambar.ts', 'verify', '--file', join(folder, 'none.db')],
        (error) => resolve(error?.code),
      );
    });
    expect(code).toBe(2);
  });
});
