/** `sambar quarter`: the same seed is the same quarter, byte for byte; the rules of each preset show in its figures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { objectOf, sambar } from '../support/cli.ts';

const SMALL = ['--reps', '8', '--days', '3', '--per-day', '12'];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('sambar quarter', () => {
  it('answers the same for the same seed, byte for byte, and other leads for another', async () => {
    const few = [...SMALL, '--presets', 'tiered,fair-mix', '--json'];
    const first = await sambar('quarter', ...few);
    const again = await sambar('quarter', ...few);
    const other = await sambar('quarter', ...few, '--seed', 'other');
    expect([first.code, first.err]).toEqual([0, '']);
    expect(again.out).toBe(first.out);
    expect(objectOf(other).presets).not.toEqual(objectOf(first).presets);
  });

  it('accounts for every lead under every preset', async () => {
    const result = objectOf(await sambar('quarter', ...SMALL, '--json'));
    const presets = result.presets as Record<string, TrialOutcome>;
    expect(Object.keys(presets)).toEqual(['open', 'tiered', 'fast-tiered', 'fair-mix']);
    for (const outcome of Object.values(presets)) {
      const { leads, claimed, pushed, unclaimed, byManager, unowned, reps, tiers } = outcome;
      expect(leads).toBe(result.leads);
      expect(claimed + pushed + unclaimed + byManager + unowned).toBe(leads);
      expect(reps.reduce((sum, rep) => sum + rep.leads, 0)).toBe(leads - unowned);
      expect(tiers.reduce((sum, tier) => sum + tier.leads, 0)).toBe(leads - unowned);
    }
    expect(presets.open?.refusals).toEqual({});
    expect(Object.keys(presets.tiered?.refusals ?? {})).toContain('claimsPerAuto');
  });

  it('plays leads as a file says they came, those of a weekend on Monday', async () => {
    const file = join(folder, 'leads.csv');
    const days = ['2018-05-24', '2018-05-25', '2018-05-26', '2018-05-27', '2018-05-28', '2018-05-28'];
    const rows = days.map((day, n) => `id${n},${day},page,${n === 0 ? 'referral' : 'social'}`);
    writeFileSync(file, ['mql_id,first_contact_date,landing_page_id,origin', ...rows].join('\n'));
    const said = await sambar(
      'quarter',
      '--arrivals',
      file,
      '--days',
      '2',
      '--reps',
      '4',
      '--presets',
      'open',
      '--json',
    );
    expect([said.code, objectOf(said).leads]).toEqual([0, 5]);
    const short = await sambar('quarter', '--arrivals', file, '--days', '4', '--json');
    expect([short.code, objectOf(short)]).toMatchObject([2, { error: { code: 'wrongUse' } }]);
  });

  it('shows a table, and refuses a preset that is none', async () => {
    const said = await sambar('quarter', ...SMALL, '--presets', 'open,tiered');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/Gini of all leads +0\.\d\d +0\.\d\d/);
    const wrong = await sambar('quarter', '--presets', 'opn', '--json');
    expect([wrong.code, objectOf(wrong)]).toMatchObject([2, { ok: false, error: { code: 'wrongUse' } }]);
  });
});
