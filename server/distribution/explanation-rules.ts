/** Why a rep's lane opened when it did, told from the offer as it stands on file and the rules it was opened with. Pure. */
import type { OfferPool, Policy, Temperature } from '../policy/policy-rules.ts';
import { delaySecondsOf, headStartSecondsOf } from './delays-rules.ts';
import { SHADOW_TIER } from './onboarding-rules.ts';

export interface WhyThen {
  cause: 'together' | 'tier' | 'early' | 'window' | 'afterWindow' | 'watches' | 'letIn';
  /** From release to when the rep's lane opens. */
  delaySeconds: number;
  /** The same by the policy's table; less, where the lane opened early. */
  dueSeconds: number;
  tiers: readonly number[];
}

export function whyThen(
  offer: {
    /** The policy it was opened with, as it holds for the rep's team. */
    policy: Policy;
    pool: OfferPool;
    /** By which it was planned. */
    temperature: Temperature;
    openedAtMs: number;
    /** Somebody else's priority window gives a head start. */
    hasHeadStart: boolean;
  },
  place: { opensAtMs: number; tiers: readonly number[]; tier: number; admitted: boolean; inPriorityWindow: boolean },
): WhyThen {
  const { policy, openedAtMs, hasHeadStart } = offer;
  // Lanes that opened together are one; a rep whose tier has changed since stands for its lane's.
  const tiers = place.tiers.includes(place.tier) ? [place.tier] : place.tiers;
  const delaySeconds = Math.max(0, Math.round((place.opensAtMs - openedAtMs) / 1000));
  const headStart = hasHeadStart ? headStartSecondsOf(policy) : 0;
  const ofTier = delaySecondsOf(policy, offer, { tier: tiers[0] ?? 1 }) ?? 0;
  const because = (cause: WhyThen['cause'], dueSeconds: number): WhyThen => ({
    cause,
    delaySeconds,
    dueSeconds,
    tiers,
  });
  if (place.admitted) return because('letIn', delaySeconds);
  if (place.tiers.includes(SHADOW_TIER)) return because('watches', delaySeconds);
  if (place.inPriorityWindow) return because('window', delaySeconds);
  const dueSeconds = ofTier + headStart;
  if (delaySeconds < dueSeconds) return because('early', dueSeconds);
  if (headStart > 0) return because('afterWindow', dueSeconds);
  if (policy.mode === 'OPEN' || offer.pool === 'cohort') return because('together', dueSeconds);
  return because('tier', dueSeconds);
}
