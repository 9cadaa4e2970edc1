/**
 * Boards as folds of rep-days: sums in, ranked rows out. Pure: no I/O, no clock.
 *
 * What a row's `value` is (MET-25):
 *   points, claims, opportunities   the sum over the period's days; above 0, else no row
 *   revenue                         the same, whole units of the policy's currency
 *   claimSpeed                      mean ms from own alert to claim, rounded; least is best (MET-16)
 *   responseSpeed                   mean ms from start of ownership to first contact, rounded; least is best (MET-06)
 *   conversion                      converted / claims, 0..1, from `rateMinClaims` claims on (GAME-19, MET-02); 0 is a row
 *
 * A rep without a value has no row and no rank: nobody is listed last for not having begun (GAME-33).
 * Equal values share a rank (1, 1, 3); among equals who got there earlier stands first, then the
 * smaller id (GAME-31). A list cut at `top` is cut there, also between equals.
 */
import { FIRST_DAY, LAST_DAY } from '../kernel/calendar.ts';
import type { DayDelta } from './day-delta.ts';
import { addDelta, addSums, type DaySums, noSums, type RepDay, sumsOfRow } from './day-sums.ts';

export type Metric = 'points' | 'claims' | 'claimSpeed' | 'conversion' | 'opportunities' | 'revenue' | 'responseSpeed';

/** First and last day, both inside; `all` is FIRST_DAY to LAST_DAY. */
export interface DayRange {
  from: string;
  to: string;
}

export interface Standing {
  rank: number;
  repId: string;
  value: number;
}

export interface BoardQuery {
  metric: Metric;
  range: DayRange;
  /** Claims below which a rate has no rank. */
  rateMinClaims: number;
  /** Which reps are on this board: a team's, those still known. */
  includes(repId: string): boolean;
}

export interface BoardFold {
  apply(delta: DayDelta): void;
  /** Replaces everything held. */
  load(rows: Iterable<RepDay>): void;
  /** The first `top` rows. */
  standings(query: BoardQuery, top: number): Standing[];
  /** One rep's row, however far down; null: none. */
  standingOf(query: BoardQuery, repId: string): Standing | null;
  /** One rep's row between its neighbours, so many above and below; empty without a row of its own. */
  around(query: BoardQuery, repId: string, each: number): Standing[];
  /** A rep's points of all time. */
  balance(repId: string): number;
  /** A sum over all reps of the days of a range. */
  total(sum: 'claims' | 'points' | 'opportunities' | 'revenue', range: DayRange): number;
}

/** Days held one by one: a quarter, and what a period's turn in another zone may ask for. */
export const DAYS_HELD = 100;
/** Ranges with running sums: the five periods, twice over around a midnight. */
const RANGES_HELD = 12;

const LEAST_IS_BEST: ReadonlySet<Metric> = new Set<Metric>(['claimSpeed', 'responseSpeed']);

type Totals = Map<string, DaySums>;

interface Placed {
  repId: string;
  value: number;
  /** When the value last moved, ms since 1970. */
  at: number;
}

/**
 * Holds each rep's sums of every period that is asked for, moved by each delta, so that a board is one
 * pass over the reps. A range asked for the first time is summed from days, of which the newest
 * `DAYS_HELD` are held; older days live on in the sums of all time alone, so a range may not begin
 * before them.
 */
export function createBoardFold(): BoardFold {
  const days = new Map<string, Totals>();
  const all: Totals = new Map();
  const ranges = new Map<string, { range: DayRange; totals: Totals }>();

  function hold(day: string): Totals {
    const held = days.get(day);
    if (held !== undefined) return held;
    const totals: Totals = new Map();
    days.set(day, totals);
    // The oldest go. Only days on which something happened count, so a quarter always fits.
    while (days.size > DAYS_HELD) days.delete([...days.keys()].sort()[0] ?? day);
    return totals;
  }

  function totalsOf(range: DayRange): Totals {
    if (range.from === FIRST_DAY && range.to === LAST_DAY) return all;
    const key = `${range.from} ${range.to}`;
    const known = ranges.get(key);
    if (known !== undefined) return known.totals;
    const totals: Totals = new Map();
    for (const [day, ofDay] of days) {
      if (!isWithin(day, range)) continue;
      for (const [repId, sums] of ofDay) addSums(sumsFor(totals, repId), sums);
    }
    ranges.set(key, { range, totals });
    const [oldest] = ranges.keys();
    if (ranges.size > RANGES_HELD && oldest !== undefined) ranges.delete(oldest);
    return totals;
  }

  return {
    apply(delta) {
      addDelta(sumsFor(all, delta.repId), delta);
      addDelta(sumsFor(hold(delta.day), delta.repId), delta);
      for (const { range, totals } of ranges.values()) {
        if (isWithin(delta.day, range)) addDelta(sumsFor(totals, delta.repId), delta);
      }
    },
    load(rows) {
      for (const held of [days, all, ranges]) held.clear();
      for (const row of rows) {
        const sums = sumsOfRow(row);
        addSums(sumsFor(all, row.repId), sums);
        addSums(sumsFor(hold(row.day), row.repId), sums);
      }
    },
    standings: (query, top) => ranked(bestOf(query, totalsOf(query.range), top)),
    standingOf: (query, repId) => standingIn(query, totalsOf(query.range), repId),
    around: (query, repId, each) => aroundIn(query, totalsOf(query.range), repId, each),
    balance: (repId) => all.get(repId)?.points ?? 0,
    total(sum, range) {
      let total = 0;
      for (const sums of totalsOf(range).values()) total += sums[sum];
      return total;
    },
  };
}

/** The board's value of one rep's sums, and when it last moved; null: no row. */
export function placeOf(metric: Metric, sums: DaySums, rateMinClaims: number): { value: number; at: number } | null {
  switch (metric) {
    case 'points':
    case 'claims':
    case 'opportunities':
    case 'revenue':
      return sums[metric] > 0 ? { value: sums[metric], at: sums[`${metric}At`] } : null;
    case 'claimSpeed':
      return mean(sums.speedMs, sums.speedCount, sums.speedAt);
    case 'responseSpeed':
      return mean(sums.responseMs, sums.responseCount, sums.responseAt);
    case 'conversion':
      if (sums.claims < rateMinClaims) return null;
      // Either sum moves the rate, so the later of the two is when it came to stand where it stands.
      return {
        value: sums.converted / sums.claims,
        at: Math.max(sums.convertedAt, sums.claimsAt),
      };
  }
}

function mean(sumMs: number, count: number, at: number): { value: number; at: number } | null {
  return count > 0 ? { value: Math.round(sumMs / count), at } : null;
}

/** The best `top` in order: one pass with a short sorted list, not a sort of everybody. */
function bestOf(query: BoardQuery, totals: Totals, top: number): Placed[] {
  const best: Placed[] = [];
  for (const [repId, sums] of totals) {
    const place = placeOf(query.metric, sums, query.rateMinClaims);
    if (place === null) continue;
    const placed = { repId, ...place };
    const last = best.at(-1);
    if (best.length >= top && (last === undefined || order(query.metric, placed, last) > 0)) continue;
    if (!query.includes(repId)) continue;
    best.splice(positionOf(query.metric, best, placed), 0, placed);
    if (best.length > top) best.pop();
  }
  return best;
}

function positionOf(metric: Metric, sorted: Placed[], placed: Placed): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(metric, sorted[middle] as Placed, placed) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Below 0: `a` stands before `b`. */
function order(metric: Metric, a: Placed, b: Placed): number {
  if (a.value !== b.value) return isBetter(metric, a.value, b.value) ? -1 : 1;
  if (a.at !== b.at) return a.at - b.at;
  return a.repId < b.repId ? -1 : 1;
}

function isBetter(metric: Metric, value: number, than: number): boolean {
  return LEAST_IS_BEST.has(metric) ? value < than : value > than;
}

function ranked(sorted: Placed[]): Standing[] {
  const rows: Standing[] = [];
  for (const [index, { repId, value }] of sorted.entries()) {
    const above = rows.at(-1);
    rows.push({ rank: above?.value === value ? above.rank : index + 1, repId, value });
  }
  return rows;
}

/** Two passes whatever the number of reps: who the neighbours are, then how many are better than each. */
function aroundIn(query: BoardQuery, totals: Totals, repId: string, each: number): Standing[] {
  const sums = totals.get(repId);
  const place = sums && placeOf(query.metric, sums, query.rateMinClaims);
  if (!place || !query.includes(repId)) return [];
  const own = { repId, ...place };
  const nearest = { above: [] as Placed[], below: [] as Placed[] };
  for (const placed of placesIn(query, totals)) {
    if (placed.repId === repId) continue;
    const isAbove = order(query.metric, placed, own) < 0;
    const side = isAbove ? nearest.above : nearest.below;
    side.splice(positionOf(query.metric, side, placed), 0, placed);
    if (side.length > each) side.splice(isAbove ? 0 : each, 1);
  }
  const shown = [...nearest.above, own, ...nearest.below];
  const better = shown.map(() => 0);
  for (const { value } of placesIn(query, totals)) {
    for (const [index, row] of shown.entries())
      if (isBetter(query.metric, value, row.value)) better[index] = (better[index] ?? 0) + 1;
  }
  return shown.map((row, index) => ({ rank: 1 + (better[index] ?? 0), repId: row.repId, value: row.value }));
}

function* placesIn(query: BoardQuery, totals: Totals): Iterable<Placed> {
  for (const [repId, sums] of totals) {
    const place = placeOf(query.metric, sums, query.rateMinClaims);
    if (place !== null && query.includes(repId)) yield { repId, ...place };
  }
}

/** A rank is one more than the number of those who are strictly better. */
function standingIn(query: BoardQuery, totals: Totals, repId: string): Standing | null {
  const sums = totals.get(repId);
  const own = sums && placeOf(query.metric, sums, query.rateMinClaims);
  if (!own || !query.includes(repId)) return null;
  let rank = 1;
  for (const [otherId, others] of totals) {
    const place = placeOf(query.metric, others, query.rateMinClaims);
    if (place === null || !isBetter(query.metric, place.value, own.value)) continue;
    if (query.includes(otherId)) rank++;
  }
  return { rank, repId, value: own.value };
}

function sumsFor(totals: Totals, repId: string): DaySums {
  const held = totals.get(repId);
  if (held !== undefined) return held;
  const sums = noSums();
  totals.set(repId, sums);
  return sums;
}

function isWithin(day: string, range: DayRange): boolean {
  return range.from <= day && day <= range.to;
}
