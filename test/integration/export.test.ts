/** `sambar export`: beside a running server, with nothing of a person unless asked, and never a formula. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWriter } from '../../server/platform/sqlite.ts';
import { startApp, type TestApp, type TestRep } from '../support/app.ts';
import { sambar } from '../support/cli.ts';

const CONTACT = { name: '=1+1 Kenari', title: '@Kepala', email: 'kenari@secret.example', phone: '+62 899 7777 1234' };

let app: TestApp;
let rep: TestRep;
let leadId: string;

beforeAll(async () => {
  app = await startApp();
  rep = await app.addRep('-Sari', { email: 'sari@example.com' });
  leadId = await app.addLead({ externalId: '=2+3', company: { name: '=cmd|x' }, contact: CONTACT });
  await app.claimOverHttp(rep.token, leadId, 'tap');
  await app.call('POST', `/v1/leads/${leadId}/releases`, { token: rep.token, body: { reason: 'x' } });
  await app.addLead();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

const exported = (...argv: string[]) => sambar('export', ...argv, '--file', app.databaseFile);
const rowsIn = (text: string) => parse(text, { columns: true, bom: true }) as Record<string, string>[];

describe('sambar export', () => {
  it('claims with their speed and what is implausible about it', async () => {
    const { code, out, err } = await exported('claims', '--csv');
    expect([code, err]).toEqual([0, '']);
    // By this mark alone Excel takes it for UTF-8.
    expect(out.startsWith('\ufeffclaimId,')).toBe(true);
    const [claim, ...others] = rowsIn(out);
    expect(others).toEqual([]);
    expect(claim).toMatchObject({
      leadId,
      repId: rep.id,
      repName: `'-Sari`,
      company: `'=cmd|x`,
      endReason: 'released',
    });
    expect(claim?.claimedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Number(claim?.claimSpeedMs) < 120 ? 'fasterThanHuman' : '').toBe(claim?.flags);
  });

  it('leads without a person, or with one when asked, as texts', async () => {
    const bare = await exported('leads');
    expect(rowsIn(bare.out)).toMatchObject([{ leadId, externalId: `'=2+3`, forgottenAt: '' }, {}]);
    for (const word of Object.values(CONTACT)) expect(bare.out).not.toContain(word);
    const [whole] = rowsIn((await exported('leads', '--with-contacts')).out);
    expect(whole).toMatchObject({
      contactName: `'${CONTACT.name}`,
      contactTitle: `'${CONTACT.title}`,
      contactEmail: CONTACT.email,
      contactPhone: `'${CONTACT.phone}`,
    });
  });

  it('points as numbers that sum up to the balance, below nothing too', async () => {
    const { out } = await exported('points');
    expect(rowsIn(out).map(({ points }) => Number(points))).toEqual([10, -10]);
    expect(out).toContain(',-10,');
  });

  it('as JSON a line each, as it was typed', async () => {
    const { out } = await exported('leads', '--json', '--with-contacts');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ externalId: '=2+3', contactPhone: CONTACT.phone, dealValue: null });
  });

  it('into a new file for its owner alone, and over none', async () => {
    const to = join(app.folder, 'claims.csv');
    const { code, out, err } = await exported('claims', '--to', to);
    expect([code, out, err]).toEqual([0, '', `1 claims in ${to}\n`]);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(rowsIn(readFileSync(to, 'utf8'))).toHaveLength(1);
    expect((await exported('claims', '--to', to)).code).toBe(2);
    expect((await exported('claims', '--to', join(app.folder, 'none', 'x.csv'))).code).toBe(1);
    expect(existsSync(`${to}.partial`)).toBe(false);
  });

  it('ends with 2 for what cannot be asked', async () => {
    for (const argv of [['secrets'], ['claims', '--with-contacts'], ['leads', '--csv', '--json'], []]) {
      expect([argv, (await exported(...argv)).code]).toEqual([argv, 2]);
    }
  });

  it('300,000 rows in a process that could not hold them', async () => {
    const { sqlite } = openWriter(app.databaseFile);
    sqlite.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
      INSERT INTO point_entries (event_seq, rule, rep_id, points, at, day)
      SELECT 1000000 + i, 'bulk', 'rep_x', 1, 1700000000000, '2026-11-23' FROM n`);
    sqlite.close();
    const to = join(app.folder, 'points.csv');
    const argv = ['--max-old-space-size=56', '--import', 'tsx', 'tools/sambar.ts', 'export', 'points'];
    await promisify(execFile)(process.execPath, [...argv, '--to', to, '--file', app.databaseFile]);
    expect(readFileSync(to, 'utf8').split('\r\n')).toHaveLength(300_000 + 2 + 1 + 1);
  });
});
