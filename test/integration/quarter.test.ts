/** `sambar quarter`: the same seed is the same quarter, byte for byte; the rules of each preset show in its figures. */
import { describe, expect, it } from 'vitest';
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { objectOf, sambar } from '../support/cli.ts';

const SMALL = ['--reps', '8', '--days', '3', '--per-day', '12'];

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

  it('shows a table, and refuses a preset that is none', async () => {
    const said = await sambar('quarter', ...SMALL, '--presets', 'open,tiered');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/Gini of all leads +0\.\d\d +0\.\d\d/);
    const wrong = await sambar('quarter', '--presets', 'opn', '--json');
    expect([wrong.code, objectOf(wrong)]).toMatchObject([2, { ok: false, error: { code: 'wrongUse' } }]);
  });
});
