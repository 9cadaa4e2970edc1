/** FAIR-07: the shares of blind leads and of qualities are published, in both languages, from the document that acts. */
import { expect, test } from 'vitest';
import { type Policy, resolvePreset } from './policy-rules.ts';
import { blindInWords, mixInWords } from './release-words.ts';
import { speedBoardInWords } from './speed-board-words.ts';

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

test('the mix, on and off', () => {
  expect(mixInWords(policy('open'), 'en')).toEqual(['Every lead that may be raced for is.']);
  expect(mixInWords(policy('fair-mix'), 'en')[0]).toBe(
    'Of any 100 leads in a row that a team races for, 70% are standard, 20% low and 10% high, at most 5 points off.',
  );
  expect(mixInWords(policy('fair-mix'), 'id')[0]).toContain('70% standard, 20% low, 10% high');
});

test('the speed board, on and off', () => {
  const on = { contact: 'call' as const, fastSeconds: 300, okSeconds: 3_600, streakBelowSeconds: 90 };
  expect(speedBoardInWords(policy('open'), 'id')).toEqual(['Tidak ada papan kecepatan.']);
  expect(speedBoardInWords({ ...policy('open'), speedBoard: on }, 'en')[0]).toBe(
    'A speed board by week and month: mean time to the first call, shares within 5 and 60 minutes, the longest streak below 1.5 minutes, and conversion.',
  );
  expect(speedBoardInWords({ ...policy('open'), speedBoard: on }, 'id')[0]).toContain('telepon pertama');
});
