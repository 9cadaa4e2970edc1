import fc from 'fast-check';
import { expect, test } from 'vitest';
import { giniOf } from './gini-rules.ts';

test.each([
  [[5, 5, 5, 5], 0],
  [[20, 0, 0, 0], 1],
  [[1, 0], 1],
  [[3, 1], 0.5],
  [[7], null],
  [[0, 0, 0], null],
])('MET-22: %j → %s', (amounts, gini) => expect(giniOf(amounts)).toBe(gini));

test('is between 0 and 1, the same in any order and for any unit', () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 9 }), (some, unit) => {
      const gini = giniOf(some) ?? 0;
      expect(gini).toBeGreaterThanOrEqual(0);
      expect(gini).toBeLessThanOrEqual(1 + 1e-12);
      expect(giniOf([...some].reverse().map((one) => one * unit)) ?? 0).toBeCloseTo(gini, 12);
    }),
  );
});

test('moving a lead from who has more to who has less lowers it', () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(amounts, (some) => {
      const rich = some.indexOf(Math.max(...some));
      const poor = some.indexOf(Math.min(...some));
      fc.pre((some[rich] ?? 0) - (some[poor] ?? 0) >= 2);
      const moved = some.map((amount, at) => (at === rich ? amount - 1 : at === poor ? amount + 1 : amount));
      expect(giniOf(moved)).toBeLessThan(giniOf(some) ?? 0);
    }),
  );
});
