/**
 * The weekly tiers of one team, from the figures of its reps. Pure: no I/O, no clock.
 *
 * Composite (COMP-22): the weighted mean of three parts, each as the rep can read it:
 *   conversion   converted / owned, 0..1 as it is
 *   quota        attainment (revenue / the quota of as many days), counted up to `ATTAINMENT_COUNTED_MAX`;
 *                a rep without a quota has none, and the two other weights share its weight
 *   speed        inverted and normalised within the team: the fastest ranked rep 1, the slowest 0;
 *                who never logged a contact 0; all equally fast 1
 *
 * Tiers (COMP-16, COMP-24), over the N ranked reps: tier 1 round(t1 % of N), at least one; tier 3
 * round(t3 % of N), of those who are left; the rest tier 2. Fewer than `RANKED_MIN` are all tier 1.
 * Equal composites: the higher conversion, then who started earlier, then the smaller id.
 * Not ranked: newcomers (protected by their onboarding), who keep the tier they have (FAIR-15: no demotion), and
 * who worked fewer leads than the sample, who stand in tier 2.
 */
import { addDays } from '../kernel/calendar.ts';
import type { Policy } from '../policy/policy-rules.ts';

export type TiersPolicy = Policy['competition']['tiers'];

/** Days from `hiredOn` in which a rep is not ranked (COMP-24, FAIR-16). */
export const NEWCOMER_DAYS = 90;
/** Below this many ranked reps a ranking says nothing: all are tier 1 (COMP-24). */
export const RANKED_MIN = 4;
/** One lucky deal, or a quota somebody mistyped, decides no more than this. */
export const ATTAINMENT_COUNTED_MAX = 2;

/** What one rep did in the days that are looked at; released and reassigned leads are nobody's work. */
export interface RepFigures {
  repId: string;
  tier: number;
  /** Protected as new (FAIR-15, FAIR-16): not ranked. */
  isNewcomer: boolean;
  /** The day the rep began: `hiredOn`, else the day it was added. */
  startedOn: string;
  /** Leads it got in these days, claimed or assigned. */
  owned: number;
  /** Of them contacted, or moved to a stage that took work. */
  worked: number;
  /** Of them opportunity or won (MET-02). */
  converted: number;
  /** Whole units of the policy's currency, of deals won in these days. */
  revenue: number;
  /** The quota of as many days, same units; null or 0: none. */
  quota: number | null;
  /** Mean ms from start of ownership to first contact (MET-06); null: none was logged. */
  responseMs: number | null;
}

export type TierReason = 'ranked' | 'fewRanked' | 'smallSample' | 'newcomer';

/** Shares as fractions: 0.25 is a quarter. */
export interface TierFigures {
  owned: number;
  worked: number;
  converted: number;
  conversion: number;
  attainment: number | null;
  responseMs: number | null;
  /** Null: not ranked. */
  speedScore: number | null;
  composite: number | null;
  place: number | null;
  /** How many were ranked with it. */
  ranked: number;
  /** What opens the next tier; null: nothing above, or not ranked. */
  next: NextTier | null;
}

/** Each figure alone would do, the two others as they are; null: that one alone cannot. */
export interface NextTier {
  tier: number;
  composite: number;
  conversion: number | null;
  attainment: number | null;
  responseMs: number | null;
}

export interface TierDecision {
  repId: string;
  tier: number;
  reason: TierReason;
  figures: TierFigures;
}

type Parts = Record<keyof TiersPolicy['weights'], number | null>;

interface Placed {
  rep: RepFigures;
  parts: Parts;
  composite: number;
}

/** Decides for every rep of the team. */
export function computeTiers(policy: TiersPolicy, reps: readonly RepFigures[]): TierDecision[] {
  const ranked = reps.filter((rep) => !rep.isNewcomer && rep.worked >= policy.minLeads);
  const pace = paceOf(ranked);
  const placed = ranked
    .map((rep): Placed => {
      const parts = { conversion: conversionOf(rep), quota: countedAttainment(rep), speed: pace.scoreOf(rep) };
      return { rep, parts, composite: compositeOf(policy, parts) };
    })
    .sort(byMerit);
  const first = Math.max(1, Math.round((policy.t1Pct / 100) * placed.length));
  const last = Math.min(Math.round((policy.t3Pct / 100) * placed.length), placed.length - first);
  const tierAt = (index: number) => {
    if (placed.length < RANKED_MIN || index < first) return 1;
    return index >= placed.length - last ? 3 : 2;
  };
  const decisions = new Map<string, TierDecision>();
  for (const [index, { rep, parts, composite }] of placed.entries()) {
    const tier = tierAt(index);
    // The last place of the tier above: whoever passes it stands there instead.
    const above = placed.findLast((_, other) => tierAt(other) < tier);
    const figures = {
      ...bareFigures(rep, placed.length),
      speedScore: parts.speed,
      composite,
      place: index + 1,
      next: above === undefined ? null : nextTier(policy, { parts, composite, pace }, tier, above.composite),
    };
    decisions.set(rep.repId, {
      repId: rep.repId,
      tier,
      reason: placed.length < RANKED_MIN ? 'fewRanked' : 'ranked',
      figures,
    });
  }
  return reps.map(
    (rep) =>
      decisions.get(rep.repId) ?? {
        repId: rep.repId,
        tier: rep.isNewcomer ? rep.tier : 2,
        reason: rep.isNewcomer ? 'newcomer' : 'smallSample',
        figures: bareFigures(rep, placed.length),
      },
  );
}

/** COMP-24, where no onboarding says it: whether a rep is in its first 90 days. The day of hiring is the first. */
export function isNewlyHired(hiredOn: string | null, today: string): boolean {
  return hiredOn !== null && today < addDays(hiredOn, NEWCOMER_DAYS);
}

function conversionOf({ owned, converted }: RepFigures): number {
  return owned === 0 ? 0 : rounded(converted / owned);
}

function attainmentOf({ revenue, quota }: RepFigures): number | null {
  return quota === null || quota <= 0 ? null : rounded(revenue / quota);
}

function countedAttainment(rep: RepFigures): number | null {
  const attainment = attainmentOf(rep);
  return attainment === null ? null : Math.min(attainment, ATTAINMENT_COUNTED_MAX);
}

function bareFigures(rep: RepFigures, ranked: number): TierFigures {
  const { owned, worked, converted } = rep;
  return {
    owned,
    worked,
    converted,
    conversion: conversionOf(rep),
    attainment: attainmentOf(rep),
    responseMs: rep.responseMs,
    speedScore: null,
    composite: null,
    place: null,
    ranked,
    next: null,
  };
}

interface Pace {
  scoreOf(rep: RepFigures): number;
  /** The mean response that scores this much; null: none does. */
  msFor(score: number): number | null;
}

/** The team's own scale of speed. */
function paceOf(reps: readonly RepFigures[]): Pace {
  const times = reps.map(({ responseMs }) => responseMs).filter((ms) => ms !== null);
  const fastest = Math.min(...times);
  const slowest = Math.max(...times);
  return {
    scoreOf({ responseMs }) {
      if (responseMs === null) return 0;
      return slowest === fastest ? 1 : rounded((slowest - responseMs) / (slowest - fastest));
    },
    msFor(score) {
      if (score > 1 || times.length === 0) return null;
      return Math.floor(slowest - score * (slowest - fastest));
    },
  };
}

function shareOf(policy: TiersPolicy, parts: Parts, part: keyof Parts): number {
  const names = Object.keys(parts) as (keyof Parts)[];
  const sum = names.reduce((total, name) => total + (parts[name] === null ? 0 : policy.weights[name]), 0);
  return parts[part] === null || sum === 0 ? 0 : policy.weights[part] / sum;
}

function compositeOf(policy: TiersPolicy, parts: Parts): number {
  const names = Object.keys(parts) as (keyof Parts)[];
  return rounded(names.reduce((total, name) => total + shareOf(policy, parts, name) * (parts[name] ?? 0), 0));
}

/** What each part would have to be, alone, for a composite of at least the last one above. */
function nextTier(
  policy: TiersPolicy,
  own: { parts: Parts; composite: number; pace: Pace },
  tier: number,
  composite: number,
): NextTier {
  const { parts, pace } = own;
  const needed = (part: keyof Parts, max: number) => {
    const share = shareOf(policy, parts, part);
    if (share === 0) return null;
    // Up, so that what is promised is enough.
    const value = Math.ceil(((parts[part] ?? 0) + (composite - own.composite) / share) * PRECISION) / PRECISION;
    return value <= max ? value : null;
  };
  const speed = needed('speed', 1);
  return {
    tier: tier - 1,
    composite,
    conversion: needed('conversion', 1),
    attainment: needed('quota', ATTAINMENT_COUNTED_MAX),
    responseMs: speed === null ? null : pace.msFor(speed),
  };
}

function byMerit(a: Placed, b: Placed): number {
  return (
    b.composite - a.composite ||
    conversionOf(b.rep) - conversionOf(a.rep) ||
    (a.rep.startedOn < b.rep.startedOn ? -1 : a.rep.startedOn > b.rep.startedOn ? 1 : 0) ||
    (a.rep.repId < b.rep.repId ? -1 : 1)
  );
}

/** What is shown is what decided: a millionth is the finest difference. */
const PRECISION = 1_000_000;

function rounded(value: number): number {
  return Math.round(value * PRECISION) / PRECISION;
}
