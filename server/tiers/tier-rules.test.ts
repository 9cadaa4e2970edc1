/** COMP-16, COMP-22, COMP-24 at their edges, and what holds for any team. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { computeTiers, isNewlyHired, type RepFigures, type TierDecision, type TiersPolicy } from './tier-rules.ts';

const POLICY: TiersPolicy = {
  t1Pct: 25,
  t2Pct: 50,
  t3Pct: 25,
  recalc: 'weekly',
  weights: { conversion: 1, quota: 1, speed: 1 },
  minLeads: 10,
};

function rep(repId: string, more: Partial<RepFigures> = {}): RepFigures {
  const base = { tier: 2, isNewcomer: false, startedOn: '2024-01-01', owned: 20, worked: 20, converted: 5 };
  return { repId, ...base, revenue: 0, quota: null, responseMs: 60_000, ...more };
}

/** Reps `a`, `b`, `c`... of whom each converts one lead less than the one before. */
function team(size: number): RepFigures[] {
  return Array.from({ length: size }, (_, index) =>
    rep(String.fromCharCode(97 + index), { owned: 100, worked: 100, converted: 90 - index }),
  );
}

const tiersOf = (decisions: TierDecision[]) => decisions.map(({ tier }) => tier).join('');
const one = (decisions: TierDecision[], repId: string) => {
  const found = decisions.find((decision) => decision.repId === repId);
  if (found === undefined) throw new Error(`no ${repId}`);
  return found;
};

describe('COMP-16, COMP-24: shares', () => {
  test.each([
    [1, '1'],
    [3, '111'],
    [4, '1223'],
    [5, '12223'],
    [6, '112233'],
    [7, '1122233'],
    [8, '11222233'],
    [9, '112222233'],
    [10, '1112222333'],
  ])('%i ranked reps: %s', (size, tiers) => {
    const decisions = computeTiers(POLICY, team(size));
    expect(tiersOf(decisions)).toBe(tiers);
    expect(decisions[0]?.reason).toBe(size < 4 ? 'fewRanked' : 'ranked');
  });

  test('a share of 0 still leaves one rep in tier 1; halves never hand out more places than reps', () => {
    expect(tiersOf(computeTiers({ ...POLICY, t1Pct: 0, t2Pct: 75 }, team(4)))).toBe('1223');
    expect(tiersOf(computeTiers({ ...POLICY, t1Pct: 50, t2Pct: 0, t3Pct: 50 }, team(5)))).toBe('11133');
  });

  test('a half of a rep counts as one: 29 of 50 percent are 14.5', () => {
    const decisions = computeTiers({ ...POLICY, t1Pct: 29, t2Pct: 42, t3Pct: 29 }, team(50));
    expect(tiersOf(decisions)).toBe('1'.repeat(15) + '2'.repeat(20) + '3'.repeat(15));
  });

  test('ties: the higher conversion, then the earlier start, then the smaller id', () => {
    const tied = [
      rep('d', { startedOn: '2024-01-01' }),
      rep('c', { startedOn: '2024-01-01' }),
      rep('b', { startedOn: '2023-12-31' }),
      // As good by composite: what it lacks in quota it has in conversion.
      rep('a', { converted: 10, quota: 100, revenue: 0 }),
    ];
    const decisions = computeTiers({ ...POLICY, weights: { conversion: 1, quota: 1, speed: 0 } }, tied);
    expect(decisions.map(({ figures }) => figures.composite)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(decisions.map(({ figures }) => figures.place)).toEqual([4, 3, 2, 1]);
  });
});

describe('COMP-24: who is not ranked', () => {
  test('the tenth worked lead makes the sample', () => {
    const reps = [...team(4), rep('nine', { worked: 9 }), rep('ten', { worked: 10 })];
    const decisions = computeTiers(POLICY, reps);
    expect(one(decisions, 'nine')).toMatchObject({
      tier: 2,
      reason: 'smallSample',
      figures: { place: null, ranked: 5 },
    });
    expect(one(decisions, 'ten')).toMatchObject({ reason: 'ranked', figures: { ranked: 5 } });
  });

  test('FAIR-15, FAIR-16: a newcomer keeps its tier, and takes no place of those who are ranked', () => {
    const good = (repId: string, isNewcomer: boolean) => rep(repId, { isNewcomer, tier: 3, converted: 20 });
    const decisions = computeTiers(POLICY, [...team(4), good('new', true), good('old', false)]);
    expect(one(decisions, 'new')).toMatchObject({ tier: 3, reason: 'newcomer', figures: { composite: null } });
    expect(one(decisions, 'old')).toMatchObject({ tier: 1, reason: 'ranked', figures: { ranked: 5 } });
  });

  test('COMP-24: without an onboarding a rep is new for 90 days, and the 91st is none of them', () => {
    // Hired on 25 August: 23 November is the 91st day.
    expect(isNewlyHired('2026-08-26', '2026-11-23')).toBe(true);
    expect(isNewlyHired('2026-08-25', '2026-11-23')).toBe(false);
    expect(isNewlyHired(null, '2026-11-23')).toBe(false);
  });
});

describe('COMP-22: the composite', () => {
  const reps = [
    rep('quick', { responseMs: 60_000, converted: 2, quota: 100, revenue: 50 }),
    rep('middle', { responseMs: 120_000, converted: 10, quota: 100, revenue: 100 }),
    rep('slow', { responseMs: 180_000, converted: 4, quota: 100, revenue: 500 }),
    rep('silent', { responseMs: null, converted: 4, quota: null, revenue: 500 }),
  ];

  test('conversion as it is, attainment up to twice the quota, speed inverted between fastest and slowest', () => {
    const decisions = computeTiers(POLICY, reps);
    expect(decisions.map(({ figures }) => [figures.speedScore, figures.composite, figures.place])).toEqual([
      [1, 0.533333, 3],
      [0.5, 0.666667, 2],
      [0, 0.733333, 1],
      // Without a quota the two other weights share its own; nobody heard of a contact.
      [0, 0.1, 4],
    ]);
    expect(one(decisions, 'slow').figures.attainment).toBe(5);
  });

  test('weights count by their proportions alone', () => {
    const third = { conversion: 0.3333, quota: 0.3333, speed: 0.3333 };
    expect(computeTiers({ ...POLICY, weights: third }, reps)).toEqual(computeTiers(POLICY, reps));
    const speed = computeTiers({ ...POLICY, weights: { conversion: 0, quota: 0, speed: 1 } }, reps);
    expect(one(speed, 'quick').figures).toMatchObject({ composite: 1, place: 1 });
  });

  test('COMP-25: each named figure alone would reach the tier above; what cannot is null', () => {
    const decisions = computeTiers(POLICY, reps);
    const { next } = one(decisions, 'middle').figures;
    expect(next).toEqual({
      tier: 1,
      composite: 0.733333,
      conversion: 0.699999,
      attainment: 1.199999,
      responseMs: 96_000,
    });
    for (const better of [{ converted: 14 }, { revenue: 120 }, { responseMs: 96_000 }]) {
      const moved = reps.map((other) => (other.repId === 'middle' ? { ...other, ...better } : other));
      expect(one(computeTiers(POLICY, moved), 'middle').figures.composite).toBeGreaterThanOrEqual(0.733333);
    }
    expect(one(decisions, 'slow').figures.next).toBeNull();
    // Who is last as the slowest moves the scale by answering faster: half an hour would be the last place again.
    const others = [10, 20, 30].map((minutes) => rep(`r${minutes}`, { responseMs: minutes * 60_000 }));
    const last = (responseMs: number) => one(computeTiers(POLICY, [...others, rep('slow', { responseMs })]), 'slow');
    const promised = last(100 * 60_000).figures.next?.responseMs ?? 0;
    expect(promised).toBeGreaterThan(30 * 60_000 - 5);
    expect([30 * 60_000, promised].map((ms) => last(ms).tier)).toEqual([3, 2]);
    expect(one(decisions, 'silent').figures.next).toMatchObject({ tier: 2, conversion: null, attainment: null });
  });
});

describe('any team', () => {
  const anyRep = fc.record({
    owned: fc.integer({ min: 0, max: 60 }),
    quota: fc.option(fc.integer({ min: 0, max: 1000 })),
    revenue: fc.integer({ min: 0, max: 5000 }),
    responseMs: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
    tier: fc.integer({ min: 1, max: 3 }),
    isNew: fc.boolean(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const anyTeam = fc.array(anyRep, { maxLength: 60 }).map((reps) =>
    reps.map(({ owned, isNew, share, ...more }, index) =>
      rep(`r${index}`, {
        ...more,
        owned,
        worked: owned,
        converted: Math.floor(owned * share),
        isNewcomer: isNew,
      }),
    ),
  );
  const anyPolicy = fc
    .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
    .map(([a, b]) => ({ ...POLICY, t1Pct: Math.min(a, b), t2Pct: Math.abs(a - b), t3Pct: 100 - Math.max(a, b) }));

  test('COMP-25: whoever has a figure that was promised, and nothing else that is new, stands in the tier above', () => {
    // Few values, so that many are as good as each other.
    const coarse = fc.record({
      owned: fc.constantFrom(10, 20, 30),
      quota: fc.constantFrom(null, 100, 250),
      revenue: fc.constantFrom(0, 50, 100, 500),
      responseMs: fc.constantFrom(null, 1000, 1001, 2000, 60_000),
      share: fc.constantFrom(0, 0.5, 0.7, 1),
      startedOn: fc.constantFrom('2024-01-01', '2024-01-02'),
    });
    const tiedTeam = fc
      .array(coarse, { minLength: 4, maxLength: 20 })
      .map((reps) =>
        reps.map(({ owned, share, ...more }, index) =>
          rep(`r${index}`, { ...more, owned, worked: owned, converted: Math.floor(owned * share) }),
        ),
      );
    const weights = fc.record({ conversion: fc.nat(3), quota: fc.nat(3), speed: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(anyPolicy, weights, fc.oneof(anyTeam, tiedTeam), (shares, weighed, reps) => {
        const policy = { ...shares, weights: weighed };
        for (const { repId, figures } of computeTiers(policy, reps)) {
          if (figures.next === null) continue;
          const { tier, conversion, attainment, responseMs } = figures.next;
          const own = reps.find((other) => other.repId === repId) as RepFigures;
          const better: Partial<RepFigures>[] = [];
          if (conversion !== null) better.push({ converted: conversion * own.owned });
          if (attainment !== null) better.push({ revenue: attainment * (own.quota ?? 0) });
          if (responseMs !== null) better.push({ responseMs });
          for (const change of better) {
            const moved = reps.map((other) => (other === own ? { ...own, ...change } : other));
            expect(one(computeTiers(policy, moved), repId).tier).toBeLessThanOrEqual(tier);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('everybody is decided once; shares, order and newcomers hold; the order of reps never matters', () => {
    fc.assert(
      fc.property(anyPolicy, anyTeam, (policy, reps) => {
        const decisions = computeTiers(policy, reps);
        expect(decisions.map(({ repId }) => repId)).toEqual(reps.map(({ repId }) => repId));
        const placed = decisions
          .filter(({ figures }) => figures.place !== null)
          .sort((a, b) => (a.figures.place ?? 0) - (b.figures.place ?? 0));
        const tiers = placed.map(({ tier }) => tier);
        expect(tiers).toEqual([...tiers].sort());
        if (placed.length >= 4) {
          // In whole numbers: a half counts as one.
          const first = Math.max(1, Math.floor((2 * policy.t1Pct * placed.length + 100) / 200));
          expect(tiers.filter((tier) => tier === 1)).toHaveLength(first);
        } else expect(new Set(tiers).size).toBeLessThanOrEqual(1);
        for (let place = 1; place < placed.length; place++) {
          expect(placed[place]?.figures.composite).toBeLessThanOrEqual(placed[place - 1]?.figures.composite ?? -1);
        }
        for (const [index, { isNewcomer, tier }] of reps.entries()) {
          if (isNewcomer) expect(decisions[index]?.tier).toBe(tier);
        }
        const again = computeTiers(policy, [...reps].reverse());
        expect(again.reverse()).toEqual(decisions);
      }),
    );
  });
});
