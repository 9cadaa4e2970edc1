/** DIST-08: everybody of a pool at once, and nobody claims. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Policy, resolvePreset } from '../policy/policy-rules.ts';
import { type OfferRep, planOffer, withinLimits } from './distribution-rules.ts';
import { asPoolOffer, placeInPool, poolPolicy } from './team-pool-rules.ts';

const NOW = Date.parse('2026-11-23T03:00:00.000Z');
const TIERED = resolvePreset('tiered') as Policy;

const reps = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z]{1,4}$/),
    tier: fc.integer({ min: 1, max: 4 }),
    active: fc.boolean(),
    status: fc.constantFrom('ready' as const, 'break' as const),
    phase: fc.constantFrom('shadow' as const, 'cohort' as const, undefined),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 12 },
);

function plan(team: readonly OfferRep[]) {
  const planned = planOffer({
    temperature: 'hot',
    pool: 'premium',
    policy: poolPolicy(TIERED),
    reps: team,
    nowMs: NOW,
    counterOf: () => 0,
  });
  return planned.nobody ? null : asPoolOffer(planned, NOW, 600_000);
}

test('property: one lane with every member who is ready, from now on, that no counters let anybody claim in', () => {
  fc.assert(
    fc.property(reps, fc.integer({ min: -5, max: 5 }), (given, counter) => {
      const team = given.map(
        ({ phase, ...rep }): OfferRep => ({ ...rep, timeZone: 'Asia/Jakarta', ...(phase && { phase }) }),
      );
      const offer = plan(team);
      const members = team.filter(({ active, status, phase }) => active && status === 'ready' && phase === undefined);
      if (offer === null) {
        expect(members).toEqual([]);
        return;
      }
      expect(offer.lanes).toHaveLength(1);
      expect(offer.lanes[0]).toMatchObject({ opensAtMs: NOW });
      expect([...(offer.lanes[0]?.repIds ?? [])].sort()).toEqual(members.map(({ id }) => id).sort());
      expect(offer).toMatchObject({ closesAtMs: NOW + 600_000, clearMs: 600_000, increments: [] });
      for (const { id } of members) expect(withinLimits(id, 0, offer.limits, NOW, () => counter)).toBe(false);
    }),
  );
});

test('who comes later gets in beside the others: on a break, gone, watching or of the cohort not', () => {
  const rep: OfferRep = { id: 'r', tier: 3, active: true, status: 'ready', timeZone: 'Asia/Jakarta' };
  const into = (more: Partial<OfferRep>) => placeInPool({ pool: 'premium', openedAtMs: NOW }, { ...rep, ...more });
  expect(into({})).toEqual({ lane: 0, opensAtMs: NOW });
  for (const more of [
    { active: false },
    { status: 'break' as const },
    { phase: 'shadow' as const },
    { phase: 'cohort' as const },
  ])
    expect(into(more)).toBeNull();
});
