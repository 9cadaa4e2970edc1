/**
 * COMP-30, MET-15: how fast a rep answers its leads, with the quality beside it (MET-21). Pure.
 *
 * Every lead that became the rep's counts, claimed or assigned; one that a manager took away before it was answered does
 * not. One given back unanswered is a miss. One that is still young is neither within a time nor a miss of it.
 */
import type { Policy } from '../policy/policy-rules.ts';

export interface Work {
  startedAt: number;
  /** The first contact, or call; null: none yet. */
  answeredAt: number | null;
  endedAt: number | null;
  endReason: 'released' | 'reassigned' | null;
  /** Stands at opportunity or won. */
  converted: boolean;
}

export interface SpeedFigures {
  leads: number;
  answered: number;
  /** From when the lead was the rep's to the answer, of those that were answered. */
  meanSeconds: number | null;
  /** Percent with one decimal, of those of which it is known. */
  withinFastPct: number | null;
  withinOkPct: number | null;
  /** Leads in a row, in the order in which they came. */
  longestStreak: number;
  conversionPct: number | null;
}

/** @param works oldest first */
export function speedFigures(
  { fastSeconds, okSeconds, streakBelowSeconds }: NonNullable<Policy['speedBoard']>,
  works: readonly Work[],
  nowMs: number,
): SpeedFigures {
  const counted = works.filter(({ answeredAt, endReason }) => answeredAt !== null || endReason !== 'reassigned');
  const times = counted.flatMap(({ startedAt, answeredAt }) => (answeredAt === null ? [] : [answeredAt - startedAt]));
  /** Null: nobody knows yet. */
  const meets = (work: Work, isMet: (ms: number) => boolean): boolean | null => {
    if (work.answeredAt !== null) return isMet(work.answeredAt - work.startedAt);
    return work.endedAt === null && isMet(nowMs - work.startedAt) ? null : false;
  };
  const within = (seconds: number) => {
    const known = counted.map((work) => meets(work, (ms) => ms <= seconds * 1000)).filter((met) => met !== null);
    return percentOf(known.filter(Boolean).length, known.length);
  };
  let streak = 0;
  let longestStreak = 0;
  for (const work of counted) {
    const met = meets(work, (ms) => ms < streakBelowSeconds * 1000);
    if (met !== null) streak = met ? streak + 1 : 0;
    longestStreak = Math.max(longestStreak, streak);
  }
  return {
    leads: counted.length,
    answered: times.length,
    meanSeconds: times.length === 0 ? null : Math.round(times.reduce((sum, ms) => sum + ms, 0) / times.length / 1000),
    withinFastPct: within(fastSeconds),
    withinOkPct: within(okSeconds),
    longestStreak,
    conversionPct: percentOf(counted.filter(({ converted }) => converted).length, counted.length),
  };
}

function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 10;
}

/** The shortest mean first; equal ones share a rank (1, 1, 3). Who has answered nothing has no row. */
export function rankedBySpeed<Row extends SpeedFigures & { repId: string }>(
  rows: readonly Row[],
): (Row & { rank: number })[] {
  const mean = (row: Row) => row.meanSeconds ?? 0;
  const sorted = rows
    .filter(({ meanSeconds }) => meanSeconds !== null)
    .sort((a, b) => mean(a) - mean(b) || (a.repId < b.repId ? -1 : 1));
  return sorted.map((row) => ({ rank: 1 + sorted.findIndex((other) => mean(other) === mean(row)), ...row }));
}
