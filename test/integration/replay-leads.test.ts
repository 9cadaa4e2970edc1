/** A replayed funnel, small: every lead raced for, claimed once, sold where it was sold, and accounted for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../tools/cli.ts';
import { dealsOf, leadsOf } from '../../tools/replay/funnel.ts';
import { ADMIN_KEY, startApp } from '../support/app.ts';

let folder: string;
let leadsFile: string;
let dealsFile: string;

const idOf = (number: number) => (number * 2_654_435_761).toString(16).padStart(32, '0');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
  leadsFile = join(folder, 'leads.csv');
  dealsFile = join(folder, 'deals.csv');
  const origins = ['organic_search', 'social', '', 'email'];
  const leads = Array.from(
    { length: 80 },
    (_, n) => `${idOf(n)},2018-02-${String((n % 28) + 1).padStart(2, '0')},page${n % 5},${origins[n % 4]}`,
  );
  const deals = [
    [70, '2018-03-01 10:00:00', '9.0'],
    [7, '2018-04-02 10:00:00', '1500.4'],
    [3, '2018-04-01 09:00:00', ''],
  ];
  writeFileSync(leadsFile, ['mql_id,first_contact_date,landing_page_id,origin', ...leads, ''].join('\n'));
  writeFileSync(
    dealsFile,
    [
      'mql_id,won_date,declared_monthly_revenue',
      ...deals.map(([n, at, money]) => `${idOf(n as number)},${at},${money}`),
      '',
    ].join('\n'),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function replay(...argv: string[]): Promise<{ code: number; summary: Record<string, unknown> }> {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const code = await runCli(['replay-leads', leadsFile, '--deals', dealsFile, '--json', ...argv]);
  vi.restoreAllMocks();
  return { code, summary: JSON.parse(out) as Record<string, unknown> };
}

describe('replay-leads', () => {
  it('races for sixty leads on a server of its own, to the last one, and its file is rebuilt to the same boards', async () => {
    const { code, summary } = await replay('--limit', '60', '--reps', '12');
    expect(summary).toMatchObject({
      ok: true,
      leads: 60,
      accepted: 60,
      claims: 60,
      lost: 0,
      doubleWins: 0,
      wrongNames: 0,
      opportunities: 2,
      won: 2,
      verify: { ok: true },
      rebuild: { same: true },
      boardsSame: true,
    });
    expect(code).toBe(0);
  });

  it('races at a rate on a server that runs already, and leaves it running', async () => {
    await using app = await startApp();
    const { code, summary } = await replay(
      '--limit',
      '10',
      '--reps',
      '4',
      '--rate',
      '50',
      '--url',
      app.app.url,
      '--key',
      ADMIN_KEY,
      '--file',
      app.databaseFile,
    );
    expect(summary).toMatchObject({
      ok: true,
      accepted: 10,
      claims: 10,
      verify: { ok: true },
      rebuild: { same: true },
      boardsSame: null,
    });
    expect(code).toBe(0);
    expect((await app.call('GET', '/livez')).status).toBe(200);
  });

  it('reads the funnel as it is: sources in words, deals in the order in which they were won', async () => {
    const leads = [];
    for await (const lead of leadsOf(leadsFile, 3)) leads.push(lead);
    expect(leads.map(({ body }) => body.source)).toEqual(['organic search', 'social', 'unknown']);
    expect(leads[1]?.body).toMatchObject({
      externalId: idOf(1),
      attributes: { landingPage: 'page1', firstContactDate: '2018-02-02' },
    });
    expect((await dealsOf(dealsFile)).map(({ externalId, revenue }) => [externalId, revenue])).toEqual([
      [idOf(70), 9],
      [idOf(3), 0],
      [idOf(7), 1500],
    ]);
  });

  it('ends with 1 for a file without the columns it needs', async () => {
    writeFileSync(leadsFile, 'name,age\nAni,7\n');
    const { code, summary } = await replay('--limit', '5');
    expect([code, summary.error]).toMatchObject([1, { code: 'badFile' }]);
  });
});
