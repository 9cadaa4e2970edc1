/**
 * The restore drill, on both arbiters: a backup beside a racing server, the disk that dies, the way back,
 * and the race that goes on. What was taken back after the backup stays taken back.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginRestore } from '../../server/ledger/backup.ts';
import { readHolder } from '../../server/ledger/role-lock.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { openReader, openWriter } from '../../server/platform/sqlite.ts';
import { ADMIN_KEY, startApp, type TestApp, type TestRep } from '../support/app.ts';
import { objectOf, sambar } from '../support/cli.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const LEADS_MEANWHILE = 40;

let redis: TestRedis;
let app: TestApp;

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});
afterAll(async () => {
  await redis.stop();
});

async function backUp(folder: string, ...more: string[]): Promise<{ backup: string; lastSeq: number }> {
  const said = await sambar('backup', '--file', join(folder, 'sambar.db'), '--json', ...more);
  expect([said.code, said.err]).toEqual([0, '']);
  return objectOf(said) as { backup: string; lastSeq: number };
}

/** What a dying disk does: all but the first pages are something else. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+');
  const { size } = statSync(file);
  writeSync(descriptor, Buffer.alloc(size, 'x'), 0, size - 16_384, 16_384);
  closeSync(descriptor);
}

async function win(rep: TestRep, leadId: string): Promise<void> {
  const { status, body } = await app.claimOverHttp(rep.token, leadId, `tap-${leadId}`);
  expect([status, body]).toMatchObject([201, { verdict: 'won' }]);
}

async function statusOf(path: string, token = ADMIN_KEY): Promise<number> {
  return (await app.call('GET', `/v1${path}`, { token })).status;
}

const lastSeq = async () => {
  const { sqlite } = openReader(app.databaseFile);
  const seq = sqlite.prepare('SELECT max(seq) FROM events').pluck().get() as number;
  sqlite.close();
  return seq;
};

describe.each(['embedded', 'redis'])('the restore drill, %s', (arbiter) => {
  let drills = 0;
  let env: () => Record<string, string>;
  let sari: TestRep;
  let budi: TestRep;
  let folder: string;

  beforeEach(async () => {
    const cell = `drill-${++drills}`;
    env = (): Record<string, string> => (arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: cell } : {});
    app = await startApp({ env: env() });
    folder = app.folder;
    sari = await app.addRep('Sari');
    budi = await app.addRep('Budi');
  });

  it('a copy made while leads are posted and won holds all that was answered before it began, and is sound', async () => {
    const before = await app.addLead();
    await win(sari, before);
    const racing = Promise.all(
      Array.from({ length: LEADS_MEANWHILE }, async (_, n) => {
        await win(n % 2 === 0 ? sari : budi, await app.addLead());
      }),
    );
    const { backup } = await backUp(folder);
    await racing;
    expect(verifyFile(backup).violations).toEqual([]);
    const { sqlite } = openReader(backup);
    expect(sqlite.prepare('SELECT rep_id FROM ownerships WHERE lead_id = ?').pluck().get(before)).toBe(sari.id);
    sqlite.close();
    // One file: what is beside it is the server's secret, for its owner's eyes.
    expect(readdirSync(join(folder, 'backups')).map((name) => name.endsWith('.secret'))).toEqual([false, true]);
    expect(statSync(`${backup}.secret`).mode & 0o777).toBe(0o600);
    expect(verifyFile(app.databaseFile).counted.claims).toBe(LEADS_MEANWHILE + 1);
  });

  it('after the disk died: what was in the backup is there, what was taken back stays so, the race goes on', async () => {
    const won = await app.addLead();
    const open = await app.addLead();
    const forgotten = await app.addLead();
    await win(sari, won);
    const { backup, lastSeq: backedUpTo } = await backUp(folder);
    const lost = await app.addLead();
    await win(budi, open);
    await win(budi, lost);
    await app.call('DELETE', `/v1/tokens/${budi.tokenId}`);
    await app.call('DELETE', `/v1/leads/${forgotten}/contact`);
    const reached = await lastSeq();
    await app.app.close();

    const said = await sambar('restore', backup, '--file', app.databaseFile, '--json');
    expect([said.code, said.err]).toEqual([0, '']);
    expect(objectOf(said)).toMatchObject({
      backup: { lastSeq: backedUpTo, claims: 1, leads: 3 },
      before: { claims: 3, leads: 4 },
      takenBack: { tokens: [budi.tokenId], leads: [forgotten], leavers: [] },
    });
    app = await startApp({ env: env(), folder });
    expect(await statusOf('/me', budi.token)).toBe(401);
    expect(await statusOf(`/leads/${lost}`)).toBe(404);
    expect((await app.call('GET', `/v1/leads/${forgotten}`)).body).toMatchObject({ contact: null });
    expect((await app.claimOverHttp(sari.token, won, `tap-${won}`)).body).toMatchObject({ verdict: 'won' });
    await win(sari, open);
    await win(sari, await app.addLead());
    expect(await lastSeq()).toBeGreaterThan(reached);
    const { rows } = (await app.call<{ rows: object[] }>('GET', '/v1/leaderboards/claims')).body;
    expect(rows).toMatchObject([{ repId: sari.id, value: 3 }]);
    await app.app.close();
    expect(verifyFile(app.databaseFile).violations).toEqual([]);
    app = await startApp({ env: env(), folder });
  });

  it('a damaged file is found so, is no backup, and is replaced all the same, kept as it was', async () => {
    await win(sari, await app.addLead());
    const { backup } = await backUp(folder);
    await app.app.close();
    damage(app.databaseFile);
    const said = await sambar('integrity', '--file', app.databaseFile, '--json');
    expect(said.code).toBe(1);
    expect((await sambar('backup', '--file', app.databaseFile, '--to', `${folder}/bad.backup`, '--json')).code).toBe(1);
    expect(existsSync(`${folder}/bad.backup`)).toBe(false);
    const restored = await sambar('restore', backup, '--file', app.databaseFile, '--json');
    expect(restored.code).toBe(0);
    const { replaced } = objectOf(restored) as { replaced: string };
    expect(existsSync(replaced)).toBe(true);
    app = await startApp({ env: env(), folder });
    await win(budi, await app.addLead());
    expect(verifyFile(app.databaseFile).violations).toEqual([]);
  });
});

describe('restore', () => {
  beforeEach(async () => {
    app = await startApp();
  });

  it('is refused beside a running server, naming its pid, and changes nothing', async () => {
    const { backup } = await backUp(app.folder);
    await app.addLead();
    const holder = readHolder(app.databaseFile);
    const said = await sambar('restore', backup, '--file', app.databaseFile, '--json');
    expect(said.code).toBe(2);
    expect(objectOf(said)).toMatchObject({ ok: false, error: { code: 'databaseInUse' } });
    expect(said.err).toContain(`pid ${holder?.pid}`);
    expect(verifyFile(app.databaseFile).counted.leads).toBe(1);
  });

  it('refuses a backup that breaks an invariant, or is none, and leaves the file as it is', async () => {
    await app.addLead();
    const { backup } = await backUp(app.folder);
    const { sqlite } = openWriter(backup);
    sqlite.prepare(`UPDATE leads SET status = 'owned'`).run();
    sqlite.close();
    await app.addLead();
    await app.app.close();
    const broken = await sambar('restore', backup, '--file', app.databaseFile, '--json');
    expect(broken.code).toBe(1);
    expect(objectOf(broken)).toMatchObject({ ok: false, error: { code: 'unsoundCopy' } });
    expect((await sambar('restore', `${app.databaseFile}.secret`, '--file', app.databaseFile, '--json')).code).toBe(1);
    expect((await sambar('restore', join(app.folder, 'none'), '--file', app.databaseFile, '--json')).code).toBe(2);
    expect(verifyFile(app.databaseFile).counted.leads).toBe(2);
    expect(readdirSync(app.folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });

  it('a restore that was killed before its last step leaves the old file, and can be done again', async () => {
    const { backup } = await backUp(app.folder);
    const leadId = await app.addLead();
    await app.app.close();
    beginRestore(backup, app.databaseFile);
    app = await startApp({ folder: app.folder });
    expect((await app.call('GET', `/v1/leads/${leadId}`)).status).toBe(200);
    await app.app.close();
    expect((await sambar('restore', backup, '--file', app.databaseFile, '--json')).code).toBe(0);
    app = await startApp({ folder: app.folder });
    expect((await app.call('GET', `/v1/leads/${leadId}`)).status).toBe(404);
  });

  it('makes the file where there is none, its secret with it', async () => {
    const leadId = await app.addLead();
    const { backup } = await backUp(app.folder);
    const fresh = join(app.folder, 'elsewhere');
    mkdirSync(fresh);
    expect((await sambar('restore', backup, '--file', join(fresh, 'sambar.db'), '--json')).code).toBe(0);
    expect(existsSync(join(fresh, 'sambar.db.secret'))).toBe(true);
    const other = await startApp({ folder: fresh });
    expect((await other.call('GET', `/v1/leads/${leadId}`)).status).toBe(200);
    await other[Symbol.asyncDispose]();
  });
});

describe('backup and integrity', () => {
  beforeEach(async () => {
    app = await startApp();
  });

  it('keeps the newest, and does not write over a file', async () => {
    const first = await backUp(app.folder, '--keep', '2');
    const second = await backUp(app.folder, '--keep', '2');
    const third = await backUp(app.folder, '--keep', '2');
    expect([first, second, third].map(({ backup }) => existsSync(backup))).toEqual([false, true, true]);
    const again = await sambar('backup', '--file', app.databaseFile, '--to', third.backup, '--json');
    expect(again.code).toBe(2);
  });

  it('finds a unique index that somebody dropped, and nothing in a sound file', async () => {
    await app.addLead();
    expect((await sambar('integrity', '--file', app.databaseFile)).code).toBe(0);
    await app.app.close();
    const { sqlite } = openWriter(app.databaseFile);
    const [index] = sqlite
      .prepare(`SELECT name FROM sqlite_schema WHERE tbl_name = 'ownerships' AND sql LIKE '%UNIQUE%'`)
      .pluck()
      .all() as string[];
    sqlite.exec(`DROP INDEX ${index}`);
    sqlite.close();
    const said = await sambar('integrity', '--file', app.databaseFile, '--json');
    expect(said.code).toBe(1);
    expect(objectOf(said)).toMatchObject({
      ok: false,
      problems: [{ kind: 'schema', detail: `index ${index} is missing` }],
    });
  });
});
