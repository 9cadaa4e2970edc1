/** FAIR-07: the share of blind leads is published, in both languages, from the document that acts. */
import { expect, test } from 'vitest';
import { type Policy, resolvePreset } from './policy-rules.ts';
import { blindInWords } from './release-words.ts';

const policy = (name: string) => resolvePreset(name) as Policy;

test('off, the share and what is shown, in both languages', () => {
  expect(blindInWords(policy('tiered'), 'en')).toEqual(['No lead is blind.']);
  expect(blindInWords(policy('tiered'), 'id')).toEqual(['Tidak ada lead tertutup.']);
  expect(blindInWords(policy('fair-mix'), 'en')[0]).toBe(
    "20% of the standard pool's leads are released blind, drawn by the server. Before the claim reps see: industry, region, source, age.",
  );
  expect(blindInWords(policy('fair-mix'), 'id')[0]).toContain('20% lead pool standard dilepas tertutup');
});

test('a share of the premium pool and an empty preview are said', () => {
  const blind = { shareOfStandard: 0, shareOfPremium: 0.125, show: [] };
  const lines = blindInWords({ ...policy('open'), blind }, 'en');
  expect(lines[0]).toMatch(/^0% .* reps see: nothing\.$/);
  expect(lines[1]).toContain('12.5% of the premium');
});
