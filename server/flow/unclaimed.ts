/** Who gets a lead that nobody claimed, or that nobody can race for (COMP-10, COMP-23). */
import { nextFallbackRep } from '../distribution/fallback-rules.ts';
import type { LeftOut, LeftOutReason } from '../distribution/left-out.ts';
import type { OfferPool, Policy, Temperature } from '../policy/policy-rules.ts';
import { baseLoadOwed } from './onboarding.ts';
import { offerRepOf } from './routing.ts';
import type { World } from './world.ts';

/** Of those whom the step does not leave out, and who have not given the lead back. `repId` null: nobody is available. */
export function nextUnclaimed(
  world: World,
  of: {
    policy: Policy;
    pool: OfferPool;
    temperature: Temperature;
    barred: ReadonlyMap<string, LeftOutReason> | undefined;
    gaveBack: Iterable<string>;
    nowMs: number;
  },
): { repId: string | null; leftOut: LeftOut[] } {
  const { policy, pool, temperature, barred, gaveBack, nowMs } = of;
  const bounds = new Map<string, LeftOutReason>([
    ...[...gaveBack].map((repId) => [repId, 'gaveItBack'] as const),
    ...(barred ?? []),
  ]);
  const reps = world.directory.reps().filter(({ id }) => !bounds.has(id));
  const next = nextFallbackRep({
    policy,
    pool,
    temperature,
    reps: reps
      .map((rep) => offerRepOf(policy, rep, nowMs))
      .map((rep) => ({
        ...rep,
        lastTurn: world.rotation.turnOf(rep.id),
        baseLoadOwed: baseLoadOwed(world, rep, nowMs),
      })),
    nowMs,
    counterOf: world.counters.of,
  });
  const left = [...bounds]
    .filter(([repId]) => world.directory.rep(repId)?.active === true)
    .map(([repId, reason]) => ({ repId, reason }));
  return { ...next, leftOut: [...left, ...next.leftOut] };
}
