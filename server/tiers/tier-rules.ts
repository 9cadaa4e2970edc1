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

/**
 * What opens the tier above: `composite`, what the last one there has, and the figures of which each alone would do, the
 * rest of the team and the two others as they are. Null: that one alone cannot; nobody is asked to be faster than the fastest.
 */
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
      return placedWith(policy, rep, parts);
    })
    .sort(byMerit);
  const first = Math.max(1, shareOfTeam(policy.t1Pct, placed.length));
  const last = Math.min(shareOfTeam(policy.t3Pct, placed.length), placed.length - first);
  const tierAt = (index: number) => {
    if (placed.length < RANKED_MIN || index < first) return 1;
    return index >= placed.length - last ? 3 : 2;
  };
  const decisions = new Map<string, TierDecision>();
  for (const [index, one] of placed.entries()) {
    const { rep, parts, composite } = one;
    const tier = tierAt(index);
    // The last place of the tier above: whoever passes it stands there instead.
    const lastAbove = placed.findLastIndex((_, other) => tierAt(other) < tier);
    const figures = {
      ...bareFigures(rep, placed.length),
      speedScore: parts.speed,
      composite,
      place: index + 1,
      next: lastAbove < 0 ? null : nextTier(policy, { placed, pace, lastAbove }, one, tier),
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

/** The team's own scale of speed; null: nobody logged a contact. */
interface Pace {
  fastest: number;
  slowest: number;
  /** Who alone is the slowest, and the next slowest behind: without that one the scale is another. */
  last: { repId: string; nextMs: number } | null;
  scoreOf(rep: RepFigures): number;
}

function paceOf(reps: readonly RepFigures[]): Pace {
  const timed = reps.filter(({ responseMs }) => responseMs !== null);
  const times = timed.map(({ responseMs }) => responseMs ?? 0);
  const fastest = Math.min(...times);
  const slowest = Math.max(...times);
  const [last, other] = timed.filter(({ responseMs }) => responseMs === slowest);
  const nextMs = Math.max(...times.filter((ms) => ms < slowest));
  const isAlone = last !== undefined && other === undefined && times.length > 1;
  return {
    fastest,
    slowest,
    last: isAlone ? { repId: last.repId, nextMs } : null,
    scoreOf: ({ responseMs }) => scoreAt(responseMs, fastest, slowest),
  };
}

function scoreAt(responseMs: number | null, fastest: number, slowest: number): number {
  if (responseMs === null) return 0;
  return slowest === fastest ? 1 : rounded((slowest - responseMs) / (slowest - fastest));
}

/** So many reps are `pct` percent of the team; a half counts as one. */
function shareOfTeam(pct: number, ranked: number): number {
  return Math.round((pct * ranked) / 100);
}

function placedWith(policy: TiersPolicy, rep: RepFigures, parts: Parts): Placed {
  return { rep, parts, composite: rounded(sumOf(policy, parts)) };
}

function shareOf(policy: TiersPolicy, parts: Parts, part: keyof Parts): number {
  const names = Object.keys(parts) as (keyof Parts)[];
  const sum = names.reduce((total, name) => total + (parts[name] === null ? 0 : policy.weights[name]), 0);
  return parts[part] === null || sum === 0 ? 0 : policy.weights[part] / sum;
}

function sumOf(policy: TiersPolicy, parts: Parts): number {
  const names = Object.keys(parts) as (keyof Parts)[];
  return names.reduce((total, name) => total + shareOf(policy, parts, name) * (parts[name] ?? 0), 0);
}

interface Team {
  placed: readonly Placed[];
  pace: Pace;
  /** Index of the last one in the tiers above. */
  lastAbove: number;
}

/** What each part would have to be, alone, for a place before the last one above: no promise without the standing it gives. */
function nextTier(policy: TiersPolicy, team: Team, own: Placed, tier: number): NextTier {
  const { parts, rep } = own;
  const { pace } = team;
  const above = team.placed[team.lastAbove] as Placed;
  const needed = (part: keyof Parts, max: number) => {
    const share = shareOf(policy, parts, part);
    if (share === 0) return null;
    const rest = sumOf(policy, { ...parts, [part]: 0 });
    // As good is enough where the tie is won, else a hair better; up, so that what is promised is enough.
    const value = [above.composite, above.composite + 1 / PRECISION]
      .map((composite) => Math.ceil(((composite - rest) / share) * PRECISION - EXACT) / PRECISION)
      .find((one) => byMerit(placedWith(policy, rep, { ...parts, [part]: one }), above) < 0);
    return value === undefined || value > max ? null : value;
  };
  const msFor = (score: number | null) =>
    score === null || pace.fastest > pace.slowest
      ? null
      : Math.floor(pace.slowest - score * (pace.slowest - pace.fastest));
  return {
    tier: tier - 1,
    composite: above.composite,
    conversion: needed('conversion', 1),
    attainment: needed('quota', ATTAINMENT_COUNTED_MAX),
    responseMs: pace.last?.repId === rep.repId ? lastsResponse(policy, team, own) : msFor(needed('speed', 1)),
  };
}

/**
 * The same for the slowest: by answering faster it moves everybody's scale. The largest mean that would do is searched
 * for, since a smaller one never serves worse: the own score rises or stays, those of the others fall or stay.
 */
function lastsResponse(policy: TiersPolicy, { placed, pace, lastAbove }: Team, own: Placed): number | null {
  const nextMs = pace.last?.nextMs ?? pace.fastest;
  const isEnough = (ms: number) => {
    const at = ({ rep, parts }: Placed, responseMs: number | null) =>
      placedWith(policy, rep, { ...parts, speed: scoreAt(responseMs, pace.fastest, Math.max(ms, nextMs)) });
    const moved = at(own, ms);
    const better = placed.filter((one) => one !== own && byMerit(at(one, one.rep.responseMs), moved) < 0);
    return better.length <= lastAbove;
  };
  let [enough, tooSlow] = [pace.fastest, pace.slowest];
  if (!isEnough(enough)) return null;
  while (tooSlow - enough > 1) {
    const middle = Math.floor((enough + tooSlow) / 2);
    if (isEnough(middle)) enough = middle;
    else tooSlow = middle;
  }
  return enough;
}

function byMerit(a: Placed, b: Placed): number {
  return (
    b.composite - a.composite ||
    (b.parts.conversion ?? 0) - (a.parts.conversion ?? 0) ||
    (a.rep.startedOn < b.rep.startedOn ? -1 : a.rep.startedOn > b.rep.startedOn ? 1 : 0) ||
    (a.rep.repId < b.rep.repId ? -1 : 1)
  );
}

/** What is shown is what decided: a millionth is the finest difference. */
const PRECISION = 1_000_000;
/** Of a millionth: less is the noise of adding up fractions. */
const EXACT = 0.000_001;

function rounded(value: number): number {
  return Math.round(value * PRECISION) / PRECISION;
}
