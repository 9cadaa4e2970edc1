/** FAIR-06: the mix holds over any window of releases, whatever arrives and whatever does not come on file. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ByQuality,
  MIX_DEFAULT,
  type MixPolicy,
  mixBounds,
  QUALITIES,
  type Quality,
} from '../policy/mix-policy.ts';
import { countsOf, fitsMix, qualityOf } from './mix-rules.ts';
import { createReleases } from './releases.ts';

const release = (quality: Quality) => ({ quality, sure: true });
const many = (count: number, quality: Quality) => Array.from({ length: count }, () => release(quality));
const isWithin = (mix: MixPolicy, counts: ByQuality) => {
  const { least, most } = mixBounds(mix);
  return QUALITIES.every((one) => least[one] <= counts[one] && counts[one] <= most[one]);
};
const quality = fc.constantFrom(...QUALITIES);
/** Of the shares of the specification, and of others, in windows of any length. */
const mix = fc.oneof(
  fc.constant(MIX_DEFAULT),
  fc
    .record({ low: fc.nat(50), high: fc.nat(50), window: fc.integer({ min: 10, max: 60 }), tolerance: fc.nat(20) })
    .map((part) => ({ ...part, standard: 100 - part.low - part.high }))
    .filter((made) => {
      const { least, most } = mixBounds(made);
      const sum = (counts: ByQuality) => counts.standard + counts.low + counts.high;
      return sum(least) <= made.window && made.window <= sum(most);
    }),
);

describe('FAIR-06', () => {
  test('hot is high, cold is low, warm is standard (SCORE-18)', () => {
    expect((['hot', 'warm', 'cold'] as const).map(qualityOf)).toEqual(['high', 'standard', 'low']);
  });

  test('where one quality may have every release, none of it is surplus, however many are on their way to the disk', () => {
    const all: MixPolicy = { standard: 0, low: 100, high: 0, window: 100, tolerance: 50 };
    const onTheirWay = Array.from({ length: 30 }, () => ({ quality: 'low' as const, sure: false }));
    expect(fitsMix(all, [...many(99, 'low'), ...onTheirWay], 'low')).toBe(true);
    expect(fitsMix(all, [...many(60, 'high'), ...onTheirWay], 'high')).toBe(false);
  });

  test('of a hundred 65 to 75 are standard, 15 to 25 low, 5 to 15 high', () => {
    expect(mixBounds(MIX_DEFAULT)).toEqual({
      least: { standard: 65, low: 15, high: 5 },
      most: { standard: 75, low: 25, high: 15 },
    });
  });

  test('at its edges: the fifteenth high one fits, the sixteenth waits until one leaves the window', () => {
    const fourteen = [...many(14, 'high'), ...many(65, 'standard'), ...many(20, 'low')];
    expect(fitsMix(MIX_DEFAULT, fourteen, 'high')).toBe(true);
    const fifteen = [release('standard'), ...many(65, 'standard'), ...many(15, 'high'), ...many(18, 'low')];
    expect(fitsMix(MIX_DEFAULT, fifteen, 'high')).toBe(false);
    expect(fitsMix(MIX_DEFAULT, fifteen, 'standard')).toBe(true);
    const leaving = [release('high'), ...many(14, 'high'), ...many(65, 'standard'), ...many(20, 'low')];
    expect(fitsMix(MIX_DEFAULT, leaving, 'high')).toBe(true);
  });

  test('a team that begins races for 75 standard leads before it needs others', () => {
    expect(fitsMix(MIX_DEFAULT, many(74, 'standard'), 'standard')).toBe(true);
    expect(fitsMix(MIX_DEFAULT, many(75, 'standard'), 'standard')).toBe(false);
    expect(fitsMix(MIX_DEFAULT, many(75, 'standard'), 'low')).toBe(true);
  });

  test('property: any window in a row of what came on file is within the tolerance, whatever arrives and is refused by the disk', () => {
    const arrival = fc.record({
      quality,
      /** How many arrivals later its commit is known. */
      delay: fc.nat(4),
      isOnFile: fc.boolean(),
    });
    fc.assert(
      fc.property(mix, fc.array(arrival, { minLength: 60, maxLength: 400 }), (rules, arrivals) => {
        const releases = createReleases([]);
        const everybodys = new Map([['', rules]]);
        const taken: { offerId: string; quality: Quality; knownAt: number; isOnFile: boolean }[] = [];
        const tell = (now: number) => {
          for (const one of taken) if (one.knownAt === now) releases.settle(one.offerId, one.isOnFile);
        };
        for (const [now, one] of arrivals.entries()) {
          tell(now);
          if (releases.surplusIn(everybodys, one.quality).length > 0) continue;
          const offerId = `offer ${now}`;
          releases.take(everybodys, offerId, one.quality);
          taken.push({ offerId, quality: one.quality, knownAt: now + 1 + one.delay, isOnFile: one.isOnFile });
        }
        const onFile = taken.filter(({ isOnFile }) => isOnFile);
        for (let end = rules.window; end <= onFile.length; end++) {
          expect(isWithin(rules, countsOf(onFile.slice(end - rules.window, end)))).toBe(true);
        }
      }),
    );
  });

  test('property: there is always a quality that fits, and a record out of the mix is back in it within two windows', () => {
    fc.assert(
      fc.property(
        mix,
        fc.array(quality, { maxLength: 200 }),
        fc.array(fc.nat(2), { minLength: 1 }),
        (rules, before, picks) => {
          const record = before.map(release);
          for (let released = 0; released < 2 * rules.window; released++) {
            const fitting = QUALITIES.filter((one) => fitsMix(rules, record, one));
            expect(fitting).not.toEqual([]);
            record.push(release(fitting[(picks[released % picks.length] ?? 0) % fitting.length] as Quality));
          }
          expect(isWithin(rules, countsOf(record.slice(-rules.window)))).toBe(true);
        },
      ),
    );
  });
});

describe('the record of releases', () => {
  test('is each team’s own, and a start reads it from the file', () => {
    const rules: MixPolicy = { standard: 50, low: 25, high: 25, window: 20, tolerance: 0 };
    const both = new Map([
      ['East', rules],
      ['West', rules],
    ]);
    const first = createReleases([]);
    const onFile = Array.from({ length: 5 }, (_, n) => {
      const offerId = `offer ${n}`;
      const record = first.take(n === 0 ? both : new Map([['East', rules]]), offerId, 'high');
      first.settle(offerId, true);
      return { offerId, mix: record };
    });
    expect(onFile[0]?.mix).toEqual({
      quality: 'high',
      teams: { East: { standard: 0, low: 0, high: 1 }, West: { standard: 0, low: 0, high: 1 } },
    });
    for (const releases of [first, createReleases(onFile)]) {
      expect(releases.surplusIn(both, 'high')).toEqual(['East']);
      expect(releases.surplusIn(both, 'low')).toEqual([]);
    }
  });

  test('COMP-11: of one release each team asks its own mix', () => {
    const strict: MixPolicy = { standard: 80, low: 20, high: 0, window: 10, tolerance: 10 };
    const mixes = new Map([
      ['East', strict],
      ['West', MIX_DEFAULT],
    ]);
    const releases = createReleases([]);
    expect(releases.take(mixes, 'offer 1', 'high').teams).toEqual({
      East: { standard: 0, low: 0, high: 1 },
      West: { standard: 0, low: 0, high: 1 },
    });
    releases.settle('offer 1', true);
    expect(releases.surplusIn(mixes, 'high')).toEqual(['East']);
    expect(releases.surplusIn(new Map([['West', MIX_DEFAULT]]), 'high')).toEqual([]);
  });
});
