/** The sums of one rep over some days: every metric's numbers, and when each last moved. Pure. */
import type { DayDelta } from './day-delta.ts';

export interface DaySums {
  points: number;
  pointsAt: number;
  claims: number;
  claimsAt: number;
  speedMs: number;
  speedCount: number;
  speedAt: number;
  converted: number;
  convertedAt: number;
  opportunities: number;
  opportunitiesAt: number;
  revenue: number;
  revenueAt: number;
  responseMs: number;
  responseCount: number;
  responseAt: number;
}

/** A row of `rep_days`. */
export interface RepDay extends DaySums {
  repId: string;
  day: string;
}

type Amount = Exclude<keyof DayDelta, 'repId' | 'day' | 'at'>;
type Moment = Exclude<keyof DaySums, Amount>;

/** Each sum, and the moment that moves with it. */
export const MOMENT_OF: Record<Amount, Moment> = {
  points: 'pointsAt',
  claims: 'claimsAt',
  speedMs: 'speedAt',
  speedCount: 'speedAt',
  converted: 'convertedAt',
  opportunities: 'opportunitiesAt',
  revenue: 'revenueAt',
  responseMs: 'responseAt',
  responseCount: 'responseAt',
};
export const AMOUNTS = Object.keys(MOMENT_OF) as Amount[];

export function noSums(): DaySums {
  return {
    points: 0,
    pointsAt: 0,
    claims: 0,
    claimsAt: 0,
    speedMs: 0,
    speedCount: 0,
    speedAt: 0,
    converted: 0,
    convertedAt: 0,
    opportunities: 0,
    opportunitiesAt: 0,
    revenue: 0,
    revenueAt: 0,
    responseMs: 0,
    responseCount: 0,
    responseAt: 0,
  };
}

/** What a delta adds, with the moments of the metrics it names and 0 for the others. */
export function sumsOfDelta(delta: DayDelta): DaySums {
  const sums = noSums();
  addDelta(sums, delta);
  return sums;
}

export function addDelta(sums: DaySums, delta: DayDelta): void {
  for (const amount of AMOUNTS) {
    const added = delta[amount];
    if (added === undefined) continue;
    sums[amount] += added;
    moveTo(sums, MOMENT_OF[amount], delta.at);
  }
}

export function addSums(sums: DaySums, more: DaySums): void {
  for (const amount of AMOUNTS) {
    sums[amount] += more[amount];
    moveTo(sums, MOMENT_OF[amount], more[MOMENT_OF[amount]]);
  }
}

export function sumsOfRow(row: RepDay): DaySums {
  const sums = noSums();
  addSums(sums, row);
  return sums;
}

/** One delta for each rep, day and moment: what several facts of one transaction add, added. */
export function mergedDeltas(deltas: readonly DayDelta[]): DayDelta[] {
  const merged = new Map<string, DayDelta>();
  for (const delta of deltas) {
    const { repId, day, at } = delta;
    const key = `${repId} ${day} ${at}`;
    const sums = merged.get(key) ?? { repId, day, at };
    for (const amount of AMOUNTS) {
      const added = delta[amount];
      if (added !== undefined) sums[amount] = (sums[amount] ?? 0) + added;
    }
    merged.set(key, sums);
  }
  return [...merged.values()];
}

function moveTo(sums: DaySums, moment: Moment, at: number): void {
  if (at > sums[moment]) sums[moment] = at;
}
