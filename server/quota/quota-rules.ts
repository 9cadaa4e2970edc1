/**
 * Quota attainment and the weekly allowance it opens (COMP-33..36). Pure.
 *
 * Attainment of a month: revenue of the deals won in it (on the rep's local days, deals that were taken back left
 * out) / the quota the rep had when the month was closed. A rep without a quota has no attainment, no band and no
 * ceiling; one with a quota of which no month was closed yet stands in the lowest band.
 */
import { type Policy, policyOf } from '../policy/policy-rules.ts';

export type QuotaPolicy = NonNullable<Policy['quotaAllocation']>;
export type Band = QuotaPolicy['bands'][number];

/** What of a rep decides its band. */
export interface QuotaRep {
  quota: number | null;
  /** Of the last closed month, a fraction: 0.5 is half the quota. */
  attainment: number | null;
}

/** Null: there is no quota to attain. Not rounded: a rupiah short of a band is short of it. */
export function attainmentOf(revenue: number, quota: number | null): number | null {
  return quota === null || quota <= 0 ? null : revenue / quota;
}

/** The band of an attainment: the lower bound is inside (COMP-33). */
export function bandAt({ bands }: QuotaPolicy, attainment: number): Band {
  return bands.findLast(({ fromPct }) => attainment >= fromPct / 100) ?? (bands[0] as Band);
}

/** The band in force for a rep; null: it has no ceiling. */
export function bandOf(policy: QuotaPolicy | null, rep: QuotaRep): Band | null {
  if (policy === null || rep.quota === null || rep.quota <= 0) return null;
  return bandAt(policy, rep.attainment ?? 0);
}

/** Months in a row that make a spiral (COMP-37, P). */
const SPIRAL_MONTHS = 2;

/**
 * COMP-37: attainment that fell in each of the last two months while both ended in the lowest band, so that fewer leads
 * came each time: what it fell from and through, oldest first. Null: no spiral.
 * @param attainments of closed months in a row, the newest first; null: there was no quota, or no such month
 */
export function spiralOf(policy: QuotaPolicy | null, attainments: readonly (number | null)[]): number[] | null {
  const lowest = policy?.bands[0];
  if (policy === null || lowest === undefined || policy.bands.length < 2) return null;
  const months = attainments.slice(0, SPIRAL_MONTHS + 1).filter((one) => one !== null);
  if (months.length <= SPIRAL_MONTHS) return null;
  const fell = months.slice(0, -1).every((one, index) => one < (months[index + 1] ?? 0));
  const isLowest = months.slice(0, SPIRAL_MONTHS).every((one) => bandAt(policy, one).fromPct === lowest.fromPct);
  return fell && isLowest ? months.reverse() : null;
}

/** Leads a week that a rep may receive, by the bands of its team; null: any number. */
export function allowedPerWeek(policy: Policy, rep: QuotaRep & { team: string | null }): number | null {
  return bandOf(policyOf(policy, rep.team).quotaAllocation, rep)?.perWeek ?? null;
}

/** What opens the band above; null: there is none. */
export function nextBand(policy: QuotaPolicy, rep: QuotaRep): (Band & { revenuePerMonth: number }) | null {
  const own = bandOf(policy, rep);
  const above = policy.bands.find(({ fromPct }) => own !== null && fromPct > own.fromPct);
  if (above === undefined || rep.quota === null) return null;
  return { ...above, revenuePerMonth: Math.ceil((above.fromPct * rep.quota) / 100) };
}
