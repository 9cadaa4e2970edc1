/** An offer as the scripts read it: rules as short JSON lists, parsed only by the claim they matter to. */
import type { ArbiterOffer } from './arbiter.ts';

/** The arguments of open.lua after the prefix: offer, lead, closesAt, rate, limits, gains, teams, lanes. */
export function packOffer(offer: ArbiterOffer): (string | number)[] {
  const rate = offer.attemptRate;
  const limits = offer.limits.map((limit) => [
    limit.rule,
    limit.max,
    ...window(limit),
    lanesOf(limit),
    ...limit.terms.flatMap((term) => [term.counter, term.coefficient]),
  ]);
  const increments = offer.increments.map((gain) => [gain.counter, gain.by, ...window(gain), lanesOf(gain)]);
  return [
    offer.offerId,
    offer.leadId,
    offer.closesAtMs,
    rate === null ? '' : `${rate.perSecond} ${rate.perMinute}`,
    JSON.stringify(limits),
    JSON.stringify(increments),
    JSON.stringify(offer.teams ?? []),
    JSON.stringify(offer.lanes.map((lane) => [lane.opensAtMs, ...lane.repIds])),
  ];
}

/** Lanes between commas, for a plain search; '' stands for all. */
function lanesOf(rule: { lanes?: number[] }): string {
  return rule.lanes === undefined ? '' : `,${rule.lanes.join(',')},`;
}

/** Lua has no `undefined` in a list, so an absent bound is one that no clock passes. */
function window(rule: { fromMs?: number; untilMs?: number }): [number, number] {
  return [rule.fromMs ?? 0, rule.untilMs ?? Number.MAX_SAFE_INTEGER];
}
